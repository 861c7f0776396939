"""Erase what is personal in a run, and leave that it was there: hashes in the audit and the shell of a run."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, select, update

from agent.errors import StorageError, UsageError
from agent.record.desk_tables import claims, corrections, notices, run_waivers
from agent.record.tables import (
    approvals,
    chat_replies,
    chat_threads,
    chat_turns,
    findings,
    grounds,
    publications,
    replies,
    runs,
    submissions,
    versions,
)
from agent.record.vouching import vouch_erasure, vouch_thread_erasure, vouch_turn_erasure

__all__ = ["demand_kept", "erase", "erase_thread", "scrub"]

HOLDING_TEXT = (
    replies, findings, approvals, submissions, publications, corrections, run_waivers, notices, claims,
    versions, grounds,
)  # fmt: skip
BLANK = {"topic": "", "account": "", "persona": "", "workspace": "", "brief_json": "", "salt": None, "owner": None}
BLANK_TURN = {"said_json": "", "work_json": "", "answer_json": "", "salt": None}


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
    _erase_talk(connection, run_id, at)


def erase_thread(connection: Connection, thread_id: str, at: datetime) -> None:
    """Erase the words of a chat thread, its owner's name included; numbers and hashes stay. Once is enough."""
    gone = update(chat_threads).where(chat_threads.c.id == thread_id, chat_threads.c.erased_at.is_(None))
    blank = {"owner": "", "title": "", "state_json": "", "worker": None, "leased_until": None, "erased_at": at}
    if not connection.execute(gone.values(**blank)).rowcount:
        return
    connection.execute(delete(chat_replies).where(chat_replies.c.thread_id == thread_id))
    turns = update(chat_turns).where(chat_turns.c.thread_id == thread_id, chat_turns.c.erased_at.is_(None))
    connection.execute(turns.values(**BLANK_TURN, erased_at=at))
    vouch_thread_erasure(connection, thread_id, at)


def _erase_talk(connection: Connection, run_id: str, at: datetime) -> None:
    """Erase what was said on the way to a run and about it, and what its threads had gathered for the next note."""
    found = select(chat_turns.c.thread_id, chat_turns.c.number).where(
        chat_turns.c.run_id == run_id, chat_turns.c.erased_at.is_(None)
    )
    for thread_id, number in connection.execute(found).all():
        turn = (chat_turns.c.thread_id == thread_id) & (chat_turns.c.number == number)
        said = (chat_replies.c.thread_id == thread_id) & (chat_replies.c.number == number)
        connection.execute(delete(chat_replies).where(said))
        connection.execute(update(chat_turns).where(turn).values(**BLANK_TURN, erased_at=at))
        connection.execute(update(chat_threads).where(chat_threads.c.id == thread_id).values(title="", state_json=""))
        vouch_turn_erasure(connection, thread_id, number, at)


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
