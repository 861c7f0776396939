"""Hold a run while it is moved on: of everybody who would decide, edit or carry it on, one at a time does."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from agent.aside import aside
from agent.errors import KosnoteError, UsageError
from agent.graph.state import Review
from agent.record import Claims
from agent.record.claims import Claimed
from agent.record.workers import new_worker

__all__ = ["holding", "purpose_of"]

LEASE_SECONDS = 15.0
WAIT_SECONDS = 60.0
ASK_AGAIN_SECONDS = 0.2
logger = logging.getLogger(__name__)


def purpose_of(review: Review) -> str:
    """Identify a decision by what it says, or by its key; no name can be read from it."""
    said = review.key or review.model_dump_json()
    return hashlib.sha256(said.encode()).hexdigest()


@asynccontextmanager
async def holding(claims: Claims, run: str, purpose: str) -> AsyncIterator[Callable[[], None]]:
    """Hold a run for a purpose; wait for whoever is at the same thing, and for everybody with an empty purpose.

    Yields what demands that the run is still held. Raises `UsageError` at once when somebody decides otherwise just
    now, and when waiting has lasted too long. A thread of its own renews the claim: a busy event loop loses nothing.
    """
    claim, over = _Claim(claims, run, new_worker(), purpose), threading.Event()
    renewing = threading.Thread(target=claim.renew, args=(over,), name="holding", daemon=True)
    try:
        await claim.wait()
        renewing.start()
        yield claim.demand
    finally:
        over.set()
        await aside(claim.give_up, renewing)


@dataclass(frozen=True)
class _Claim:
    claims: Claims
    run: str
    worker: str
    purpose: str

    def take(self) -> Claimed:
        now = datetime.now(UTC)
        return self.claims.take(self.run, worker=self.worker, purpose=self.purpose, now=now, seconds=LEASE_SECONDS)

    def give_up(self, renewing: threading.Thread) -> None:
        """Release the run once nobody renews the claim any more; one that was never had is released in vain."""
        if renewing.is_alive():
            renewing.join()
        self.claims.release(self.run, worker=self.worker)

    async def wait(self) -> None:
        for _ in range(round(WAIT_SECONDS / ASK_AGAIN_SECONDS)):
            held = await aside(self.take)
            if held == "mine":
                return
            if held == "other" and self.purpose:
                break
            await asyncio.sleep(ASK_AGAIN_SECONDS)
        raise UsageError("run_being_decided", run=self.run)

    def demand(self) -> None:
        if self.take() != "mine":
            raise UsageError("run_being_decided", run=self.run)

    def renew(self, over: threading.Event) -> None:
        while not over.wait(LEASE_SECONDS / 3):
            try:
                kept = self.take() == "mine"
            except KosnoteError as error:  # the record is away, or the run was erased: whoever moves it will notice
                logger.warning("the claim on a run was not renewed: %s", error.code)
                continue
            if not kept:
                logger.warning("the claim on a run was lost")
