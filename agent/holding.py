"""Hold a run while it is moved on: of everybody who would decide, edit or carry it on, one at a time does."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from agent.errors import UsageError
from agent.graph.state import Review
from agent.record import Claims
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
async def holding(claims: Claims, run: str, purpose: str) -> AsyncIterator[None]:
    """Hold a run for a purpose; wait for whoever is at the same thing, and for everybody with an empty purpose.

    Raises `UsageError` at once when somebody decides otherwise just now, and when waiting has lasted too long.
    """
    worker = new_worker()
    await _take(claims, run, worker, purpose)
    renewing = asyncio.create_task(_renew(claims, run, worker, purpose))
    try:
        yield
    finally:
        renewing.cancel()
        with suppress(asyncio.CancelledError):
            await renewing
        claims.release(run, worker=worker)


async def _take(claims: Claims, run: str, worker: str, purpose: str) -> None:
    for _ in range(round(WAIT_SECONDS / ASK_AGAIN_SECONDS)):
        held = claims.take(run, worker=worker, purpose=purpose, now=datetime.now(UTC), seconds=LEASE_SECONDS)
        if held == "mine":
            return
        if held == "other" and purpose:
            raise UsageError("run_being_decided", run=run)
        await asyncio.sleep(ASK_AGAIN_SECONDS)
    raise UsageError("run_being_decided", run=run)


async def _renew(claims: Claims, run: str, worker: str, purpose: str) -> None:
    while True:
        await asyncio.sleep(LEASE_SECONDS / 3)
        if claims.take(run, worker=worker, purpose=purpose, now=datetime.now(UTC), seconds=LEASE_SECONDS) != "mine":
            logger.warning("the claim on a run was lost")
