"""What a process does, step by step, for whoever counts or traces it: turns, runs, nodes, model calls.

A step carries facts (names, numbers, outcomes) and never a text somebody wrote. Nobody watches unless `watched_by`
says so; the watch goes with the task, so that a node or a model call need not be handed it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Kind", "Step", "Watch", "step", "unwatched", "watched_by"]

Kind = Literal["turn", "run", "node", "call"]


@dataclass
class Step:
    """Hold what is known of one step; `facts` grow while it lasts and are complete when it ends."""

    kind: Kind
    name: str
    facts: dict[str, str | int] = field(default_factory=dict)


Watch = Callable[[Step], AbstractContextManager[object]]


def unwatched(step: Step) -> AbstractContextManager[object]:
    """Watch nothing."""
    return nullcontext()


_watch: ContextVar[Watch] = ContextVar("watch", default=unwatched)


@contextmanager
def watched_by(watch: Watch) -> Iterator[None]:
    """Let a watch see every step of this task, and of the tasks it starts, until the end of the block."""
    token = _watch.set(watch)
    try:
        yield
    finally:
        _watch.reset(token)


@contextmanager
def step(kind: Kind, name: str, **facts: str | int) -> Iterator[Step]:
    """Do one step under the eyes of whoever watches; what it raises goes through the watch and on."""
    seen = Step(kind, name, dict(facts))
    with _watch.get()(seen):
        yield seen
