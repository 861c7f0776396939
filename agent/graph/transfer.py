"""Carry checkpoints out of one store and into another, of either kind: through the savers, so that both understand.

Values travel as the serializer writes them; what it would not read back from a checkpoint it does not read here.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from agent.graph.checkpoints import explained, open_checkpoints, serializer
from agent.graph.postgres import PLACE, open_snapshot

__all__ = ["put_checkpoints", "read_checkpoints"]

Row = dict[str, Any]


async def read_checkpoints(target: Path | str, threads: Iterable[str], *, snapshot: str = "") -> AsyncIterator[Row]:
    """Yield every checkpoint of these runs; from a server as of the `snapshot` another connection has exported."""
    opened = (
        open_snapshot(target, snapshot, serde=serializer()) if isinstance(target, str) else open_checkpoints(target)
    )
    async with opened as saver:
        for thread in threads:
            with explained(target if isinstance(target, Path) else PLACE):
                async for kept in saver.alist({"configurable": {"thread_id": thread}}):
                    yield _row(kept)


async def put_checkpoints(target: Path | str, rows: Iterable[Row], *, instead_of: Iterable[str]) -> None:
    """Delete the checkpoints of these runs and write the given ones."""
    async with open_checkpoints(target) as saver:
        with explained(target if isinstance(target, Path) else PLACE):
            if isinstance(saver, AsyncSqliteSaver):
                await saver.setup()  # the saver makes its tables only when a run begins
            for thread in instead_of:
                await saver.adelete_thread(thread)
            for row in rows:
                await _put(saver, row)


def _row(kept: CheckpointTuple) -> Row:
    where = kept.config["configurable"]
    parent = kept.parent_config["configurable"]["checkpoint_id"] if kept.parent_config else None
    writes = [[task, channel, *_packed(value)] for task, channel, value in kept.pending_writes or ()]
    kind, content = _packed(kept.checkpoint)
    return {
        "thread": where["thread_id"],
        "namespace": where["checkpoint_ns"],
        "parent": parent,
        "type": kind,
        "checkpoint": content,
        "metadata": kept.metadata,
        "writes": writes,
    }


async def _put(saver: BaseCheckpointSaver[str], row: Row) -> None:
    checkpoint = _unpacked(row["type"], row["checkpoint"])
    where = {"thread_id": row["thread"], "checkpoint_ns": row["namespace"]}
    parent = {"checkpoint_id": row["parent"]} if row["parent"] else {}
    config = await saver.aput(
        {"configurable": {**where, **parent}}, checkpoint, row["metadata"], checkpoint["channel_versions"]
    )
    for task, writes in groupby(row["writes"], key=lambda write: write[0]):
        await saver.aput_writes(config, [(channel, _unpacked(kind, held)) for _, channel, kind, held in writes], task)


def _packed(value: Any) -> tuple[str, str]:
    kind, content = serializer().dumps_typed(value)
    return kind, base64.b64encode(content).decode()


def _unpacked(kind: str, content: str) -> Any:
    return serializer().loads_typed((kind, base64.b64decode(content)))
