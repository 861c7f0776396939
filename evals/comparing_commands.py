"""`compare` and `accept`: whether a run is worse than its baseline, and how a baseline moves."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["accept", "compare"]

Shelf = Annotated[Path | None, typer.Option("--baselines", help="基线所在的目录，默认 evals/baselines。")]


def compare(
    base: Annotated[Path, typer.Argument(help="基线：summary.json、运行目录，或套件名（例如 offline）。")],
    cand: Annotated[Path, typer.Argument(help="本次：summary.json 或运行目录。")],
    baselines: Shelf = None,
    strict: Annotated[bool, typer.Option("--strict", help="没有定论时也以 3 退出；默认只警告。")] = False,
) -> None:
    """Print what changed; exit 0 for OK, 1 for worse, 2 when the two cannot be compared, 3 for no verdict (strict)."""
    from evals.baselines import BASELINES, baseline_path
    from evals.comparing import compare as compare_summaries
    from evals.comparing import exit_code, is_behind
    from evals.reports.table import render_table
    from evals.summaries import read_summary

    summary = read_summary(cand)
    before = read_summary(base if base.exists() else baseline_path(str(base), baselines or BASELINES))
    found = compare_summaries(before, summary)
    if found.verdict == "OK" and not found.flips:
        typer.echo(f"{summary.suite}：与基线相同，{len(summary.cases)} 个案例")
        raise typer.Exit(0)
    typer.echo(render_table(summary, found), nl=False)
    if is_behind(found):
        typer.echo(f"没有变差，但与基线有 {len(found.flips)} 处不同。看过之后更新基线：", err=True)
        typer.echo(f"python -m evals accept {cand} --reason 理由", err=True)
    if found.verdict == "INCONCLUSIVE":
        typer.echo("警告：样本不足以判断有没有变差", err=True)
    raise typer.Exit(exit_code(found, strict=strict))


def accept(
    run: Annotated[Path, typer.Argument(help="运行目录或 summary.json。")],
    reason: Annotated[str, typer.Option("--reason", help="改了什么、为什么基线要跟着变。")],
    baselines: Shelf = None,
) -> None:
    """Make a run the baseline of its suite; the reason goes into the log beside it."""
    from datetime import date

    from evals.baselines import BASELINES, baseline_path
    from evals.baselines import accept as accept_run
    from evals.summaries import read_summary

    shelf = baselines or BASELINES
    moved = accept_run(run, reason=reason, on=date.today(), folder=shelf)
    typer.echo(str(baseline_path(moved.suite, shelf)))
    typer.echo(f"{moved.before[:12] or '（原来没有）'} → {moved.after[:12]}，理由已记入 LOG.jsonl", err=True)
    failed = sum(len(case.failed) for case in read_summary(run).cases.values())
    if failed:
        typer.echo(f"注意：{failed} 项未过的硬性检查也成了基线", err=True)
