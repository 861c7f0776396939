"""Checkpoints of runs: one SQLite file of their own, written synchronously, holding only known types."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiosqlite
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from agent.errors import StorageError
from agent.graph.state import CHECKPOINT_TYPES

__all__ = ["open_checkpoints", "serializer"]

BUSY_TIMEOUT_MS = 30_000


def serializer() -> JsonPlusSerializer:
    """Return the serializer that refuses every type a run's state does not use."""
    return JsonPlusSerializer(allowed_msgpack_modules=CHECKPOINT_TYPES)


@asynccontextmanager
async def open_checkpoints(path: Path) -> AsyncIterator[AsyncSqliteSaver]:
    """Open the checkpoint file, creating it; raise `StorageError` naming the path when that cannot be done."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = await aiosqlite.connect(path)
    except (OSError, aiosqlite.Error) as error:
        raise StorageError("checkpoints_unusable", path=path, reason=error) from error
    try:
        await _prepare(connection, path)
        yield AsyncSqliteSaver(connection, serde=serializer())
    finally:
        await connection.close()


async def _prepare(connection: aiosqlite.Connection, path: Path) -> None:
    try:
        await connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        await connection.execute("PRAGMA journal_mode=WAL")
        await connection.execute("PRAGMA synchronous=NORMAL")
    except aiosqlite.Error as error:
        raise StorageError("checkpoints_unusable", path=path, reason=error) from error
