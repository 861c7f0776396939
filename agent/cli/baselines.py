"""`agent check --baseline | --write-baseline`: only what is new stops a run over copy that has findings already."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from agent.cli.session import talk

if TYPE_CHECKING:
    from agent.models import Report

__all__ = ["known_apart"]


def known_apart(reports: Sequence[Report], *, baseline: Path | None, keep: Path | None) -> list[Report]:
    """Return the reports with known findings marked, say how many are new, and write a baseline when asked to."""
    if baseline is None and keep is None:
        return list(reports)
    from agent.guardrails.baseline import baseline_of, compare_reports, read_baseline, write_baseline

    found = compare_reports(reports, read_baseline(baseline) if baseline else baseline_of(reports))
    if baseline:
        talk(f"和基线比：新 {found.new} 处，已改 {found.fixed} 处，未变 {found.unchanged} 处")
    if keep:
        now = baseline_of(reports)
        write_baseline(keep, now)
        talk(f"已记为已知：{sum(map(len, now.notes.values()))} 处，写入 {keep}")
    return list(found.reports)
