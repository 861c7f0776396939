"""The text of a note with its open findings marked in it; a mark leads to its finding, and a finding back to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from nicegui import ui

from agent.desk.values import CaseFinding
from agent.models import FieldName, Note
from agent.web.pages.desk.opened import Opened
from agent.web.pages.writing import attribute, text, visible

__all__ = ["Passage", "passages", "show_note"]


@dataclass(frozen=True)
class Passage:
    """Hold a piece of a text and the numbers (from one) of the findings it belongs to."""

    text: str
    numbers: tuple[int, ...] = ()


def passages(content: str, findings: Sequence[tuple[int, CaseFinding]]) -> Iterator[Passage]:
    """Cut a text where a finding begins or ends; joined again, the passages are the text."""
    spans = [(number, *span) for number, finding in findings if (span := _span(finding, len(content)))]
    cuts = sorted({0, len(content), *(edge for _, start, end in spans for edge in (start, end))})
    for start, end in pairwise(cuts):
        numbers = tuple(number for number, left, right in spans if left <= start and end <= right)
        yield Passage(content[start:end], numbers)


def show_note(opened: Opened) -> None:
    """Write the note as a reader would see it, field by field."""
    say, note = opened.say, opened.case.note
    numbered = tuple(enumerate(opened.case.open, start=1))
    for name, contents in _fields(note):
        with ui.element("div").classes(f"desk-field desk-field-{name}"):
            text(say(f"desk_field_{name}"), "desk-field-name")
            for index, content in contents:
                here = [(n, f) for n, f in numbered if f.field == name and f.index == index]
                _write(opened, content, here, prefix="#" if name == "tags" else "")
    if opened.case.label_text:
        with ui.element("div").classes("desk-field"):
            text(say("desk_label"), "desk-field-name")
            text(opened.case.label_text)
            if opened.case.label_step:
                text(say("desk_label_step", step=opened.case.label_step), "desk-quiet")


def _fields(note: Note) -> Iterator[tuple[FieldName, list[tuple[int, str]]]]:
    yield "title", [(note.titles.index(note.title), note.title)]
    if note.cover:
        yield "cover", [(0, note.cover)]
    yield "body", [(0, note.body)]
    if note.tags:
        yield "tags", list(enumerate(note.tags))


def _write(opened: Opened, content: str, findings: Sequence[tuple[int, CaseFinding]], *, prefix: str) -> None:
    by_number = dict(findings)
    seen: set[int] = set()
    with ui.element("div").classes("desk-words") as words:
        attribute(words, dir="auto")
        if prefix:
            text(prefix, tag="span")
        for passage in passages(content, findings):
            if passage.numbers:
                _mark(opened, passage, by_number, new=set(passage.numbers) - seen)
                seen |= set(passage.numbers)
            else:
                text(passage.text, tag="span")


def _mark(opened: Opened, passage: Passage, findings: dict[int, CaseFinding], *, new: set[int]) -> None:
    """Mark a passage; it carries the number of a finding where that begins."""
    say, worst = opened.say, min(passage.numbers, key=lambda number: _gravity(findings[number]))
    finding = findings[worst]
    with ui.link(target=f"#finding-{worst}").classes(f"desk-mark desk-mark-{finding.severity}") as mark:
        text(passage.text, tag="mark")
        for number in sorted(new):
            attribute(text(str(number), tag="sup"), id=f"mark-{number}")
    words = say("desk_finding_mark", number=worst, grade=say(f"desk_grade_{finding.severity}"), text=passage.text)
    attribute(mark, aria_label=visible(words))


def _gravity(finding: CaseFinding) -> int:
    return ("block", "fix", "warn").index(finding.severity)


def _span(finding: CaseFinding, length: int) -> tuple[int, int] | None:
    if finding.start is None or finding.end is None or not 0 <= finding.start < finding.end <= length:
        return None
    return finding.start, finding.end
