"""The note on the table as the record has it now: its text, what is open, and how far it has come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from agent.aside import aside
from agent.chat.blocks import extents
from agent.chat.cards import last_word, note_card, result_cards
from agent.chat.state import Lock
from agent.chat.values import FindingCard, NoteCard
from agent.errors import UsageError
from agent.models import Note, Segment
from agent.record import Status, Store
from agent.results import DraftResult
from agent.web.services import Services

__all__ = ["Piece", "Stage", "Standing", "Table", "cut", "load_table", "paragraphs", "standing_of"]

Stage = Literal["written", "submitted", "changes", "approved", "published", "rejected", "retracted"]

STAGES: dict[Status, Stage] = {
    "written": "written", "submitted": "submitted", "changes": "changes", "approved": "approved",
    "published": "published", "rejected": "rejected", "retracted": "retracted",
}  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """Say how far a note has come, and what the person who looked at it said, or changed (`edited`).

    `sent_back` marks the very text they sent back: it can only be handed in once something in it has changed.
    """

    stage: Stage
    by: str = ""
    reason: str = ""
    urls: tuple[str, ...] = ()
    edited: bool = False
    sent_back: bool = False


@dataclass(frozen=True)
class Table:
    """Hold the note of a run with everything the page shows of it."""

    result: DraftResult
    note: Note
    card: NoteCard
    findings: tuple[FindingCard, ...]
    standing: Standing

    @property
    def open_to_change(self) -> bool:
        """Tell whether the text may still be changed."""
        return self.result.outcome in ("in_review", "needs_human")

    @property
    def blocked(self) -> bool:
        """Tell whether something forbidden stands in the text."""
        return any(finding.severity == "block" for finding in self.findings)

    @property
    def evidence(self) -> dict[str, str]:
        """Return what each source id says, as the card tells it."""
        pairs = (line.partition(" ") for line in self.card.evidence)
        return {name: told for name, _, told in pairs}


@dataclass(frozen=True)
class Piece:
    """Hold a run of text that the same findings touch."""

    text: str
    findings: tuple[FindingCard, ...] = ()


async def load_table(services: Services, run: str, locked: Iterable[Lock] = ()) -> Table | None:
    """Return the note of a run as it stands; None while it is being written, and when there is none."""
    try:
        result = await services.drafting.peek(run)
    except UsageError:  # unfinished or erased: nothing to show
        return None
    card = note_card(result, locked=locked)
    if result.note is None or card is None:
        return None
    standing = await aside(standing_of, services.store, run, result)
    return Table(result, result.note, card, result_cards(result), standing)


def standing_of(store: Store, run: str, result: DraftResult) -> Standing:
    """Read from the record how far the note has come, as its author needs to know it."""
    stage = STAGES.get(store.library.statuses((run,)).get(run, "written"), "written")
    if stage in ("written", "submitted"):
        return Standing(stage)
    last = last_word(store, run)
    by = last.reviewer if last else ""
    urls = tuple(item.url for item in store.publishing.publications(run))
    if stage in ("approved", "published", "retracted"):
        return Standing(stage, by=by, urls=urls)
    edited = last is not None and last.decision == "edit"
    current = result.note.text_hash if result.note else ""
    back = stage == "changes" and not edited and last is not None and last.text_hash == current
    return Standing(stage, by=by, reason=last.reason if last else "", edited=edited, sent_back=back)


def paragraphs(note: Note) -> tuple[tuple[tuple[Segment, int], ...], ...]:
    """Return the paragraphs of a body, each as its segments with where they begin in the body."""
    found: list[list[tuple[Segment, int]]] = []
    for segment, (low, _) in zip(note.segments, extents(note), strict=True):
        if segment.paragraph or not found:
            found.append([])
        found[-1].append((segment, low))
    return tuple(tuple(paragraph) for paragraph in found)


def cut(text: str, begin: int, findings: Iterable[FindingCard]) -> tuple[Piece, ...]:
    """Cut a text that begins at `begin` of its field wherever a finding of that field begins or ends."""
    placed = [(f, f.start, f.end) for f in findings if f.start is not None and f.end is not None and f.start < f.end]
    end = begin + len(text)
    edges = {begin, end, *(edge for _, low, high in placed for edge in (low, high) if begin < edge < end)}
    marks = sorted(edges)
    return tuple(
        Piece(text[low - begin : high - begin], tuple(f for f, start, stop in placed if start < high and stop > low))
        for low, high in pairwise(marks)
    )
