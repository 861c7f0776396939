"""Write reports for programs and browsers: JSON, JSON lines, HTML. Text is in `advice`, SARIF in `sarif`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape

from agent.guardrails.advice import finding_lines, headline, left_open_lines
from agent.guardrails.document import Document
from agent.guardrails.wording import label_of, word
from agent.models import NoteInput, Report

__all__ = ["to_html", "to_json", "to_jsonl"]

_STYLE = (
    "body{font:16px/1.7 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "section{border-top:1px solid #ccc;padding:1rem 0}pre{white-space:pre-wrap;font:inherit;background:#f6f6f6;"
    "padding:.8rem}mark.block{background:#ffc9c9}mark.fix{background:#ffe08a}mark.warn{background:#cfe8ff}"
    "li{margin:.6rem 0}.cleared,.waived{color:#777}"
)


def to_json(reports: Sequence[Report]) -> str:
    """Return a JSON list, one report a note."""
    return json.dumps([report.model_dump(mode="json") for report in reports], ensure_ascii=False, indent=2)


def to_jsonl(reports: Sequence[Report]) -> str:
    """Return one JSON report a line, in input order."""
    return "\n".join(json.dumps(report.model_dump(mode="json"), ensure_ascii=False) for report in reports)


def to_html(notes: Sequence[NoteInput], reports: Sequence[Report]) -> str:
    """Return one self-contained page; every text of a note is escaped."""
    sections = "".join(_section(note, report) for note, report in zip(notes, reports, strict=True))
    title = escape(word("title"))
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1>{sections}</body></html>"
    )


def _section(note: NoteInput, report: Report) -> str:
    fields = "".join(_marked(note, report))
    lines = "".join(
        f'<li class="{finding.status}">'
        + "<br>".join(escape(line.strip()) for line in finding_lines(finding))
        + "</li>"
        for finding in report.findings
    )
    rest = "".join(f"<p>{escape(line.strip())}</p>" for line in (headline(report), *left_open_lines(report)))
    return f"<section>{rest}{fields}<ul>{lines}</ul></section>"


def _marked(note: NoteInput, report: Report) -> Iterator[str]:
    document = Document(note)
    for part in document.parts:
        raw = document.raw[part.start : part.end]
        spans = sorted(
            (finding.start, finding.end, finding.severity)
            for finding in report.open()
            if (finding.field, finding.index) == (part.field, part.index)
            and finding.start is not None
            and finding.end is not None
        )
        yield f"<h3>{escape(label_of('field', part.field))}</h3><pre>{_highlight(raw, spans)}</pre>"


def _highlight(raw: str, spans: Sequence[tuple[int, int, str]]) -> str:
    """Mark spans in text order; one that begins inside another is left out."""
    pieces: list[str] = []
    position = 0
    for start, end, severity in spans:
        if start < position:
            continue
        pieces.append(escape(raw[position:start]))
        pieces.append(f'<mark class="{severity}">{escape(raw[start:end])}</mark>')
        position = end
    return "".join(pieces) + escape(raw[position:])
