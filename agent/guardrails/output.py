"""Choose the writer of a report format: text, json, jsonl, sarif, html."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal

from agent.guardrails.advice import to_text
from agent.guardrails.loader import Packs, load_packs
from agent.guardrails.rendering import to_json, to_jsonl
from agent.guardrails.sarif import to_sarif
from agent.guardrails.webpage import to_html
from agent.models import NoteInput, Report

__all__ = ["ReportFormat", "render_reports"]

ReportFormat = Literal["text", "json", "jsonl", "sarif", "html"]


def render_reports(
    checked: Sequence[tuple[NoteInput, Report]],
    *,
    format: ReportFormat,
    packs: Packs | None = None,
    full: bool = False,
    letters: Mapping[int, Sequence[str]] = MappingProxyType({}),
) -> str:
    """Return the reports of these notes in one format, ending with a newline.

    `packs` describe rules in SARIF; `full` tells a text's every reason; `letters` stand in a text for what
    is said of a note, by its place.
    """
    notes = [note for note, _ in checked]
    reports = [report for _, report in checked]
    match format:
        case "json":
            text = to_json(reports)
        case "jsonl":
            text = to_jsonl(reports)
        case "sarif":
            text = to_sarif(notes, reports, packs or load_packs(examples=False))
        case "html":
            text = to_html(notes, reports)
        case "text":
            text = to_text(notes, reports, full=full, letters=letters)
    return text + "\n"
