"""Erase what is personal in a run, and leave that it was there: hashes in the audit and the shell of a run."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, select, update

from agent.errors import StorageError, UsageError
from agent.record.tables import approvals, findings, grounds, replies, runs, versions
from agent.record.vouching import vouch_erasure

__all__ = ["demand_kept", "erase", "scrub"]

HOLDING_TEXT = (replies, findings, approvals, versions, grounds)
BLANK = {"topic": "", "account": "", "persona": "", "workspace": "", "brief_json": "", "salt": None}


def demand_kept(connection: Connection, run_id: str) -> None:
    """Raise `UsageError` when a run is erased: nothing may be written to it any more."""
    erased_at = select(runs.c.erased_at).where(runs.c.id == run_id).with_for_update()
    if connection.execute(erased_at).scalar_one_or_none() is not None:
        raise UsageError("run_erased", run=run_id)


def erase(connection: Connection, run_id: str, at: datetime) -> None:
    """Erase a run's brief, material, texts, findings, replies, decisions and grounds; once is enough."""
    gone = update(runs).where(runs.c.id == run_id, runs.c.erased_at.is_(None)).values(**BLANK, erased_at=at)
    if not connection.execute(gone).rowcount:
        return
    for table in HOLDING_TEXT:
        connection.execute(delete(table).where(table.c.run_id == run_id))
    vouch_erasure(connection, run_id, at)


def scrub(engine: Engine, where: str) -> None:
    """Rewrite an SQLite file and empty its log, so that no erased byte stays in either.

    PostgreSQL keeps erased rows in its pages until its own vacuum; that is its administrator's to run. Raises
    `StorageError` when somebody else reads the file right now.
    """
    if engine.dialect.name != "sqlite":
        return
    with closing(engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
        cursor.execute("VACUUM")
        busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise StorageError("erasure_unfinished", path=where)
