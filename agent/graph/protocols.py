"""What the graph needs from others, stated where it is consumed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from agent.models import (
    Account,
    Brief,
    Critique,
    Fact,
    Material,
    Note,
    NoteInput,
    Persona,
    Plan,
    Point,
    Product,
    Report,
    Revision,
    Sources,
    Stage,
    Waiver,
)

__all__ = ["Author", "Checker", "Critic", "Judge"]


class Checker(Protocol):
    """Check a note against the rules; see `agent.guardrails.check`."""

    def __call__(
        self,
        note: NoteInput,
        /,
        *,
        facts: Sequence[Fact] = (),
        material: Sequence[Material] = (),
        points: Sequence[Point] = (),
        account: Account | None = None,
        earlier: Sequence[Note] = (),
        as_of: date | None = None,
        waivers: Sequence[Waiver] = (),
        stage: Stage = "note",
    ) -> Report:
        """Return the report; raise `GuardError` when a guard could not do its work."""
        ...


class Critic(Protocol):
    """Score the tone of a note; see `agent.tone.critique` and `agent.readers.ModelCritic`."""

    async def __call__(
        self,
        note: Note,
        /,
        *,
        brief: Brief,
        facts: Sequence[Fact] = (),
        products: Sequence[Product] = (),
        account: Account | None = None,
        persona: Persona | None = None,
        earlier: Sequence[Note] = (),
        round_number: int = 1,
    ) -> Critique:
        """Return metrics and rubric."""
        ...


class Judge(Protocol):
    """Add to a report what rules cannot see; see `agent.readers.ModelJudge`."""

    async def __call__(self, note: Note, report: Report, /, *, sources: Sources, round_number: int = 1) -> Report:
        """Return the report with added findings or a reason to look; nothing is ever cleared."""
        ...


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
