"""Where batches are worked on: in this process, in processes of this machine, on a Ray cluster.

Owns handing out and collecting, in order and a few batches ahead, so that an archive of any size is never held in
memory. Refuses to know what the work is.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from agent.errors import ConfigurationError, GuardError

__all__ = ["Alone", "Pool", "Processes", "RayCluster"]

Task = TypeVar("Task")
Result = TypeVar("Result")
AHEAD = 2


class Pool(Protocol):
    """Work on tasks and yield each with its result, in order."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def work(
        self, function: Callable[[Any, Task], Result], setup: Any, tasks: Iterable[Task]
    ) -> Iterator[tuple[Task, Result]]:
        """Yield every task with `function(setup, task)`."""


class Alone(AbstractContextManager["Alone"]):
    """Work in this process."""

    def __exit__(self, *_: object) -> None:
        return None

    def work(
        self, function: Callable[[Any, Task], Result], setup: Any, tasks: Iterable[Task]
    ) -> Iterator[tuple[Task, Result]]:
        """Yield every task with its result."""
        return ((task, function(setup, task)) for task in tasks)


class Processes(AbstractContextManager["Processes"]):
    """Work in fresh processes of this machine; they end with this one, however it ends."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _begin_worker)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._pool.shutdown(wait=kind is None, cancel_futures=True)

    def work(
        self, function: Callable[[Any, Task], Result], setup: Any, tasks: Iterable[Task]
    ) -> Iterator[tuple[Task, Result]]:
        """Yield every task with its result."""
        waiting = ((task, self._pool.submit(function, setup, task)) for task in tasks)
        try:
            for task, future in _ahead(waiting, self._workers * AHEAD):
                yield task, future.result()
        except BrokenProcessPool:
            raise GuardError("screen_worker_lost") from None


class RayCluster(AbstractContextManager["RayCluster"]):
    """Work as Ray tasks: on the cluster RAY_ADDRESS names, else on one of this machine (needs the extra `ray`)."""

    def __init__(self, workers: int = 0) -> None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
        try:
            import ray
        except ImportError:
            raise ConfigurationError("screen_needs_extra", what="Ray", extra="ray") from None
        self._ray: Any = ray
        self._ours = not ray.is_initialized()
        if self._ours:
            address = os.environ.get("RAY_ADDRESS")
            local: dict[str, Any] = {} if address else {"include_dashboard": False, "num_cpus": workers or None}
            try:
                ray.init(address=address, log_to_driver=False, logging_level="ERROR", **local)
            except (ConnectionError, ValueError) as error:
                raise ConfigurationError("screen_no_cluster", reason=str(error).splitlines()[0]) from None

    def __exit__(self, *_: object) -> None:
        if self._ours:
            self._ray.shutdown()

    def work(
        self, function: Callable[[Any, Task], Result], setup: Any, tasks: Iterable[Task]
    ) -> Iterator[tuple[Task, Result]]:
        """Yield every task with its result."""
        remote, shared = self._ray.remote(function), self._ray.put(setup)
        slots = max(1, int(self._ray.cluster_resources().get("CPU", 1)))
        waiting = ((task, remote.remote(shared, task)) for task in tasks)
        return ((task, self._collect(reference)) for task, reference in _ahead(waiting, slots * AHEAD))

    def _collect(self, reference: Any) -> Any:
        try:
            return self._ray.get(reference)
        except self._ray.exceptions.RayTaskError as error:
            raise error.cause from None


def _ahead(waiting: Iterator[tuple[Task, Any]], size: int) -> Iterator[tuple[Task, Any]]:
    """Begin `size` tasks before the first is asked for, and one more for each that is handed on."""
    begun: deque[tuple[Task, Any]] = deque()
    for entry in waiting:
        begun.append(entry)
        if len(begun) > size:
            yield begun.popleft()
    yield from begun


def _begin_worker() -> None:
    """Leave Ctrl-C to the parent, and end when it is gone: after kill -9 nobody else would end this process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
