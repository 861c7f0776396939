"""Say of every fact how it stands today and which notes rest on it, and of every standing note which facts let it down.

A note that stands is one people may read or will read: published, approved, or ready for either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from agent.library.shelf import ShelvedNote
from agent.models import Fact
from agent.record import Status
from agent.workspace import FactProblem, Workspace, check_facts

__all__ = [
    "SOON",
    "STANDING",
    "VALIDITIES",
    "AffectedNote",
    "FactRow",
    "Validity",
    "affected_by_facts",
    "fact_rows",
    "validity_of",
]

SOON = timedelta(days=14)
STANDING: frozenset[Status] = frozenset({"published", "approved", "submitted", "changes", "written", "ready"})
Validity = Literal["valid", "soon", "expired", "future", "gone"]
VALIDITIES: tuple[Validity, ...] = ("expired", "soon", "future", "valid")


@dataclass(frozen=True)
class FactRow:
    """Hold a fact of the ledger as it stands on a day, what is wrong with it, and the notes that cite it."""

    fact: Fact
    validity: Validity
    days_left: int | None
    problems: tuple[FactProblem, ...]
    notes: tuple[ShelvedNote, ...]


@dataclass(frozen=True)
class AffectedNote:
    """Hold a standing note and what it cites that will not hold; `fact` is None for an id the ledger has lost."""

    note: ShelvedNote
    fact_id: str
    fact: Fact | None
    validity: Validity
    ends: date | None


def fact_rows(workspace: Workspace, notes: Iterable[ShelvedNote], *, today: date) -> tuple[FactRow, ...]:
    """Return every fact in ledger order."""
    problems: dict[str, list[FactProblem]] = {}
    for problem in check_facts(workspace, today):
        problems.setdefault(problem.fact, []).append(problem)
    users: dict[str, list[ShelvedNote]] = {}
    for note in notes:
        for source in note.cited:
            users.setdefault(source, []).append(note)
    return tuple(
        FactRow(
            fact=fact,
            validity=validity_of(fact, today),
            days_left=None if fact.valid_to is None else (fact.valid_to - today).days,
            problems=tuple(problems.get(fact.id, ())),
            notes=tuple(users.get(fact.id, ())),
        )
        for fact in workspace.facts
    )


def affected_by_facts(
    workspace: Workspace, notes: Iterable[ShelvedNote], *, today: date, days: int
) -> tuple[AffectedNote, ...]:
    """Return the standing notes that cite a fact which ends within so many days or no longer holds, soonest first."""
    facts = {fact.id: fact for fact in workspace.facts}
    others = {point.id for point in workspace.points}
    found = (
        affected
        for note in notes
        if note.status in STANDING
        for affected in _affected(note, facts, others, today, timedelta(days=days))
    )
    return tuple(sorted(found, key=lambda one: (one.ends or date.min, one.fact_id, one.note.run)))


def _affected(
    note: ShelvedNote, facts: dict[str, Fact], others: set[str], today: date, within: timedelta
) -> Iterator[AffectedNote]:
    for source in sorted(note.cited - others - note.told):
        fact = facts.get(source)
        if fact is None:
            yield AffectedNote(note, source, None, "gone", None)
        elif (validity := validity_of(fact, today, within=within)) != "valid":
            ends = fact.valid_from if validity == "future" else fact.valid_to
            yield AffectedNote(note, source, fact, validity, ends)


def validity_of(fact: Fact, today: date, *, within: timedelta = SOON) -> Validity:
    """Say how a fact stands on a day; `soon` is one that ends within this time."""
    if today < fact.valid_from:
        return "future"
    if fact.valid_to is None:
        return "valid"
    if fact.valid_to < today:
        return "expired"
    return "soon" if fact.valid_to - today <= within else "valid"
