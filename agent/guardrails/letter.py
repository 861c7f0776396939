"""A note that is to be written anew, as its author is told: paragraph by paragraph, each sentence with its reason.

Owns the order of what is told of one paragraph, and the words around it. No sentence is told another wording, which
would outlive it; a claim that lacks its conditions goes too, and is told what it needs to come back. Refuses to judge:
what goes, what is missing and what needs a look is in `agent.guardrails.todo`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, NamedTuple

from agent.guardrails.joining import Passage
from agent.guardrails.looking import look_of
from agent.guardrails.owing import Missing, add_lines, mark_line
from agent.guardrails.quoting import within_quotes
from agent.guardrails.todo import Todo, close_lines, quote_of, reason_lines, section
from agent.guardrails.topics import is_doubtful, says_of
from agent.guardrails.wording import cite, cite_shortly, gist, label_of, word
from agent.models import FieldName, Finding, NoteInput, Report

__all__ = ["letter_lines"]

_ORDER: Final[tuple[FieldName, ...]] = ("title", "cover", "body", "tags", "note")
_OPENING: Final = 10  # characters that show which paragraph is meant
_LONGEST: Final = 100  # characters of a sentence that is quoted whole
_QUOTED: Final = re.compile("“([^“”]*)”")
_MARKS: Final = "，。！？；：、,.!?;:… "


class _Place(NamedTuple):
    """Hold where something is said of: a field, for the body one of its paragraphs, counted from 1."""

    order: int
    paragraph: int = 0

    @property
    def field(self) -> FieldName:
        """Return the name of the field."""
        return _ORDER[self.order]


@dataclass(frozen=True)
class _Said:
    """Hold what is said of one place: where it begins there, its lines, and whether it only asks."""

    place: _Place
    start: int
    lines: tuple[str, ...]
    asks: bool = False


def letter_lines(note: NoteInput, report: Report, todo: Todo, *, full: bool = False) -> Iterator[str]:
    """Tell how much there is, then what goes, by paragraph and with its reason; then what the note must hold anew.

    Without `full` a sentence is told what it does, the point of one reason and one clause.
    """
    claims = [item for item in todo.adding if _is_claim(note, item, todo)]
    rest = [item for item in todo.adding if item not in claims]
    said = sorted(_said(note, todo, claims, full=full), key=lambda one: (one.place, one.start))
    asked = sum(one.asks for one in said)
    yield word("to_do_anew").format(gone=len(said) - asked, asked=asked, added=len(rest) + bool(todo.mark))
    yield from ("", word("by_paragraph"))
    for place, group in groupby(said, key=lambda one: one.place):
        yield from _of_place(note, place, list(group))
    yield from _untouched(note, said)
    lines = [line for item in rest for line in add_lines(note, item, anew=True)]
    lines = ([mark_line(todo.mark, anew=True)] if todo.mark else []) + lines
    yield from section("must_add_anew", lines + _written_of(report))
    yield from close_lines(report, todo, reason_lines(rest, full=full, others=full), title="reasons_of_lines")


def _is_claim(note: NoteInput, item: Missing, todo: Todo) -> bool:
    """Tell whether lines are missing for words of the body, in a sentence of which nothing else is said."""
    start = note.body.find(item.first.text) if item.first.text and not item.opens else -1
    told = [(passage.first, passage.start, passage.end) for passage in (*todo.going, *todo.doubted)]
    told += [(finding, finding.start, finding.end) for finding in todo.looks]
    return start >= 0 and not any(
        finding.field == "body" and first is not None and last is not None and first <= start < last
        for finding, first, last in told
    )


def _said(note: NoteInput, todo: Todo, claims: Sequence[Missing], *, full: bool) -> Iterator[_Said]:
    """Yield what is said of each sentence, passages first, which tell the reason that a claim may share."""
    told: set[str] = set()
    for passage in sorted((*todo.going, *todo.doubted), key=lambda one: _where(note, one.first)):
        place, start = _where(note, passage.first)
        yield _Said(place, start, (_of_passage(note, passage, told, full=full),), passage.gravity == "warn")
    for item in claims:
        start = note.body.index(item.first.text)
        place = _Place(_ORDER.index("body"), _paragraph(note, start))
        yield _Said(place, start, tuple(_of_claim(note, item, full=full)))
    for finding in todo.looks:
        if line := look_of(finding, full=full):
            yield _Said(*_where(note, finding), (line,), asks=True)


def _of_claim(note: NoteInput, item: Missing, *, full: bool) -> Iterator[str]:
    """Tell of words that lack their conditions why they go, and how they come back."""
    reason = word("reason").format(
        why=item.first.message.rstrip("。") if full else gist(item.first.message).rstrip("。"),
        rule=item.rules, law=_clause(item.first),
    )  # fmt: skip
    yield from add_lines(note, item, why=reason)


def _where(note: NoteInput, finding: Finding) -> tuple[_Place, int]:
    start = finding.start or 0
    paragraph = _paragraph(note, start) if finding.field == "body" and finding.start is not None else 0
    return _Place(_ORDER.index(finding.field), paragraph), start


def _paragraphs(note: NoteInput) -> list[str]:
    return [line.strip() for line in note.body.split("\n") if line.strip()]


def _paragraph(note: NoteInput, start: int) -> int:
    """Return the number of the paragraph of the body in which a place lies."""
    return max(1, sum(bool(line.strip()) for line in (note.body[:start] + "x").split("\n")))


def _of_passage(note: NoteInput, passage: Passage, told: set[str], *, full: bool) -> str:
    """Tell of one sentence why it goes; a title and a tag are told their remedy."""
    after = passage.cure if passage.first.field in ("title", "tags") else ""
    code = "gone_whole" if after else "gone_perhaps" if passage.gravity == "warn" else "gone"
    if full:
        why = "；".join(_reason_in_full(finding) for finding in (passage.first, *passage.others))
    else:
        why = _reason(note, passage, told)
    return word(code).format(quote=_sentence(note, passage), after=after, why=why)


def _reason_in_full(finding: Finding) -> str:
    law = "；".join(map(cite, finding.basis))
    return word("reason").format(why=finding.message.rstrip("。"), rule=finding.rule, law=law)


def _reason(note: NoteInput, passage: Passage, told: set[str]) -> str:
    """Say what the sentence does and the point of the reason; no reason where the sentence reads like another."""
    finding = passage.first
    if finding.field == "body" and is_doubtful(finding.rule, note.body[slice(passage.start, passage.end)]):
        return word("reason_open").format(rule=finding.rule)
    says, point = says_of(finding.rule), gist(finding.message).rstrip("。")
    fitting = point not in told and _is_of(note, point)
    told.add(point)
    why = "——".join([says] * bool(says) + [point] * (fitting or not says))
    return word("reason").format(why=why, rule=finding.rule, law=_clause(finding))


def _is_of(note: NoteInput, point: str) -> bool:
    """Tell whether the words that a reason quotes stand in the note, which is told of its own words alone."""
    return all(quote in note.body + note.title for quote in _QUOTED.findall(point))


def _sentence(note: NoteInput, passage: Passage) -> str:
    """Quote the whole sentence, which goes as a whole; only what was hit where it is long, or hides what was hit."""
    first = passage.first
    hidden = any(finding.disguise for finding in passage.findings)
    if hidden or first.field != "body" or passage.start is None or passage.end is None:
        return quote_of(note, passage)
    told = within_quotes(note.body[passage.start : passage.end]).rstrip(_MARKS)
    return f"“{told}”" if len(told) <= _LONGEST else quote_of(note, passage)


def _clause(finding: Finding) -> str:
    """Cite a clause that was read, if any, else the first."""
    read = [basis for basis in finding.basis if basis.verified and basis.article]
    return "".join(cite_shortly(basis) for basis in (read or finding.basis)[:1])


def _of_place(note: NoteInput, place: _Place, said: Sequence[_Said]) -> Iterator[str]:
    if place.field == "body" and place.paragraph:
        opening = _opening(_paragraphs(note)[place.paragraph - 1])
        yield "  " + word("paragraph").format(number=place.paragraph, opening=opening)
    else:
        yield "  " + label_of("field", place.field)
    yield from (f"    {line}" for one in said for line in one.lines)


def _opening(text: str) -> str:
    return text[:_OPENING].rstrip(_MARKS) + ("…" if len(text) > _OPENING else "")


def _untouched(note: NoteInput, said: Sequence[_Said]) -> Iterator[str]:
    """Name the paragraphs of which nothing is said, which is not to say that they are clean."""
    touched = {one.place.paragraph for one in said}
    rest = [str(number) for number in range(1, len(_paragraphs(note)) + 1) if number not in touched]
    if rest and len(rest) < len(_paragraphs(note)):
        yield "  " + word("untouched").format(numbers="、".join(rest))


def _written_of(report: Report) -> list[str]:
    """Say what must be told of each product on offer, once it is told of at all."""
    if report.note_type not in ("marketing", "benefit"):
        return []
    return [word("in_full").format(told=label_of("written_of", product)) for product in report.products]
