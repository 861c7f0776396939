"""Mark findings in the fields of a draft: raw code-point offsets, overlaps included, no script in the browser."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from agent.guardrails.wording import label_of
from agent.models import FieldName, Finding, Note, Severity
from evals.reports.visible import show, visible

__all__ = ["MarkedField", "Numbered", "mark", "mark_note", "numbered"]

GRAVITY: dict[Severity, int] = {"block": 0, "fix": 1, "warn": 2}
Numbered = tuple[tuple[int, Finding], ...]


@dataclass(frozen=True)
class MarkedField:
    """Hold one field of a draft as HTML; `chosen` is false for title candidates that were not taken."""

    field: FieldName
    label: str
    text: Markup
    chosen: bool = True


def numbered(findings: Sequence[Finding]) -> Numbered:
    """Give findings numbers, the gravest first, then in reading order."""
    fields = ("title", "cover", "body", "tags", "note")
    ordered = sorted(
        findings, key=lambda f: (GRAVITY[f.severity], f.start is None, fields.index(f.field), f.index, f.start or 0)
    )
    return tuple(enumerate(ordered, 1))


def mark_note(note: Note, findings: Numbered, anchor: str) -> tuple[MarkedField, ...]:
    """Mark titles, cover, body and tags; `anchor` begins the ids to which the numbers link."""
    fields: list[MarkedField] = []
    for index, title in enumerate(note.titles):
        text = mark(title, _within(findings, "title", index), anchor)
        fields.append(MarkedField("title", label_of("field", "title"), text, chosen=title == note.title))
    if note.cover:
        fields.append(_field("cover", mark(note.cover, _within(findings, "cover"), anchor)))
    fields.append(_field("body", mark(note.body, _within(findings, "body"), anchor)))
    tags = [mark(tag, _within(findings, "tags", index), anchor) for index, tag in enumerate(note.tags)]
    if tags:
        fields.append(_field("tags", Markup(" ").join(Markup("#{}").format(tag) for tag in tags)))
    return tuple(fields)


def mark(text: str, findings: Numbered, anchor: str) -> Markup:
    """Mark every span; a stretch is as grave as the worst finding over it, and each finding's number ends its span."""
    spans = [(_clamped(finding, len(text)), number, finding) for number, finding in findings]
    edges = sorted({0, len(text), *itertools.chain.from_iterable(span for span, _, _ in spans)})
    parts: list[Markup] = []
    for start, end in itertools.pairwise(edges):
        over = [finding for span, _, finding in spans if span[0] <= start and end <= span[1]]
        parts.append(_stretch(text[start:end], over))
        parts += [_reference(number, finding, anchor) for span, number, finding in spans if span[1] == end]
    return Markup("").join(parts)


def _within(findings: Numbered, field: FieldName, index: int = 0) -> Numbered:
    return tuple(
        (number, finding)
        for number, finding in findings
        if (finding.field, finding.index) == (field, index) and finding.start is not None
    )


def _field(field: FieldName, text: Markup) -> MarkedField:
    return MarkedField(field, label_of("field", field), text)


def _clamped(finding: Finding, length: int) -> tuple[int, int]:
    start = min(max(finding.start or 0, 0), length)
    return start, min(max(finding.end or 0, start), length)


def _stretch(text: str, over: Sequence[Finding]) -> Markup:
    if not over:
        return show(text)
    worst = min(over, key=lambda finding: GRAVITY[finding.severity])
    told = "；".join(f"{label_of('severity', f.severity)} {f.rule}：{f.message}" for f in over)
    return Markup('<mark class="{}" title="{}">{}</mark>').format(worst.severity, visible(told), show(text))


def _reference(number: int, finding: Finding, anchor: str) -> Markup:
    told = f"第 {number} 条，{label_of('severity', finding.severity)}，{finding.rule}"
    return Markup('<a class="ref" href="#{}-{}" aria-label="{}">{}</a>').format(anchor, number, visible(told), number)
