"""Keep calls to an endpoint within its bounds: so many at once, so many a minute."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

__all__ = ["Pace"]

MINUTE = 60.0


class Pace:
    """Let at most `at_once` calls run and at most `per_minute` start within a minute (0: no limit)."""

    def __init__(
        self,
        at_once: int,
        per_minute: int = 0,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._slots = asyncio.Semaphore(at_once)
        self._per_minute = per_minute
        self._started: deque[float] = deque()
        self._clock = clock
        self._sleep = sleep

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn, and hold it for the length of the call."""
        async with self._slots:
            await self._wait_for_minute()
            yield

    async def _wait_for_minute(self) -> None:
        while self._per_minute:
            now = self._clock()
            while self._started and now - self._started[0] >= MINUTE:
                self._started.popleft()
            if len(self._started) < self._per_minute:
                self._started.append(now)
                return
            await self._sleep(self._started[0] + MINUTE - now)
