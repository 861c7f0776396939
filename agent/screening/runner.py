"""Screen an archive, or re-screen a store: batch by batch, in order, from where an earlier run was stopped.

Owns the order of writing: store, then reports, then the state that counts them. A batch is a fixed number of rows, so
that a resumed run writes what an undisturbed one would have written.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from agent.errors import UsageError
from agent.guardrails import Packs
from agent.screening.checking import Outcome, Setup, check_rows
from agent.screening.edition import Edition
from agent.screening.plan import Plan, Stored, plan_between, recheck_rows
from agent.screening.pools import Pool
from agent.screening.progress import Job, Progress, chain_of, demand_same_job
from agent.screening.rows import Row
from agent.screening.sieve import Sieve
from agent.screening.sinks import Sink
from agent.screening.sources import Source
from agent.screening.store import Batch, Store

__all__ = ["BATCH", "Watcher", "rescreen", "screen"]

BATCH = 200
COMMIT_SECONDS = 0.5

Watcher = Callable[[Progress, int], None]  # told after every batch; the number says how far into the source


def screen(
    source: Source,
    *,
    sink: Sink,
    setup: Setup,
    edition: Edition,
    job: Job,
    pool: Pool,
    begun: Progress | None,
    store: Store | None = None,
    watch: Watcher = lambda progress, at: None,
) -> Progress:
    """Check every row of a source that is not done yet and return the progress, which is then done.

    `begun` is what the sink remembers of an earlier run; raises `UsageError` when that was another job.
    """
    progress = _progress(begun, job)
    if progress.done:
        return progress
    rows = source.rows()
    if begun is None:
        sink.begin()
        if store is not None:
            store.begin(job, setup.columns)
    else:
        _pass_over(rows, begun)
        if store is not None:
            store.resume(job, begun.rows)
    pace = _Pace(sink, store)
    for (batch, chain), outcomes in pool.work(_check_chained, setup, _chained(_batches(rows), progress.chain)):
        numbered = dict(enumerate(outcomes, progress.rows))
        sink.write(numbered)
        if store is not None:
            store.write(progress.rows, numbered, edition)
        progress.rows, progress.chain = progress.rows + len(batch), chain
        progress.tally.add(outcomes)
        pace.commit_when_due(progress)
        watch(progress, batch[-1].at)
    if store is not None:
        store.finish(progress.chain)
    sink.finish(progress)
    return progress


def rescreen(
    store: Store,
    *,
    sink: Sink,
    setup: Setup,
    edition: Edition,
    packs: Packs,
    job: Job,
    pool: Pool,
    telling_only: bool,
    begun: Progress | None,
    watch: Watcher = lambda progress, at: None,
) -> Progress:
    """Check again what changed rules may say about stored notes, and write what a full run would write."""
    progress = _progress(begun, job)
    if progress.done:
        return progress
    if begun is None:
        sink.begin()
    pace = _Pace(sink, store)
    reading = _Reading(store, edition, packs, telling_only)
    for chore, outcomes in pool.work(_recheck_chore, setup, reading.chores(progress.rows)):
        batch, found = chore.batch, dict(zip(chore.items, outcomes, strict=True))
        sink.write(found)
        store.update(batch, found, edition)
        progress.rows = batch.first + batch.count
        progress.tally.add(outcomes)
        progress.tally.verdicts["pass"] += batch.count - len(outcomes)
        pace.commit_when_due(progress)
        watch(progress, progress.rows)
    store.commit()
    sink.finish(progress)
    return progress


@dataclass(frozen=True)
class _Chore:
    """Carry the notes of a batch that must be read, and what to do with them."""

    batch: Batch
    plan: Plan
    items: dict[int, Stored | Row]


class _Reading:
    """Read batches of a store and leave out the notes nothing new can be said about."""

    def __init__(self, store: Store, edition: Edition, packs: Packs, telling_only: bool) -> None:
        self._store, self._edition, self._packs, self._telling_only = store, edition, packs, telling_only
        self._plans: dict[int, tuple[Plan, Sieve]] = {}

    def chores(self, start: int) -> Iterator[_Chore]:
        for batch in self._store.batches(start):
            plan, sieve = self._plan(batch.edition)
            look = None if plan.reads_all or not plan.fresh else self._candidates(batch, sieve)
            if not plan.fresh:
                look = set()
            all_of_them = plan.reads_all or not self._telling_only
            wanted = None if all_of_them else (look or set()) | self._store.speaking(batch, sorted(plan.gone))
            yield _Chore(batch, plan, self._store.read(batch, wanted=wanted, look=look))

    def _candidates(self, batch: Batch, sieve: Sieve) -> set[int]:
        return {batch.first + number for number in sieve.candidates(self._store.planes(batch))}

    def _plan(self, number: int) -> tuple[Plan, Sieve]:
        if number not in self._plans:
            plan = plan_between(self._store.edition(number), self._edition)
            self._plans[number] = plan, Sieve(self._packs, () if plan.reads_all else plan.fresh)
        return self._plans[number]


class _Pace:
    """Commit about twice a second: a killed run repeats half a second of work, and the disk keeps up."""

    def __init__(self, sink: Sink, store: Store | None) -> None:
        self._sink, self._store, self._last = sink, store, time.monotonic()

    def commit_when_due(self, progress: Progress) -> None:
        if time.monotonic() - self._last >= COMMIT_SECONDS:
            if self._store is not None:
                self._store.commit()
            self._sink.commit(progress)
            self._last = time.monotonic()


def _progress(begun: Progress | None, job: Job) -> Progress:
    if begun is None:
        return Progress(job)
    demand_same_job(begun.job, job)
    return begun


def _check_chained(setup: Setup, task: tuple[list[Row], str]) -> list[Outcome]:
    return check_rows(setup, task[0])


def _recheck_chore(setup: Setup, chore: _Chore) -> list[Outcome]:
    return recheck_rows(setup, (chore.plan, list(chore.items.values())))


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _chained(batches: Iterator[list[Row]], chain: str) -> Iterator[tuple[list[Row], str]]:
    for batch in batches:
        chain = chain_of(chain, batch)
        yield batch, chain


def _pass_over(rows: Iterator[Row], begun: Progress) -> None:
    """Read again what is done, and make sure that it is what was read then."""
    chain, left = "", begun.rows
    while left > 0:
        batch = list(islice(rows, min(BATCH, left)))
        if not batch:
            break
        chain, left = chain_of(chain, batch), left - len(batch)
    if left or chain != begun.chain:
        raise UsageError("screen_rows_changed")
