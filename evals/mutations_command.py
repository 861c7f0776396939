"""`mutations`: whether the scorers still tell an honest rewrite from a copy, an ad and machine prose."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from evals.mutations import Proof

__all__ = ["mutations"]

WIDTH = 400  # wide enough to cut nothing
NAMES = {
    "honest": "老实改写",
    "copied_promise": "照抄加违规承诺",
    "undisclosed": "照抄去披露",
    "hard_ad": "硬广",
    "off_topic": "跑题",
    "ai_prose": "机器腔",
}
COLUMNS = {
    "first_draft_pass": "初稿过规则",
    "fact_recall": "事实",
    "life_shape": "形状",
    "chrf_body": "chrF",
    "similarity_in_band": "在带内",
    "copied_span": "照抄字数",
    "ai_flavour": "套话/百字",
}


def mutations(
    root: Annotated[Path | None, typer.Option("--root", help="用例所在的目录，默认 evals/cases。")] = None,
    suite: Annotated[Path | None, typer.Option("--suite", help="变异稿所在的目录，默认 evals/data/mutations。")] = None,
) -> None:
    """Print how every candidate scores and what it must show; exit 1 when one does not show it."""
    from evals.case_files import CASES, read_cases
    from evals.mutations import SUITE, prove

    proofs = prove(read_cases(root or CASES), suite or SUITE)
    typer.echo(_table(proofs), nl=False)
    lost = [proof for proof in proofs if proof.missing]
    for proof in lost:
        typer.echo(f"✗ {proof.case} {NAMES[proof.kind]}：没有{'、'.join(proof.missing)}")
    good = len(proofs) - len(lost)
    typer.echo(f"{len(proofs)} 篇变异稿，{good} 篇落在该落的地方", err=True)
    raise typer.Exit(1 if lost else 0)


def _table(proofs: tuple[Proof, ...]) -> str:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for name in ("用例", "变异稿", *COLUMNS.values(), "该有的", "没过的硬性检查"):
        table.add_column(name, justify="right" if name in COLUMNS.values() else "left", no_wrap=True)
    for proof in proofs:
        name = proof.case if proof.kind == "honest" else ""
        table.add_row(name, NAMES[proof.kind], *_numbers(proof), _shown(proof), _failed(proof))
    sheet = io.StringIO()
    Console(file=sheet, width=WIDTH, color_system=None, force_terminal=False, legacy_windows=False).print(table)
    return "\n".join(line.rstrip() for line in sheet.getvalue().splitlines()) + "\n"


def _failed(proof: Proof) -> str:
    from evals.metrics import metrics, metrics_of

    failed = (metrics()[name].title for name in metrics_of("hard") if proof.scores[name].passed is False)
    return "、".join(failed) or "—"


def _numbers(proof: Proof) -> list[str]:
    values = (proof.scores[name].value for name in COLUMNS)
    return ["—" if value is None else f"{value:.2f}".rstrip("0").rstrip(".") for value in values]


def _shown(proof: Proof) -> str:
    """Say how much of what a candidate must show it shows."""
    return f"{'✗' if proof.missing else '✓'} {len(proof.shown)}/{len(proof.shown) + len(proof.missing)}"
