"""Everything a detector may look at for one note, and what it may answer.

Owns no logic: a detector returns candidates, or says what it would need.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from agent.guardrails.document import Document, Hit, Reveal
from agent.guardrails.vocabulary import Scan
from agent.models import Account, Category, Fact, Fix, Material, Note, NoteInput, NoteType, Point

__all__ = ["Candidate", "Detected", "Evidence", "Missing"]


@dataclass(frozen=True)
class Evidence:
    """Hold one note, its scan, and what the caller knows about it."""

    note: NoteInput
    document: Document
    scan: Scan
    products: frozenset[Category]
    note_type: NoteType
    promotes: bool
    promoted: frozenset[Category] = frozenset()
    beside: frozenset[Category] = frozenset()  # named, where another is promoted
    outvoted: frozenset[Category] = (
        frozenset()
    )  # promoted by its words alone, or paying: looked for, but owing no lines
    named: Mapping[Category, str] = field(default_factory=dict)  # the note's own word for what it promotes
    facts: tuple[Fact, ...] = ()
    material: tuple[Material, ...] = ()
    points: tuple[Point, ...] = ()
    account: Account | None = None
    publication: Mapping[str, Any] | None = None
    earlier: tuple[Note, ...] = ()
    as_of: date | None = None
    plain: Evidence | None = None  # the same note with disguised words in plain spelling, when there are any
    reveals: tuple[Reveal, ...] = ()
    readings: tuple[Reveal, ...] = ()  # every way to read disguised words; `reveals` are those chosen among overlaps


@dataclass(frozen=True)
class Candidate:
    """Propose one hit; without `hit` it is an absence and `quote` says what gave rise to it.

    offered: it names no product, and counts only where the note offers its own.
    """

    hit: Hit | None = None
    quote: str = ""
    field: str = "note"
    index: int = 0
    fix: Fix | None = None
    related: tuple[str, ...] = ()
    trigger: Hit | None = None
    offered: bool = False


@dataclass(frozen=True)
class Missing:
    """Name the inputs a rule would need to be decided."""

    needs: tuple[str, ...]


Detected = list[Candidate] | Missing
