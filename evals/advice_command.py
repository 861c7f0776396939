"""`advice`: what the letters of a model tell of bad notes, beside what the rules point at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections import Counter

__all__ = ["advice"]

LINES = (
    "{letters} 封信，{notes} 篇坏笔记，{seeds} 处违规（笔记、标注、回复都是模型写的，不是人）",
    "规则自己点到 {pointed}/{seeds} = {pointed_share}",
    "信里点到 {told}/{seeds} = {told_share}，名字也对 {right}；另有 {asked} 处留给审核人看",
    "推的产品说对 {product}/{notes}",
    "理由 {reasons} 条，不能照印、换成程序的 {refused} 条",
    "说可以留的 {kept} 段，其中有违规的 {kept_wrongly} 段",
    "说程序猜错的 {misread} 处，其中真是违规的 {misread_wrongly} 处",
)


def advice(
    notes: Annotated[
        Path | None, typer.Option("--notes", help="笔记和回复，默认 evals/data/advice/notes.jsonl。")
    ] = None,
    each: Annotated[bool, typer.Option("--each", help="逐篇印出来。")] = False,
) -> None:
    """Print what the letters tell; exit 1 when one keeps a paragraph with a violation, or there is none."""
    from evals.advice import NOTES, count, letters, read_notes

    told = list(letters(read_notes(notes or NOTES)))
    if each:
        for letter in told:
            typer.echo(f"{letter.id}：{letter.reason or f'点到 {letter.told}/{letter.seeds}，规则 {letter.pointed}'}")
    typer.echo("\n".join(_lines(count(told), len(told))))
    lost = [letter.id for letter in told if letter.reason or letter.kept_wrongly]
    for name in lost:
        typer.echo(f"✗ {name}：没有信，或者信里留下了违规的段落", err=True)
    raise typer.Exit(1 if lost else 0)


def _lines(sums: Counter[str], notes: int) -> list[str]:
    shares = {f"{name}_share": f"{sums[name] / max(1, sums['seeds']):.0%}" for name in ("pointed", "told")}
    return [line.format(notes=notes, **shares, **{name: sums[name] for name in _NAMES}) for line in LINES]


_NAMES = (
    "letters", "seeds", "pointed", "told", "right", "asked", "product", "reasons", "refused", "kept", "kept_wrongly",
    "misread", "misread_wrongly",
)  # fmt: skip
