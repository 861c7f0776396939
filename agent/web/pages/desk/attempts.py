"""Try what a person asked for, and say plainly why it was refused."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

from nicegui import ui

from agent.errors import KosnoteError
from agent.web.pages.writing import visible

__all__ = ["attempted", "refused"]

REFUSED_MS = 10_000

T = TypeVar("T")


async def attempted(asked: Awaitable[T]) -> T | None:
    """Return what came of it; None once a refusal has been shown."""
    try:
        return await asked
    except KosnoteError as error:
        refused(error)
        return None


def refused(error: KosnoteError) -> None:
    """Show a refusal until it has been read."""
    said = visible("\n".join(part for part in (error.message, error.hint) if part))
    ui.notify(said, type="negative", position="top", multi_line=True, close_button=True, timeout=REFUSED_MS)
