"""Write reports for people and programs: text, JSON, JSON lines, HTML. SARIF is in `sarif`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape

from agent.guardrails.document import Document
from agent.guardrails.wording import cite, label_of, word
from agent.models import Finding, NoteInput, Report

__all__ = ["to_html", "to_json", "to_jsonl", "to_text"]

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


def to_text(reports: Sequence[Report]) -> str:
    """Say, for each note, which sentence, why (clause), and how to change it."""
    return "\n\n".join("\n".join(_report_lines(report)) for report in reports)


def to_html(notes: Sequence[NoteInput], reports: Sequence[Report]) -> str:
    """Return one self-contained page; every text of a note is escaped."""
    sections = "".join(_section(note, report) for note, report in zip(notes, reports, strict=True))
    title = escape(word("title"))
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1>{sections}</body></html>"
    )


def _report_lines(report: Report) -> Iterator[str]:
    yield _headline(report)
    for finding in report.findings:
        yield from _finding_lines(finding)
    for needs, rules in _by_needs(report).items():
        yield f"  ? {word('undetermined')} {'、'.join(rules)}:{word('needs')} {'、'.join(needs)}"
    if report.label.required:
        yield f"  # {word('label')}:{' / '.join(report.label.text.splitlines())}"
        yield from (f"    {reason}" for reason in report.label.reasons)
        yield from (f"    {word('step')}:{step}" for step in report.label.platform_step.splitlines())


def _by_needs(report: Report) -> dict[tuple[str, ...], list[str]]:
    grouped: dict[tuple[str, ...], list[str]] = {}
    for entry in report.undetermined:
        needs = tuple(label_of("input", need) for need in entry.needs)
        grouped.setdefault(needs, []).append(entry.rule)
    return grouped


def _headline(report: Report) -> str:
    products = "、".join(label_of("product", product) for product in report.products)
    parts = [label_of("verdict", report.verdict), label_of("note_type", report.note_type), products]
    name = f"[{report.id}] " if report.id else ""
    return name + " · ".join(part for part in parts if part)


def _finding_lines(finding: Finding) -> Iterator[str]:
    if finding.status != "open":
        reason = label_of("guard", finding.status_by)
        yield f"  - {label_of('status', finding.status)} {finding.rule} “{finding.text}”({reason})"
        return
    yield f"  * {label_of('severity', finding.severity)} {finding.rule} {_place(finding)}"
    yield f"    {word('why')}:{finding.message}"
    yield f"    {word('basis')}:{';'.join(cite(basis) for basis in finding.basis)}"
    yield f"    {word('advice')}:{finding.advice}"
    if finding.fix:
        yield f"    {word('replacement')}:{finding.fix.replacement}"


def _place(finding: Finding) -> str:
    field = label_of("field", finding.field) + (str(finding.index + 1) if finding.field == "tags" else "")
    if finding.start is None:
        return f"{field}:{word('missing')}" + (f"({word('related')}“{finding.text}”)" if finding.text else "")
    hidden = "、".join(label_of("disguise", kind) for kind in finding.disguise)
    return f"{field} {finding.start}–{finding.end}“{finding.text}”" + (f"({hidden})" if hidden else "")


def _section(note: NoteInput, report: Report) -> str:
    fields = "".join(_marked(note, report))
    lines = "".join(
        f'<li class="{finding.status}">'
        + "<br>".join(escape(line.strip()) for line in _finding_lines(finding))
        + "</li>"
        for finding in report.findings
    )
    rest = "".join(
        f"<p>{escape(line.strip())}</p>" for line in _report_lines(report.model_copy(update={"findings": ()}))
    )
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
