"""What the graph needs from others, stated where it is consumed."""

from __future__ import annotations

from typing import Protocol

from agent.models import Critique, Note, Plan, Report, Revision, Sources

__all__ = ["Author"]


class Author(Protocol):
    """Write notes. Each method is pure over its arguments (and the journal of a model, if there is one)."""

    @property
    def name(self) -> str:
        """Identify who writes, with a version: `offline@2026.11.1`."""
        ...

    async def plan(self, sources: Sources) -> Plan:
        """Choose angle, keyword and ingredients; `writable=False` with questions when nothing honest can be written."""
        ...

    async def write(self, plan: Plan, sources: Sources) -> Note:
        """Write titles, cover, life/point/condition segments and tags; disclosures and labels are assembled later."""
        ...

    async def revise(
        self, note: Note, *, plan: Plan, report: Report, critique: Critique, sources: Sources, round_number: int
    ) -> Revision:
        """Edit only what open findings and failed metrics name."""
        ...
