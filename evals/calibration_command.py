"""`calibrate`: how far a judge can be believed, or a blank sheet for people to rate on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from evals.calibration import Agreement, Calibration, Rate

__all__ = ["calibrate", "render"]

KINDS = {"person": "人", "model": "模型", "rule": "规则"}


def calibrate(
    ratings: Annotated[Path | None, typer.Argument(help="评分表 CSV。")] = None,
    judge: Annotated[str, typer.Option("--judge", help="评委的名字（rater 列）；只有一个模型时可不写。")] = "",
    share: Annotated[
        float | None, typer.Option("--share", min=0, max=1, help="要修正的“是”的比例，例如整次运行里的；默认用表里的。")
    ] = None,
    sheet: Annotated[Path | None, typer.Option("--sheet", help="从这次运行的笔记出一张空白评分表。")] = None,
    out: Annotated[Path, typer.Option("--out", help="空白评分表写到哪里。")] = Path("ratings.csv"),
) -> None:
    """Print agreement, kappa, error rates and the verdict; exit 0 also for an advisory judge, it is a normal result."""
    if (ratings is None) == (sheet is None):
        raise typer.BadParameter("给评分表 CSV，或者给 --sheet 运行目录，二者选一")
    if sheet is not None:
        from evals.ratings import write_sheet
        from evals.run_files import read_samples

        count = write_sheet(read_samples(sheet), out)
        typer.echo(str(out))
        typer.echo(
            f"{count} 行：填 rater 和 answer（yes 或 no），看不出的留空；各人填各人的，填前不要看模型怎么答", err=True
        )
        return
    if ratings is not None:
        from evals.calibration import calibrate as measure
        from evals.ratings import read_ratings

        for line in render(measure(read_ratings(ratings), judge=judge, share=share)):
            typer.echo(line)


def render(found: Calibration) -> Iterator[str]:
    """Say who rated what, how they agree, and what the judge may be used for."""
    yield "谁评的"
    for rater in found.raters:
        role = "（评委）" if rater == found.judge else ""
        again = f"，每对最多 {rater.repeats} 次" if rater.repeats > 1 else ""
        yield f"  {rater.name}{role}：{KINDS[rater.kind]}，{rater.pairs} 对（笔记与题目）{again}"
    if not any(rater.kind == "person" for rater in found.raters):
        yield "  没有人评过：下面只是机器之间像不像，说明不了谁对"
    for one in found.people:
        yield f"两个人之间：{one.rater.name} 与 {one.reference.name}，{one.pairs} 对，κ {_kappa(one)}"
    for one in found.agreements:
        yield from _told(one)
    same = found.consistency.same
    yield (
        f"自我一致：{_rate(same)}，各重评 {found.consistency.reruns} 次"
        if same.total
        else "自我一致：没有重评过，没有量"
    )
    yield "结论：可以用来把关" if found.may_gate else "结论：只作参考，不能把关"
    yield from (f"  {reason}" for reason in found.lacking)


def _told(one: Agreement) -> Iterator[str]:
    yield f"与 {one.reference.name}（{KINDS[one.reference.kind]}）：{one.pairs} 对，{one.items} 篇"
    yield f"  一致 {one.raw:.1%}，参照者答“是” {one.base_rate:.1%}，κ {_kappa(one)}"
    yield f"  参照答“是”时也答“是” {_rate(one.tpr)}；参照答“否”时也答“否” {_rate(one.tnr)}"
    corrected = "算不出（不比乱猜强）" if one.corrected is None else f"{one.corrected:.1%}"
    yield f"  评委答“是” {one.apparent:.1%}，按两个错误率修正后 {corrected}"


def _rate(rate: Rate) -> str:
    if rate.value is None:
        return "没有这样的题"
    low, high = rate.interval
    return f"{rate.hits}/{rate.total}，{rate.value:.1%} [{low:.1%}, {high:.1%}]"


def _kappa(one: Agreement) -> str:
    if one.kappa is None:
        return "算不出（两边都只有一种答案）"
    bounds = "" if one.kappa_low is None else f" [{one.kappa_low:.2f}, {one.kappa_high:.2f}]"
    return f"{one.kappa:.2f}{bounds}"
