"""Checkpoints in PostgreSQL: tables made once however many processes begin, one connection that heals.

Every message of the driver becomes a `StorageError` or `ConfigurationError` that holds no address.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.serde.base import SerializerProtocol

from agent.errors import ConfigurationError, StorageError
from agent.postgres import CONNECT_SECONDS, libpq_address, refusal_of

if TYPE_CHECKING:
    from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
    from psycopg import AsyncConnection
    from psycopg.rows import DictRow

__all__ = ["PLACE", "open_postgres", "open_snapshot"]

PLACE = "PostgreSQL"
SETUP_LOCK = 7_042_001  # any number, the same for every process of this program
SETUP_SECONDS = 30
RECONNECT_SECONDS = 30  # a server that restarts is back by then
ASK_AGAIN_SECONDS = 0.05


@asynccontextmanager
async def open_postgres(url: str, *, serde: SerializerProtocol) -> AsyncIterator[BaseCheckpointSaver[str]]:
    """Open the checkpoints of a database, its tables made when missing; raise `StorageError` saying why it cannot.

    One connection is enough, because the saver uses one at a time; the pool replaces it when the server restarts.
    """
    try:
        import psycopg
        from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
        from psycopg.rows import dict_row
        from psycopg_pool import AsyncConnectionPool
    except ImportError:
        raise ConfigurationError("postgres_not_installed") from None
    logging.getLogger("psycopg").addHandler(logging.NullHandler())  # told as errors here: keep them off the terminal
    address = libpq_address(url)
    options: Any = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
    if "connect_timeout" not in address:
        options["connect_timeout"] = CONNECT_SECONDS
    try:
        connection: AsyncConnection[DictRow] = await psycopg.AsyncConnection.connect(address, **options)
        async with connection:
            await _set_up(AsyncPostgresSaver(connection, serde=serde), connection)
    except psycopg.Error as error:
        code, reason = refusal_of(error)
        raise StorageError(code, path=PLACE, reason=reason) from None
    pool: AsyncConnectionPool[AsyncConnection[DictRow]] = AsyncConnectionPool(
        address,
        kwargs=options,
        min_size=1,
        max_size=1,
        open=False,
        timeout=RECONNECT_SECONDS,
        check=AsyncConnectionPool.check_connection,
    )
    async with pool:
        yield AsyncPostgresSaver(pool, serde=serde)


async def _set_up(saver: AsyncPostgresSaver, connection: AsyncConnection[DictRow]) -> None:
    """Make or upgrade the tables under a lock that is asked for again and again instead of waited for.

    Building an index concurrently waits for every statement that has begun, one that waits for a lock included:
    two processes would wait for each other for ever, and the server would not notice.
    """
    for _ in range(round(SETUP_SECONDS / ASK_AGAIN_SECONDS)):
        row = await (await connection.execute("SELECT pg_try_advisory_lock(%s) AS mine", (SETUP_LOCK,))).fetchone()
        if row and row["mine"]:
            break
        await asyncio.sleep(ASK_AGAIN_SECONDS)
    else:
        raise StorageError("record_busy", path=PLACE)
    await saver.setup()  # the lock ends with the connection


@asynccontextmanager
async def open_snapshot(url: str, name: str, *, serde: SerializerProtocol) -> AsyncIterator[BaseCheckpointSaver[str]]:
    """Open the checkpoints as they were when another connection exported the snapshot `name`; only to read."""
    async with open_postgres(url, serde=serde):  # makes the tables of a database no run has been in
        pass
    from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
    from psycopg import AsyncConnection, sql
    from psycopg.rows import dict_row

    connection: AsyncConnection[DictRow] = await AsyncConnection.connect(
        libpq_address(url), autocommit=True, prepare_threshold=0, row_factory=dict_row
    )
    async with connection:
        await connection.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        await connection.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(name))
        yield AsyncPostgresSaver(connection, serde=serde)
