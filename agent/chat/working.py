"""The work on one turn, apart from whoever listens: a dropped listener stops nothing, and a second one joins in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from agent.chat.values import ChatEvent, TurnBegan
from agent.watching import Step

__all__ = ["Emit", "Working", "noting"]

Emit = Callable[[ChatEvent], None]


class Working:
    """Run one turn to its end and hand what it says to everybody who follows, from the beginning."""

    def __init__(self, work: Callable[[Emit], Awaitable[None]]) -> None:
        self._said: list[ChatEvent] = []
        self._news = asyncio.Event()
        self.task: asyncio.Task[None] = asyncio.create_task(self._run(work))
        self.task.add_done_callback(_looked_at)

    async def follow(self) -> AsyncIterator[ChatEvent]:
        """Yield every event; raise what the work raised, when it is over."""
        told = 0
        while True:
            news = self._news
            while told < len(self._said):
                told += 1
                yield self._said[told - 1]
            if self.task.done():
                if told == len(self._said):
                    break
                continue
            await news.wait()
        await self.task

    async def _run(self, work: Callable[[Emit], Awaitable[None]]) -> None:
        try:
            await work(self._emit)
        finally:
            asyncio.get_running_loop().call_soon(self._wake)

    def _emit(self, event: ChatEvent) -> None:
        self._said.append(event)
        self._wake()

    def _wake(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()


def _looked_at(task: asyncio.Task[None]) -> None:
    """Take notice of an error nobody listened to: the turn stays unanswered and can be sent again."""
    if not task.cancelled():
        task.exception()


def noting(emit: Emit, seen: Step) -> Emit:
    """Let whoever watches know what a turn was taken to ask for."""

    def tell(event: ChatEvent) -> None:
        if isinstance(event, TurnBegan):
            seen.facts["intent"] = event.intent or "unsure"
        emit(event)

    return tell
