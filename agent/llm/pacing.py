"""Keep calls to an endpoint within its bounds: so many at once, so many a minute, whoever in the process makes them."""

from __future__ import annotations

import asyncio
import time
import weakref
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

__all__ = ["Pace", "pace_of"]

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


_paces: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[str, int, int], Pace]] = (
    weakref.WeakKeyDictionary()
)


def pace_of(endpoint: str, at_once: int, per_minute: int) -> Pace:
    """Return the one pace that all callers of an endpoint keep in this event loop."""
    paces = _paces.setdefault(asyncio.get_running_loop(), {})
    return paces.setdefault((endpoint, at_once, per_minute), Pace(at_once, per_minute))
