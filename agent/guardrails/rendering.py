"""Write reports for programs: JSON, JSON lines. Text is in `advice`, HTML in `webpage`, SARIF in `sarif`."""

from __future__ import annotations

import json
from collections.abc import Sequence

from agent.models import Report

__all__ = ["to_json", "to_jsonl"]


def to_json(reports: Sequence[Report]) -> str:
    """Return a JSON list, one report a note."""
    return json.dumps([report.model_dump(mode="json") for report in reports], ensure_ascii=False, indent=2)


def to_jsonl(reports: Sequence[Report]) -> str:
    """Return one JSON report a line, in input order."""
    return "\n".join(json.dumps(report.model_dump(mode="json"), ensure_ascii=False) for report in reports)
