"""Find notes: whose one may see at all, what is looked for and where, and one page of what was found."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from agent.library.shelf import ShelvedNote, fold

__all__ = ["FIELDS", "Field", "Page", "Query", "Sight", "find", "turn_to"]

Field = Literal["", "topic", "text", "account", "persona", "product", "rule"]
FIELDS: tuple[Field, ...] = ("", "topic", "text", "account", "persona", "product", "rule")


@dataclass(frozen=True)
class Sight:
    """Say whose notes somebody may see: their own, or everybody's."""

    user: str
    everything: bool = False

    def shows(self, note: ShelvedNote) -> bool:
        """Tell whether this note is there for them; one without an owner is nobody's own."""
        return self.everything or (bool(self.user) and note.stamp.owner == self.user)


@dataclass(frozen=True)
class Query:
    """Say what is looked for: every word of `text` in one field (empty: in any); empty conditions hold always."""

    text: str = ""
    field: Field = ""
    statuses: frozenset[str] = frozenset()
    note_type: str = ""
    account: str = ""
    cites: str = ""
    since: date | None = None
    until: date | None = None
    runs: Collection[str] | None = None

    def finds(self, note: ShelvedNote) -> bool:
        """Tell whether a note is looked for."""
        stamp = note.stamp
        return (
            (not self.statuses or note.status in self.statuses)
            and self.note_type in ("", stamp.note_type)
            and self.account in ("", stamp.account)
            and (not self.cites or self.cites in note.cited)
            and (self.runs is None or note.run in self.runs)
            and self._is_of_time(stamp.created_at.astimezone().date())
            and all(self._holds(note, word) for word in fold(self.text).split())
        )

    def _is_of_time(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    def _holds(self, note: ShelvedNote, word: str) -> bool:
        if self.field:
            return word in note.words[self.field]
        return fold(note.run).startswith(word) or any(word in words for words in note.words.values())


@dataclass(frozen=True)
class Page:
    """Hold one page of what was found, and how much there is; pages are numbered from 1."""

    notes: tuple[ShelvedNote, ...]
    number: int
    pages: int
    total: int


def find(notes: Iterable[ShelvedNote], query: Query, sight: Sight) -> tuple[ShelvedNote, ...]:
    """Return the notes that are looked for and may be seen, in the order given."""
    return tuple(note for note in notes if sight.shows(note) and query.finds(note))


def turn_to(found: Sequence[ShelvedNote], number: int, *, size: int) -> Page:
    """Return a page; a number past either end is taken for the nearest there is."""
    pages = max(1, -(-len(found) // size))
    number = min(max(1, number), pages)
    return Page(tuple(found[(number - 1) * size : number * size]), number, pages, len(found))
