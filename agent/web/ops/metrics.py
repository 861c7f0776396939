"""The numbers of one process, in a registry of its own. Labels come from closed sets: no id, no name, no text.

Routes are templates, intents, outcomes, roles and error codes are lists of this program; what is on none of them is
counted as `other`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from agent.chat.values import Intent
from agent.errors import GuardError, KosnoteError, ProviderError, StorageError
from agent.models import Outcome
from agent.watching import Step

__all__ = ["Metrics"]

INTENTS = frozenset(Intent) | {"unsure"}
OUTCOMES = frozenset(get_args(Outcome))
FAST = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
COUNT_AGAIN_SECONDS = 60
SLOW = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60, 120)


class Metrics:
    """Count what one application does."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self._requests = Counter(
            "kosnote_http_requests", "Requests answered.", ("method", "route", "status"), registry=registry
        )
        self._latency = Histogram(
            "kosnote_http_request_seconds", "Seconds to answer.", ("method", "route"), buckets=FAST, registry=registry
        )
        self._in_flight = Gauge("kosnote_http_requests_in_flight", "Requests being answered.", registry=registry)
        self._sockets = Gauge("kosnote_sockets_open", "Pages with an open socket.", registry=registry)
        self._turns = Counter("kosnote_turns", "Chat turns ended.", ("intent", "outcome"), registry=registry)
        self._turn_seconds = Histogram(
            "kosnote_turn_seconds", "Seconds of a turn.", ("intent",), buckets=SLOW, registry=registry
        )
        self._runs = Counter("kosnote_runs", "Runs that came to stand so.", ("outcome",), registry=registry)
        self._rounds = Histogram(
            "kosnote_run_rounds", "Rounds of a drafted note.", buckets=(1, 2, 3, 4, 6, 10), registry=registry
        )
        self._calls = Counter("kosnote_model_calls", "Model calls.", ("role", "outcome"), registry=registry)
        self._call_seconds = Histogram(
            "kosnote_model_call_seconds", "Seconds of a model call.", ("role",), buckets=SLOW, registry=registry
        )
        self._tokens = Counter("kosnote_model_tokens", "Tokens used.", ("role", "kind"), registry=registry)
        self._provider = Counter("kosnote_provider_errors", "Calls that failed.", ("code",), registry=registry)
        self._storage = Counter("kosnote_storage_errors", "Database errors.", ("code",), registry=registry)
        self._queue = Gauge(
            "kosnote_queue_depth",
            "Notes that wait for a reviewer, as of the last minute.",
            ("lane",),
            registry=registry,
        )
        self._counted_at = -math.inf

    def request(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        self._requests.labels(method, route, str(status)).inc()
        self._latency.labels(method, route).observe(seconds)

    def in_flight(self) -> AbstractContextManager[object]:
        """Count a request while it is answered."""
        return self._in_flight.track_inprogress()

    def socket(self) -> AbstractContextManager[object]:
        """Count a socket while it is open."""
        return self._sockets.track_inprogress()

    def storage_error(self, code: str) -> None:
        """Count what a database refused to do."""
        self._storage.labels(code).inc()

    @contextmanager
    def watch(self, step: Step) -> Iterator[None]:
        """Count a step when it ends."""
        began, error = time.perf_counter(), None
        try:
            yield
        except Exception as raised:
            error = raised
            raise
        finally:
            end = {"turn": self._turn, "run": self._run, "call": self._call}.get(step.kind)
            if end is not None:
                end(step, error, time.perf_counter() - began)

    def render(self, depths: Callable[[], Mapping[str, int]]) -> bytes:
        """Return everything in the text format; the queue is looked through at most once a minute."""
        if time.monotonic() - self._counted_at > COUNT_AGAIN_SECONDS:
            self._counted_at = time.monotonic()
            with suppress(StorageError):  # counted where it happened; the other numbers are wanted all the more then
                for lane, depth in depths().items():
                    self._queue.labels(lane).set(depth)
        return generate_latest(self.registry)

    def _turn(self, step: Step, error: Exception | None, seconds: float) -> None:
        intent = _listed(step.facts.get("intent", "unsure"), INTENTS)
        outcome = _kind(error) if error is not None else str(step.facts.get("outcome", "other"))
        self._turns.labels(intent, outcome).inc()
        self._turn_seconds.labels(intent).observe(seconds)

    def _run(self, step: Step, error: Exception | None, seconds: float) -> None:
        if isinstance(error, StorageError) and error.code == "checkpoints_unusable":
            self.storage_error(error.code)  # the record's own are heard at its engine
        if error is not None:
            self._runs.labels(_kind(error)).inc()
            return
        self._runs.labels(_listed(step.facts.get("outcome", ""), OUTCOMES)).inc()
        if step.facts.get("begun_by") != "review":
            self._rounds.observe(int(step.facts.get("rounds", 0)))

    def _call(self, step: Step, error: Exception | None, seconds: float) -> None:
        role = str(step.facts["role"])
        self._calls.labels(role, "answered" if error is None else "failed").inc()
        self._call_seconds.labels(role).observe(seconds)
        for kind in ("prompt", "completion", "cached"):
            self._tokens.labels(role, kind).inc(int(step.facts.get(f"{kind}_tokens", 0)))
        if isinstance(error, ProviderError):
            self._provider.labels(error.code).inc()


def _listed(value: object, known: frozenset[str]) -> str:
    return str(value) if value in known else "other"


def _kind(error: Exception) -> str:
    kinds = {ProviderError: "provider", StorageError: "storage", GuardError: "guard", KosnoteError: "refused"}
    return next((name for kind, name in kinds.items() if isinstance(error, kind)), "error")
