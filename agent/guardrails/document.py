"""A note as one text with parts, so that one scan sees title, body, tags and cover together.

Owns where parts, sentences, clauses and paragraphs begin and end, on the norm plane. Refuses matching.
"""

from __future__ import annotations

import copy
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from agent.guardrails.normalize import SEPARATOR, TextView
from agent.guardrails.rules import Within
from agent.models import FieldName, NoteInput

__all__ = ["Document", "Hit", "Part", "Reveal"]

# Parts stand on lines of their own: `^` and `$` of a pattern mean their edges, and `.` never crosses them.
_BETWEEN = f"\n{SEPARATOR}\n"
_EMOJI = "\u2600-\u27bf\U0001f300-\U0001faff"
# What ends a unit begins with a class of characters, which `re` looks for quickly, and then has to hold for each.
_SENTENCE = re.compile(rf"[。!?;\n{SEPARATOR}.…](?:(?<=\.)(?![0-9a-z])|(?<=…)…*|(?<![.…]))")
_CLAUSE = re.compile(
    rf"[。!?;\n{SEPARATOR}、,:.…—~{_EMOJI}]"
    rf"(?:(?<=,)(?![0-9]{{3}})|(?<=:)(?![0-9])|(?<=\.)(?![0-9a-z])|(?<=…)…*|(?<=[—~])[—~]*"
    rf"|(?<=[{_EMOJI}])[{_EMOJI}]*|(?<=[。!?;\n{SEPARATOR}、]))"
)
_PARAGRAPH = re.compile(rf"[\n{SEPARATOR}]")
_BITS = 64
_EVERY = 2**_BITS - 1
_NOTE = re.compile(r"\Z(?!\Z)")
_SPLITTERS: dict[Within, re.Pattern[str]] = {
    "clause": _CLAUSE,
    "sentence": _SENTENCE,
    "paragraph": _PARAGRAPH,
    "note": _NOTE,
}


@dataclass(frozen=True, slots=True)
class Part:
    """Name one raw field and where it starts in the joined raw text."""

    field: FieldName
    index: int
    start: int
    end: int


class Hit(NamedTuple):
    """Mark a half-open span of the norm plane; `disguise` names what had to be seen through."""

    start: int
    end: int
    disguise: tuple[str, ...] = ()


class Reveal(NamedTuple):
    """Name a span of the norm plane, the plain words it stands for, and how they were disguised."""

    start: int
    end: int
    text: str
    kinds: tuple[str, ...]


class Document:
    """Join the fields of a note into one text and keep its boundaries."""

    def __init__(self, note: NoteInput) -> None:
        self.note = note
        self.parts: list[Part] = []
        texts: list[str] = []
        position = 0
        for field, index, text in _fields(note):
            self.parts.append(Part(field, index, position, position + len(text)))
            texts.append(text.replace(SEPARATOR, "\u200b"))
            position += len(text) + len(_BETWEEN)
        self.raw = _BETWEEN.join(texts)
        self._starts = [part.start for part in self.parts]
        self._read(TextView(self.raw), ())

    def _read(self, view: TextView, disguised: Sequence[tuple[int, int, tuple[str, ...]]]) -> None:
        self.view = view
        self.norm = view.norm
        self.encoded = view.norm.encode("utf-8", "surrogatepass")
        self._disguised = disguised
        self._disguise_ends = [last for _, last, _ in disguised]
        self._edges: dict[Within, list[int]] = {}
        self._line_table: list[tuple[int, int, int]] | None = None

    def revealed(self, reveals: Sequence[Reveal]) -> Document:
        """Return the same note with disguised words in plain spelling; spans still lead back to the raw text."""
        document = copy.copy(self)
        shift = 0
        places: list[tuple[int, int, tuple[str, ...]]] = []
        for reveal in reveals:
            start = reveal.start + shift
            places.append((start, start + len(reveal.text), reveal.kinds))
            shift += len(reveal.text) - (reveal.end - reveal.start)
        document._read(self.view.revealed([(r.start, r.end, r.text) for r in reveals]), places)
        return document

    def only(self, spans: Iterable[tuple[int, int]]) -> Document:
        """Return the same note, blank but for these spans; they keep their places."""
        document = copy.copy(self)
        document._read(self.view.only(spans), ())
        return document

    def disguise_of(self, start: int, end: int) -> tuple[str, ...]:
        """Name the disguises that were taken off a norm span."""
        if not self._disguised:
            return ()
        kinds: set[str] = set()
        for first, last, own in self._disguised[bisect_right(self._disguise_ends, start) :]:
            if first >= end:
                break
            kinds.update(own if start < last else ())
        return tuple(sorted(kinds))

    def part_at(self, hit: Hit) -> Part:
        """Return the part in which a hit begins; one that begins between two parts belongs to the second."""
        start, end = self.view.raw_span(hit.start, hit.end)
        number = bisect_right(self._starts, start) - 1
        part = self.parts[number]
        if start >= part.end and number + 1 < len(self.parts) and end > self.parts[number + 1].start:
            return self.parts[number + 1]
        return part

    def part_range(self, part: Part) -> tuple[int, int]:
        """Return the norm range of a part."""
        return self.view.norm_at(part.start), self.view.norm_at(part.end)

    def locate(self, hit: Hit) -> tuple[Part, int, int, str]:
        """Return part, raw start and end within the field, and the raw text of a hit."""
        part = self.part_at(hit)
        start, end = self.view.raw_span(hit.start, hit.end)
        start, end = max(start, part.start), min(end, part.end)
        return part, start - part.start, end - part.start, self.raw[start:end]

    def window(self, within: Within, hit: Hit) -> tuple[int, int]:
        """Return the norm range of the clause, sentence, paragraph or note around a hit."""
        if within == "note":
            return 0, len(self.norm)
        edges = self._edges_of(within)
        begin = bisect_right(edges, hit.start) - 1
        stop = bisect_right(edges, max(hit.start, hit.end - 1))
        return edges[max(begin, 0)], edges[stop] if stop < len(edges) else len(self.norm)

    def unit(self, within: Within, position: int) -> int:
        """Return the number of the unit that holds a norm position."""
        return 0 if within == "note" else bisect_right(self._edges_of(within), position)

    def stretches(self, lines: int) -> list[tuple[int, int, int]]:
        """Return byte range in `encoded` and norm position of neighbouring lines whose bits (modulo 64) are set."""
        if lines == _EVERY:
            return [(0, len(self.encoded), 0)]
        found: list[tuple[int, int, int]] = []
        for number, (first, last, position) in enumerate(self._lines()):
            if not lines >> number % _BITS & 1:
                continue
            if found and found[-1][1] == first:
                found[-1] = found[-1][0], last, found[-1][2]
            else:
                found.append((first, last, position))
        return found

    def _lines(self) -> list[tuple[int, int, int]]:
        """Return first byte, end byte (after the line break) and norm position of every line."""
        if self._line_table is None:
            rows, first, position = [], 0, 0
            for line in self.norm.split("\n"):
                last = first + len(line.encode("utf-8", "surrogatepass")) + 1
                rows.append((first, min(last, len(self.encoded)), position))
                first, position = last, position + len(line) + 1
            self._line_table = rows
        return self._line_table

    @cached_property
    def body(self) -> Part | None:
        """Return the body part, if the note has one."""
        return next((part for part in self.parts if part.field == "body"), None)

    def _edges_of(self, within: Within) -> list[int]:
        edges = self._edges.get(within)
        if edges is None:
            edges = [0, *(match.end() for match in _SPLITTERS[within].finditer(self.norm))]
            self._edges[within] = edges
        return edges


def _fields(note: NoteInput) -> list[tuple[FieldName, int, str]]:
    titles = note.titles if note.title in note.titles else (note.title, *note.titles)
    fields: list[tuple[FieldName, int, str]] = [("title", i, text) for i, text in enumerate(titles) if text]
    fields.append(("body", 0, note.body))
    fields.extend(("cover", 0, note.cover) for _ in range(1) if note.cover)
    fields.extend(("tags", i, text) for i, text in enumerate(note.tags))
    return fields
