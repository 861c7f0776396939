"""Put together all that is kept of one note: texts, findings, decisions, where it went, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from agent.library.shelf import ShelvedNote
from agent.library.validity import Validity, validity_of
from agent.models import Fact, Material, Point
from agent.record import (
    CorrectionRecord,
    DecisionRecord,
    Grounds,
    PublicationRecord,
    RunRecord,
    RunWaiver,
    Store,
    SubmissionRecord,
    VersionRecord,
)
from agent.workspace import Workspace

__all__ = ["CitedFact", "NoteFile", "open_file"]


@dataclass(frozen=True)
class CitedFact:
    """Hold a fact as the note was written from it, and as the ledger has it today (None: no longer)."""

    then: Fact
    now: Fact | None
    validity: Validity

    @property
    def changed(self) -> bool:
        """Tell whether the ledger says something else by now."""
        return self.now is not None and self.now != self.then


@dataclass(frozen=True)
class NoteFile:
    """Hold one note with its history, oldest first."""

    note: ShelvedNote
    record: RunRecord
    versions: tuple[VersionRecord, ...]
    decisions: tuple[DecisionRecord, ...]
    submissions: tuple[SubmissionRecord, ...]
    publications: tuple[PublicationRecord, ...]
    corrections: tuple[CorrectionRecord, ...]
    waivers: tuple[RunWaiver, ...]
    grounds: Grounds | None
    facts: tuple[CitedFact, ...]
    points: tuple[Point, ...]
    material: tuple[Material, ...]

    @property
    def best(self) -> VersionRecord | None:
        """Return the text that counts."""
        return next((one for one in self.versions if one.revision == self.record.best_revision), None)


def open_file(store: Store, workspace: Workspace, note: ShelvedNote, *, today: date) -> NoteFile:
    """Read all that is kept of a note."""
    record = store.run(note.run)
    grounds = store.grounds(note.run).get(note.stamp.grounds)
    sources = grounds.sources if grounds else None
    return NoteFile(
        note=note,
        record=record,
        versions=store.versions(note.run),
        decisions=store.decisions(note.run),
        submissions=store.publishing.submissions(note.run),
        publications=store.publishing.publications(note.run),
        corrections=store.desk.corrections(note.run),
        waivers=store.desk.waivers(note.run),
        grounds=grounds,
        facts=tuple(
            _cited(fact, workspace, today) for fact in (sources.facts if sources else ()) if fact.id in note.cited
        ),
        points=tuple(point for point in (sources.points if sources else ()) if point.id in note.cited),
        material=tuple(item for item in record.brief.material if item.id in note.cited),
    )


def _cited(then: Fact, workspace: Workspace, today: date) -> CitedFact:
    now = next((fact for fact in workspace.facts if fact.id == then.id), None)
    return CitedFact(then, now, validity_of(now, today) if now else "gone")
