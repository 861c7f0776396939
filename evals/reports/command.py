"""`report RUN`: print a run as a table, and write it as a page, Markdown or JUnit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evals.values import Case, Comparison, Sample, Summary

__all__ = ["report", "write_reports"]


def report(
    run: Annotated[Path, typer.Argument(help="一次运行的目录，或 summary.json。")],
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", help="和它比：套件名（例如 offline）、基线文件，或另一次运行的目录（逐字比）。"),
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", help="写成一页 HTML，双击就能打开。")] = None,
    junit: Annotated[Path | None, typer.Option("--junit", help="写成 JUnit XML。")] = None,
    markdown: Annotated[Path | None, typer.Option("--markdown", help="写成不超过 40 行的 Markdown。")] = None,
) -> None:
    """Print the table on stdout; in a GitHub job add the Markdown to its step summary."""
    from evals.case_files import read_cases
    from evals.reports.table import render_table
    from evals.run_files import read_samples
    from evals.summaries import read_summary

    summary = read_summary(run)
    comparison = None
    if baseline is not None:
        from evals.baselines import baseline_path
        from evals.comparing import compare

        baseline = baseline if baseline.exists() else baseline_path(str(baseline))
        comparison = compare(read_summary(baseline), summary)
    typer.echo(render_table(summary, comparison), nl=False)
    samples = read_samples(_folder(run))
    write_reports(
        summary,
        samples,
        tuple(case for case in read_cases() if case.id in summary.cases) if samples else (),
        comparison=comparison,
        before=read_samples(_folder(baseline)) if baseline else (),
        html=html,
        junit=junit,
        markdown=markdown,
    )


def _folder(run: Path) -> Path:
    """Return where the samples of a run lie; beside a committed baseline there are none."""
    return run if run.is_dir() else run.parent


def write_reports(
    summary: Summary,
    samples: Sequence[Sample],
    cases: Sequence[Case],
    *,
    comparison: Comparison | None = None,
    before: Sequence[Sample] = (),
    html: Path | None = None,
    junit: Path | None = None,
    markdown: Path | None = None,
) -> None:
    """Write the files that are asked for, folders made as needed, and the step summary of a GitHub job."""
    from evals.reports.junit import to_junit
    from evals.reports.markdown import add_step_summary, to_markdown

    text = to_markdown(summary, comparison, report=html.name if html else "")
    add_step_summary(text)
    if markdown is not None:
        _write(markdown, text)
    if junit is not None:
        _write(junit, to_junit(summary, comparison, samples))
    if html is not None:
        _write(html, _page(summary, samples, cases, comparison, before))
    written = [str(path) for path in (html, junit, markdown) if path is not None]
    if written:
        typer.echo(f"写好 {'、'.join(written)}", err=True)


def _page(
    summary: Summary,
    samples: Sequence[Sample],
    cases: Sequence[Case],
    comparison: Comparison | None,
    before: Sequence[Sample],
) -> str:
    from evals.case_files import themes
    from evals.reports.page import to_html

    return to_html(summary, samples, cases, comparison=comparison, before=before, themes=themes())


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
