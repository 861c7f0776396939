"""Write a run as at most forty lines of Markdown for a pull request or a step summary.

Everything that may come from a note stands inside one code fence longer than any run of backticks in it: no mention,
link or tag in there means anything to the platform.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from evals.reports.standing import Failure, Row, failures, hard_checks, other_flips, rows, standing
from evals.reports.table import flip_line, render_rows
from evals.reports.visible import one_line
from evals.reports.wording import spell
from evals.values import Comparison, Summary

__all__ = ["LONGEST", "add_step_summary", "to_markdown"]

LONGEST = 40
_WIDTH = 120
_STEP_SUMMARY = "GITHUB_STEP_SUMMARY"


def to_markdown(summary: Summary, comparison: Comparison | None = None, *, report: str = "") -> str:
    """Render heading, gated metrics, failures and flips; what does not fit is counted. `report` names the full page."""
    state = standing(summary, comparison)
    head = [
        f"### evals {_plain(summary.suite)}：{state.code} {state.word}",
        "",
        f"{_hard(summary)}{state.sentence}",
        "",
    ]
    foot = ["", f"全部内容见附件 `{_plain(report)}`。"] if report else []
    body = _fenced(_body(summary, comparison), LONGEST - len(head) - len(foot) - 2)
    return "\n".join([*head, *body, *foot]) + "\n"


def add_step_summary(text: str) -> Path | None:
    """Append to the step summary of the running GitHub job; return its path, or None outside of one."""
    name = os.environ.get(_STEP_SUMMARY, "")
    if not name:
        return None
    path = Path(name)
    with path.open("a", encoding="utf-8") as sheet:
        sheet.write(text + "\n")
    return path


def _hard(summary: Summary) -> str:
    """Count cases by hard checks, as far as they were made."""
    asked = sum(estimate.n for estimate in summary.estimates.values() if estimate.tier == "hard")
    if not asked or not hard_checks(summary):
        return ""
    return f"硬性检查 {asked - len(failures(summary))}/{asked}。"


def _body(summary: Summary, comparison: Comparison | None) -> list[str]:
    shown = tuple(row for row in rows(summary, comparison) if _matters(row))
    lines = [one_line(spell(summary.signature), _WIDTH)]
    if shown:
        lines += render_rows(shown, ids=True).splitlines()
    if comparison is None:
        lines += [_failed(failure) for failure in failures(summary)]
    else:
        lines += [one_line(f"✗ {text}", _WIDTH) for text in comparison.hard]
        lines += [flip_line(flip, _WIDTH) for flip in other_flips(comparison)]
    return lines


def _matters(row: Row) -> bool:
    """Keep the gated metrics, and of the hard ones those that are not perfect."""
    if row.tier == "hard":
        return row.value is not None and row.value < 1
    return row.tier == "primary" or row.change is not None


def _failed(failure: Failure) -> str:
    return one_line(f"✗ {failure.case} {failure.title}：{failure.reason}", _WIDTH)


def _fenced(lines: list[str], room: int) -> list[str]:
    """Put lines into a fence that nothing in them can close; count what does not fit."""
    kept = lines if len(lines) <= room else [*lines[: room - 1], f"… 另有 {len(lines) - room + 1} 行"]
    longest = max((len(run) for line in kept for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}text", *kept, fence]


def _plain(text: str) -> str:
    """Keep letters, digits and simple signs of a name."""
    return re.sub(r"[^\w./-]", "_", one_line(text))
