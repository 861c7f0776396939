"""Runs under way in this process: each is worked on once, apart from whoever waits for it or listens to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fastapi import FastAPI

from agent.aside import aside
from agent.chat.naming import RuleNames
from agent.chat.narrating import Narrator
from agent.chat.values import NodeDone
from agent.chat.working import Emit, Working
from agent.drafting import Event
from agent.models import Brief
from agent.web.api.problems import ApiError

__all__ = ["OnEvent", "Works", "ended", "works_of", "works_of_app"]

MOST_AT_ONCE = 8
OnEvent = Callable[[Event], None]


@dataclass(frozen=True)
class _Going:
    brief: Brief
    owner: str
    working: Working


class Works:
    """Hold the runs under way; closing stops them, and what they had done is kept.

    `names` is asked when a run begins: what rules are called.
    """

    def __init__(self, names: Callable[[], RuleNames] = RuleNames) -> None:
        self._names = names
        self._going: dict[str, _Going] = {}

    def start(self, brief: Brief, *, owner: str, work: Callable[[OnEvent], Awaitable[object]]) -> Working:
        """Begin the work on a run; raise 429 when its owner has too many under way."""
        if sum(going.owner == owner for going in self._going.values()) >= MOST_AT_ONCE:
            raise ApiError(429, "api_too_many_runs", limit=MOST_AT_ONCE)

        async def narrated(emit: Emit) -> None:
            narrator = Narrator(await aside(self._names))

            def hear(event: Event) -> None:
                line = narrator.line(event)
                emit(NodeDone(run=event.run, node=event.node, round=narrator.round, text=line))

            await work(hear)

        working = Working(narrated)
        self._going[brief.id] = _Going(brief, owner, working)
        working.task.add_done_callback(lambda _: self._going.pop(brief.id, None))
        return working

    def of(self, run: str) -> Working | None:
        """Return the work on a run, if it is under way here."""
        going = self._going.get(run)
        return going.working if going else None

    def brief_of(self, run: str) -> tuple[Brief, str] | None:
        """Return brief and owner of a run under way here."""
        going = self._going.get(run)
        return (going.brief, going.owner) if going else None

    async def close(self) -> None:
        """Stop everything under way."""
        tasks = [going.working.task for going in self._going.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def works_of_app(app: FastAPI) -> AsyncIterator[Works]:
    """Open the works of an application for as long as it serves."""
    works = app.state.works = Works(lambda: RuleNames(app.state.services.chat.packs))
    try:
        yield works
    finally:
        await works.close()


def works_of(app: FastAPI) -> Works:
    """Return the works of an application."""
    works: Works = app.state.works
    return works


async def ended(working: Working | None) -> None:
    """Wait for the end of some work, if there is any; raise what it raised."""
    if working is not None:
        async for _ in working.follow():
            pass
