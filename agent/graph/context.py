"""What the nodes of a run depend on, handed in through the runtime: no node reads the environment or the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agent.graph.protocols import Author, Checker, Critic
from agent.models import Brief, Sources, Waiver

__all__ = ["DraftContext"]


@dataclass(frozen=True)
class DraftContext:
    """Bind an author, the two readers and the workspace's values to a run."""

    author: Author
    check: Checker
    critique: Critic
    resolve: Callable[[Brief], Sources]
    waivers: tuple[Waiver, ...] = ()
