"""From what was asked for to a run that is ready to go: source or store, sink, job, and what an earlier run left.

Owns the comparison with the earlier run's day: without a day of its own, a resumed run keeps the one it was begun with
and a re-screen keeps the store's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agent.guardrails import Packs, load_packs
from agent.screening.checking import Setup
from agent.screening.edition import Circumstances, Edition, edition_of
from agent.screening.pools import Pool
from agent.screening.progress import Job, Progress, demand_same_job
from agent.screening.rows import parse_columns
from agent.screening.runner import Watcher, rescreen, screen
from agent.screening.sinks import Sink, open_sink
from agent.screening.sources import Source, check_columns, open_source
from agent.screening.store import Store

__all__ = ["Request", "Run", "begin"]


@dataclass(frozen=True)
class Request:
    """Hold what a caller asks for; without `source` the store is screened again."""

    source: str
    out: Path
    table: str = ""
    query: str = ""
    columns: str = ""
    encoding: str = "utf-8"
    store: Path | None = None
    telling_only: bool = True
    restart: bool = False


@dataclass
class Run:
    """Hold everything a run needs; `go` does it."""

    source: Source | None
    store: Store | None
    sink: Sink
    setup: Setup
    edition: Edition
    packs: Packs
    job: Job
    begun: Progress | None
    telling_only: bool

    @property
    def total(self) -> int:
        """Return the size of the source, in the units a watcher is told."""
        return self.job.size

    def go(self, pool: Pool, watch: Watcher) -> Progress:
        """Do what is left to do."""
        if self.source is not None:
            return screen(
                self.source, sink=self.sink, setup=self.setup, edition=self.edition, job=self.job, pool=pool,
                begun=self.begun, store=self.store, watch=watch,
            )  # fmt: skip
        assert self.store is not None
        return rescreen(
            self.store, sink=self.sink, setup=self.setup, edition=self.edition, packs=self.packs, job=self.job,
            pool=pool, telling_only=self.telling_only, begun=self.begun, watch=watch,
        )  # fmt: skip

    def close(self) -> None:
        """Let go of all files."""
        self.sink.close()
        if self.store is not None:
            self.store.close()


def begin(request: Request, under: Callable[[str], Circumstances]) -> Run:
    """Prepare a run; `under` is given the day an earlier run was begun with (or nothing) and names circumstances."""
    source = _source(request)
    store = Store(request.store) if request.store is not None else None
    sink = open_sink(request.out, telling_only=request.telling_only)
    try:
        return _prepare(request, source, store, sink, under)
    except BaseException:
        sink.close()
        if store is not None:
            store.close()
        raise


def _prepare(
    request: Request, source: Source | None, store: Store | None, sink: Sink, under: Callable[[str], Circumstances]
) -> Run:
    again = store if source is None else None
    if again is not None:
        again.demand_whole()
    if request.restart:
        sink.discard()
        if again is None and store is not None:
            store.discard()
    begun = sink.resume()
    day = begun.job.options["as_of"] if begun else again.as_of if again else ""
    circumstances = under(day)
    packs = load_packs(overlay=circumstances.overlay, examples=False)
    edition = edition_of(packs, circumstances)
    columns = again.columns if again else parse_columns(request.columns)
    name, size = (source.name, source.total) if source else _identity(again)
    options = {
        "as_of": str(circumstances.as_of),
        "columns": str(columns),
        "notes": "telling" if request.telling_only else "every",
        "store": str(request.store.resolve()) if request.store else "",
    }
    job = Job(name, size, edition.digest, options)
    if begun is not None:
        demand_same_job(begun.job, job)
    setup = Setup(circumstances, edition.digest, columns, keep=store is not None)
    return Run(source, store, sink, setup, edition, packs, job, begun, request.telling_only)


def _identity(store: Store | None) -> tuple[str, int]:
    assert store is not None
    return f"store {store.identity}", store.rows


def _source(request: Request) -> Source | None:
    if not request.source:
        return None
    columns = parse_columns(request.columns)
    source = open_source(request.source, table=request.table, query=request.query, encoding=request.encoding)
    check_columns(source, columns)
    return source
