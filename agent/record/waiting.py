"""List the texts that wait for a reviewer: a few queries for all of them, and each text is read from its JSON once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, exists, func, select

from agent.record.database import Database
from agent.record.desk_tables import run_waivers
from agent.record.publishing import drawn_by
from agent.record.rows import decision_of, run_of, submission_of, version_of, waiver_of
from agent.record.tables import approvals, runs, submissions, versions
from agent.record.values import RunRecord, VersionRecord, Waiting

__all__ = ["WaitingTexts"]

MOST_WAITING = 1000

_Key = tuple[Any, ...]
_Text = tuple[RunRecord, VersionRecord]


class WaitingTexts:
    """List what waits in one database; a text that waits no longer is forgotten with the next list."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read: dict[bool, dict[_Key, _Text]] = {False: {}, True: {}}

    def listed(self, *, unsubmitted: bool, limit: int = MOST_WAITING) -> tuple[Waiting, ...]:
        """Return the texts handed in and not decided on, oldest first; `unsubmitted` adds runs that merely wait."""
        with self._database.reading() as connection:
            rows = connection.execute(_what_waits(unsubmitted=unsubmitted, limit=limit)).mappings().all()
            texts = self._texts(connection, rows)
            runs_here = [row["id"] for row in rows]
            decided = _by_run(connection, select(approvals).order_by(approvals.c.id), approvals.c.run_id, runs_here)
            waived = _by_run(
                connection, select(run_waivers).order_by(run_waivers.c.id), run_waivers.c.run_id, runs_here
            )
        self._read[unsubmitted] = texts
        return tuple(
            Waiting(
                run=texts[_key(row)][0],
                version=texts[_key(row)][1],
                submission=submission_of(row) if row["submitted_at"] else None,
                drawn=row["drawn"],
                decisions=tuple(decision_of(found) for found in decided[row["id"]]),
                waivers=tuple(waiver_of(found) for found in waived[row["id"]]),
            )
            for row in rows
            if _key(row) in texts  # or it has changed since it was listed
        )

    def _texts(self, connection: Connection, rows: Sequence[RowMapping]) -> dict[_Key, _Text]:
        """Return what is wanted of the texts that were read before, and read the others."""
        known = {**self._read[False], **self._read[True]}
        wanted = {_key(row): row["id"] for row in rows}
        found = {key: known[key] for key in wanted if key in known}
        return {**found, **_read_texts(connection, [run for key, run in wanted.items() if key not in found])}


def _what_waits(*, unsubmitted: bool, limit: int) -> Select[Any]:
    """Select the least that names a text and its hand-in.

    A text that a reviewer has sent back with a comment waits for its author, not for a reviewer.
    """
    same = (submissions.c.run_id == runs.c.id) & (submissions.c.text_hash == versions.c.text_hash)
    handed = (submissions.c.submitted_by, submissions.c.submitted_at, submissions.c.urgent)
    state = (runs.c.id, runs.c.owner, runs.c.outcome, runs.c.best_revision, runs.c.updated_at)
    query = (
        select(*state, runs.c.id.label("run_id"), versions.c.text_hash, *handed, drawn_by(runs.c.id).label("drawn"))
        .join(versions, (versions.c.run_id == runs.c.id) & (versions.c.revision == runs.c.best_revision))
        .outerjoin(submissions, same)
        .where(runs.c.outcome.in_(("in_review", "needs_human")), runs.c.erased_at.is_(None), ~_sent_back())
        .order_by(func.coalesce(submissions.c.submitted_at, runs.c.updated_at), runs.c.id)
        .limit(limit)
    )
    return query if unsubmitted else query.where(submissions.c.id.is_not(None))


def _sent_back() -> ColumnElement[bool]:
    about_it = (approvals.c.run_id == runs.c.id) & (approvals.c.text_hash == versions.c.text_hash)
    after = approvals.c.decided_at >= func.coalesce(submissions.c.submitted_at, approvals.c.decided_at)
    return exists().where(about_it, after, approvals.c.decision == "comment")


def _read_texts(connection: Connection, wanted: Collection[str]) -> dict[_Key, _Text]:
    if not wanted:
        return {}
    best = (runs.c.id == versions.c.run_id) & (runs.c.best_revision == versions.c.revision)
    texts = select(versions).join(runs, best).where(runs.c.id.in_(wanted))
    found = {row["run_id"]: row for row in connection.execute(texts).mappings()}
    kept = connection.execute(select(runs).where(runs.c.id.in_(found))).mappings()
    return {
        _key({**row, "text_hash": found[row["id"]]["text_hash"]}): (run_of(row), version_of(found[row["id"]]))
        for row in kept
        if row["best_revision"] == found[row["id"]]["revision"] and row["erased_at"] is None
    }


def _by_run(
    connection: Connection, query: Select[Any], run: ColumnElement[str], wanted: Iterable[str]
) -> dict[str, list[RowMapping]]:
    found: dict[str, list[RowMapping]] = defaultdict(list)
    for row in connection.execute(query.where(run.in_(list(wanted)))).mappings():
        found[row["run_id"]].append(row)
    return found


def _key(row: Any) -> _Key:
    """Name a text as it was read; whatever of it can change is in its name."""
    return tuple(row[name] for name in ("id", "owner", "outcome", "best_revision", "updated_at", "text_hash"))
