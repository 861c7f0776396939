"""Checkpoints of runs, written synchronously and holding only known types: an SQLite file of their own, or PostgreSQL.

What a database says is turned into `StorageError`, here and (through `explained`) around every use.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import aiosqlite
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from agent.errors import ConfigurationError, StorageError
from agent.graph.state import CHECKPOINT_TYPES

__all__ = ["explained", "open_checkpoints", "serializer"]

BUSY_TIMEOUT_MS = 30_000
CONNECT_SECONDS = 10.0
MOST_CONNECTIONS = 4
SETUP_LOCK = 7_042_001  # any number, the same for every process of this program


def serializer() -> JsonPlusSerializer:
    """Return the serializer that refuses every type a run's state does not use."""
    return JsonPlusSerializer(allowed_msgpack_modules=CHECKPOINT_TYPES)


@asynccontextmanager
async def open_checkpoints(target: Path | str) -> AsyncIterator[BaseCheckpointSaver[str]]:
    """Open a file path or a PostgreSQL URL, created when missing; raise `StorageError` when that cannot be done."""
    opened = _open_postgres(target) if isinstance(target, str) else _open_file(target)
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
            raise StorageError("checkpoints_lost", path=where, reason=type(error).__name__) from error
        raise


@asynccontextmanager
async def _open_file(path: Path) -> AsyncIterator[BaseCheckpointSaver[str]]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = await aiosqlite.connect(path)
    except (OSError, aiosqlite.Error) as error:
        raise StorageError("checkpoints_unusable", path=path, reason=error) from error
    try:
        with explained(path):
            await connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
            await connection.execute("PRAGMA journal_mode=WAL")
            await connection.execute("PRAGMA synchronous=NORMAL")
            await connection.execute("PRAGMA secure_delete=ON")
        yield AsyncSqliteSaver(connection, serde=serializer())
    finally:
        await connection.close()


@asynccontextmanager
async def _open_postgres(url: str) -> AsyncIterator[BaseCheckpointSaver[str]]:
    try:
        from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
        from psycopg.rows import DictRow, dict_row
        from psycopg_pool import AsyncConnectionPool, PoolTimeout
    except ImportError:
        raise ConfigurationError("postgres_not_installed") from None
    from psycopg import AsyncConnection

    pool: AsyncConnectionPool[AsyncConnection[DictRow]] = AsyncConnectionPool(
        url,
        min_size=1,
        max_size=MOST_CONNECTIONS,
        open=False,
        check=AsyncConnectionPool.check_connection,
        kwargs={"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row},
    )
    try:
        try:
            await pool.open(wait=True, timeout=CONNECT_SECONDS)
        except PoolTimeout:
            raise StorageError("record_unreachable", path="PostgreSQL") from None
        saver = AsyncPostgresSaver(pool, serde=serializer())
        with explained("PostgreSQL"):
            async with pool.connection() as connection:
                await connection.execute("SELECT pg_advisory_lock(%s)", (SETUP_LOCK,))
                try:
                    await saver.setup()
                finally:
                    await connection.execute("SELECT pg_advisory_unlock(%s)", (SETUP_LOCK,))
        yield saver
    finally:
        await pool.close()
