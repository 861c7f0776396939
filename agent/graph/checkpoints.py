"""Checkpoints of runs, written synchronously and holding only known types: an SQLite file of their own, or PostgreSQL.

What a database says is turned into `StorageError`, here and (through `explained`) around every use.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import aiosqlite
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from agent.errors import StorageError
from agent.graph.postgres import open_postgres
from agent.graph.state import CHECKPOINT_TYPES
from agent.postgres import refusal_of
from agent.sqlite import BUSY_TIMEOUT_MS, write_ahead

__all__ = ["erase_thread", "explained", "open_checkpoints", "serializer"]


def serializer() -> JsonPlusSerializer:
    """Return the serializer that refuses every type a run's state does not use."""
    return JsonPlusSerializer(allowed_msgpack_modules=CHECKPOINT_TYPES)


@asynccontextmanager
async def open_checkpoints(target: Path | str) -> AsyncIterator[BaseCheckpointSaver[str]]:
    """Open a file path or a PostgreSQL URL, created when missing; raise `StorageError` when that cannot be done."""
    opened = open_postgres(target, serde=serializer()) if isinstance(target, str) else _open_file(target)
    async with opened as saver:
        yield saver


@contextmanager
def explained(where: object) -> Iterator[None]:
    """Turn what the database of the checkpoints says into a `StorageError` that names it."""
    try:
        yield
    except sqlite3.Error as error:
        raise StorageError("checkpoints_unusable", path=where, reason=error) from error
    except Exception as error:
        psycopg = sys.modules.get("psycopg")
        if psycopg is not None and isinstance(error, psycopg.Error):
            code, reason = refusal_of(error)
            raise StorageError(code, path=where, reason=reason) from error
        raise


async def erase_thread(saver: BaseCheckpointSaver[str], thread: str) -> None:
    """Erase a run's checkpoints; an SQLite file is rewritten and its log emptied, so that no byte stays behind.

    Raises `StorageError` when somebody else reads the file right now.
    """
    if not isinstance(saver, AsyncSqliteSaver):
        await saver.adelete_thread(thread)
        return
    await saver.setup()  # the saver makes its tables only when a run begins
    await saver.adelete_thread(thread)
    await saver.conn.execute("VACUUM")
    async with saver.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)") as cursor:
        row = await cursor.fetchone()
    if row is None or row[0]:
        raise StorageError("erasure_unfinished", path="checkpoints.db")


@asynccontextmanager
async def _open_file(path: Path) -> AsyncIterator[BaseCheckpointSaver[str]]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        await asyncio.to_thread(_turn_over, path)
        connection = await aiosqlite.connect(path)
    except (OSError, aiosqlite.Error) as error:
        raise StorageError("checkpoints_unusable", path=path, reason=error) from error
    try:
        with explained(path):
            await connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
            await connection.execute("PRAGMA synchronous=NORMAL")
            await connection.execute("PRAGMA secure_delete=ON")
        yield AsyncSqliteSaver(connection, serde=serializer())
    finally:
        await connection.close()


def _turn_over(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None, timeout=BUSY_TIMEOUT_MS / 1000)) as connection:
        write_ahead(connection)
