"""What the nodes of a run depend on, handed in through the runtime: no node reads the environment or the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agent.graph.protocols import Author, Checker, Critic, Judge
from agent.models import Brief, Sources, Usage, Waiver

__all__ = ["DraftContext", "Trace", "no_model"]


Trace = Callable[[int], tuple[tuple[str, ...], Usage | None]]


def no_model(round_number: int) -> tuple[tuple[str, ...], Usage | None]:
    """Trace a round that asked no model."""
    return (), None


@dataclass(frozen=True)
class DraftContext:
    """Bind an author, the readers and the workspace's values to a run; `trace` tells prompts and usage of a round."""

    author: Author
    check: Checker
    critique: Critic
    resolve: Callable[[Brief], Sources]
    judge: Judge | None = None
    trace: Trace = no_model
    waivers: tuple[Waiver, ...] = ()
