"""Findings a repository of copy already has: known by fingerprint, so that only new ones stop a run.

Owns the file and the comparison. A fingerprint is rule, quote and nearest letters, so an edit elsewhere in a note does
not bring a known finding back. The verdict of a note stays as it was: what is known is not approved.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Literal

from pydantic import Field, ValidationError

from agent.errors import ConfigurationError, StorageError
from agent.models import Finding, Frozen, Report

__all__ = ["Baseline", "Compared", "baseline_of", "compare_reports", "read_baseline", "write_baseline"]


class Known(Frozen):
    """Hold one finding: the fingerprint decides, rule and quote are for those who read the file."""

    rule: str
    fingerprint: str
    text: str = ""


class Baseline(Frozen):
    """Hold the known findings by note; notes without an id share the empty one."""

    version: Literal[1] = 1
    notes: dict[str, tuple[Known, ...]] = Field(default_factory=dict)


@dataclass(frozen=True)
class Compared:
    """Hold the reports with known findings marked, and how many are new, unchanged and fixed since."""

    reports: tuple[Report, ...]
    new: int
    unchanged: int
    fixed: int


def baseline_of(reports: Sequence[Report]) -> Baseline:
    """Take all open findings of these reports as known."""
    notes: dict[str, tuple[Known, ...]] = {}
    for report in reports:
        known = tuple(Known(rule=f.rule, fingerprint=f.fingerprint, text=f.text) for f in report.open())
        if known:
            notes[_key(report)] = (*notes.get(_key(report), ()), *known)
    return Baseline(notes=notes)


def compare_reports(reports: Sequence[Report], baseline: Baseline) -> Compared:
    """Mark the findings that a baseline knows; each entry of it stands for one finding. Other notes do not count."""
    checked = {_key(report) for report in reports}
    left = {name: Counter(entry.fingerprint for entry in baseline.notes.get(name, ())) for name in checked}
    marked = tuple(_marked(report, left[_key(report)]) for report in reports)
    unchanged = sum(finding.status == "known" for report in marked for finding in report.findings)
    return Compared(
        marked, sum(len(report.open()) for report in marked), unchanged, sum(known.total() for known in left.values())
    )


def read_baseline(path: Path) -> Baseline:
    """Read a baseline file; raise `ConfigurationError` when it cannot be read or is none."""
    try:
        return Baseline.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ConfigurationError("baseline_unreadable", path=path, reason=error.strerror or error) from error
    except ValidationError as error:
        raise ConfigurationError("baseline_malformed", path=path, reason=error.errors()[0]["msg"]) from error


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Write a baseline so that two of them can be compared line by line; raise `StorageError` naming the path."""
    text = json.dumps(baseline.model_dump(mode="json"), ensure_ascii=False, indent=1, sort_keys=True)
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise StorageError("baseline_unwritable", path=path, reason=error.strerror or error) from error


def _key(report: Report) -> str:
    """Name a note: its id, a path without detours."""
    return PurePath(report.id).as_posix() if report.id else ""


def _marked(report: Report, left: Counter[str]) -> Report:
    """Mark known findings; what is used up in `left` is taken out of it."""
    findings = tuple(_known(finding, left) for finding in report.findings)
    return report.model_copy(update={"findings": findings})


def _known(finding: Finding, left: Counter[str]) -> Finding:
    if finding.status != "open" or not left[finding.fingerprint]:
        return finding
    left[finding.fingerprint] -= 1
    return finding.model_copy(update={"status": "known", "status_by": "baseline"})
