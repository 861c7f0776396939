"""Read the record across runs: what a library of notes, its numbers and its warnings are made of. It writes nothing.

The content of texts is handed out as it is kept, as JSON: a library reads thousands of them and needs a part of each.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select, tuple_

from agent.models import Frozen
from agent.record.database import Database
from agent.record.moments import utc
from agent.record.stamps import Stamp, stamp_of, stamps_query
from agent.record.statuses import Status
from agent.record.tables import approvals, findings, grounds, runs, submissions, versions
from agent.record.values import Decision

__all__ = ["BlockCount", "LibraryStore", "Milestones"]

BATCH = 400  # keys a query names at once; SQLite takes 32,766 variables, and its older builds 999

Key = tuple[str, int]


class Milestones(Frozen):
    """Hold when a run was first handed to a person, and what was decided on it last, and when."""

    run: str
    submitted_at: datetime
    decided_at: datetime
    decision: Decision


class BlockCount(Frozen):
    """Count in how many runs a rule held a text up, and how often."""

    rule: str
    runs: int
    findings: int


class LibraryStore:
    """Read across the runs of one database; an erased run is not there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def stamps(self, run_id: str | None = None) -> tuple[Stamp, ...]:
        """Return how every kept run stands, newest first; or one run alone, by its whole id."""
        with self._database.reading() as connection:
            found = connection.execute(stamps_query(None if run_id is None else (run_id,)))
            return tuple(stamp_of(row._mapping) for row in found)

    def statuses(self, run_ids: Collection[str]) -> dict[str, Status]:
        """Return where these runs stand; one that was erased, or never was, is left out."""
        with self._database.reading() as connection:
            found = _in_batches(connection, stamps_query(), (runs.c.id,), [(run,) for run in run_ids])
            return {stamp.run: stamp.status for stamp in (stamp_of(row._mapping) for row in found)}

    def titles(self, run_ids: Collection[str]) -> dict[str, str]:
        """Return the titles of the best texts of these runs; one without a text is left out."""
        query = select(versions.c.run_id, versions.c.round_json).join(
            runs, (runs.c.id == versions.c.run_id) & (runs.c.best_revision == versions.c.revision)
        )
        with self._database.reading() as connection:
            found = _in_batches(
                connection, query.where(runs.c.erased_at.is_(None)), (runs.c.id,), [(r,) for r in run_ids]
            )
            return {row.run_id: json.loads(row.round_json)["note"]["title"] for row in found}

    def briefs(self, run_ids: Collection[str]) -> dict[str, str]:
        """Return the briefs of these runs, as JSON."""
        query = select(runs.c.id, runs.c.brief_json)
        with self._database.reading() as connection:
            found = _in_batches(connection, query, (runs.c.id,), [(run,) for run in run_ids])
            return {row.id: row.brief_json for row in found}

    def texts(self, keys: Collection[Key]) -> dict[Key, str]:
        """Return these versions by run and revision, as JSON of a round."""
        query = select(versions.c.run_id, versions.c.revision, versions.c.round_json)
        named = (versions.c.run_id, versions.c.revision)
        with self._database.reading() as connection:
            return {(row.run_id, row.revision): row.round_json for row in _in_batches(connection, query, named, keys)}

    def grounds(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """Return by run and digest what texts were written from, as JSON of `Grounds`."""
        query = select(grounds.c.run_id, grounds.c.digest, grounds.c.content_json)
        named = (grounds.c.run_id, grounds.c.digest)
        with self._database.reading() as connection:
            return {(row.run_id, row.digest): row.content_json for row in _in_batches(connection, query, named, keys)}

    def milestones(self, since: datetime, until: datetime) -> tuple[Milestones, ...]:
        """Return the last approval or rejection of each run begun in this span, with when it was first handed in.

        A run nobody handed in counts from the moment the text decided on was saved: it waited for a person from then.
        """
        last = select(func.max(approvals.c.id)).where(approvals.c.decision.in_(("approve", "reject")))
        saved = and_(versions.c.run_id == approvals.c.run_id, versions.c.text_hash == approvals.c.text_hash)
        query = (
            select(
                approvals.c.run_id,
                approvals.c.decision,
                approvals.c.decided_at,
                func.min(submissions.c.submitted_at).label("submitted_at"),
                func.min(versions.c.saved_at).label("saved_at"),
            )
            .join(runs, runs.c.id == approvals.c.run_id)
            .outerjoin(submissions, submissions.c.run_id == approvals.c.run_id)
            .outerjoin(versions, saved)
            .where(_begun(since, until), approvals.c.id.in_(last.group_by(approvals.c.run_id)))
            .group_by(approvals.c.id, approvals.c.run_id, approvals.c.decision, approvals.c.decided_at)
            .order_by(approvals.c.id)
        )
        with self._database.reading() as connection:
            return tuple(
                Milestones(
                    run=row.run_id,
                    decision=row.decision,
                    submitted_at=utc(row.submitted_at or row.saved_at or row.decided_at),
                    decided_at=utc(row.decided_at),
                )
                for row in connection.execute(query)
            )

    def blocks(self, since: datetime, until: datetime) -> tuple[BlockCount, ...]:
        """Count by rule the open blocks in any text of the runs begun in this span, the most frequent first."""
        held = func.count(findings.c.run_id.distinct())
        query = (
            select(findings.c.rule, held, func.count())
            .join(runs, runs.c.id == findings.c.run_id)
            .where(_begun(since, until), findings.c.severity == "block", findings.c.status == "open")
            .group_by(findings.c.rule)
            .order_by(held.desc(), findings.c.rule)
        )
        with self._database.reading() as connection:
            found = connection.execute(query).all()
        return tuple(BlockCount(rule=rule, runs=number, findings=total) for rule, number, total in found)


def _begun(since: datetime, until: datetime) -> ColumnElement[bool]:
    return and_(runs.c.erased_at.is_(None), runs.c.created_at >= since, runs.c.created_at < until)


def _in_batches(
    connection: Connection, query: Select[Any], named: Sequence[ColumnElement[Any]], keys: Collection[tuple[Any, ...]]
) -> Iterator[Any]:
    listed = list(keys)
    for start in range(0, len(listed), BATCH):
        yield from connection.execute(query.where(tuple_(*named).in_(listed[start : start + BATCH])))
