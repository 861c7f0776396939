"""The desk itself: one `Desk` a process, every method names the person who asks, and what they may not do is refused.

A refusal is a `UsageError` whose message says why; a text that may not be approved today names the fact or the rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from agent.desk.values import (
    CaseFile,
    CaseWaiver,
    Decided,
    Delegation,
    EditedText,
    LaneOrAll,
    NearNote,
    Notice,
    QueueFilter,
    QueueItem,
)
from agent.drafting import Drafting
from agent.people import Person

__all__ = ["Desk", "FindNear"]

FindNear = Callable[[str], Sequence[NearNote]]
EVERYTHING = QueueFilter()


def _nothing_near(run: str) -> Sequence[NearNote]:
    """Find nothing: nobody looks for near duplicates here."""
    return ()


@dataclass(frozen=True)
class Desk:
    """Review notes of one bank; `near` finds notes nearly the same as a run's, where somebody looks for them."""

    drafting: Drafting
    today: Callable[[], date]
    near: FindNear = _nothing_near

    def queue(self, viewer: Person, filters: QueueFilter = EVERYTHING) -> tuple[QueueItem, ...]:
        """Return what waits for a reviewer: overdue first, then urgent, then oldest."""
        raise NotImplementedError

    async def case(self, run: str, viewer: Person) -> CaseFile:
        """Return all there is to decide on a note; raise `UsageError` when it has no text to decide on."""
        raise NotImplementedError

    async def approve(self, run: str, *, text_hash: str, by: Person, reason: str = "", key: str = "") -> Decided:
        """Approve the text somebody saw, checked again on today's date; refused when anything speaks against it.

        Of many approvals at once exactly one is recorded. The same key, or the same person's same decision, again
        finishes what was cut off and otherwise repeats nothing.
        """
        raise NotImplementedError

    async def suggest(
        self, run: str, *, text_hash: str, by: Person, reason: str, text: EditedText | None = None, key: str = ""
    ) -> Decided:
        """Ask for changes in words, or with an edited text that is checked at once; it must be handed in again."""
        raise NotImplementedError

    async def reject(self, run: str, *, text_hash: str, by: Person, reason: str, key: str = "") -> Decided:
        """Reject the text somebody saw, with a reason."""
        raise NotImplementedError

    def hand_in(self, run: str, *, text_hash: str, by: Person, urgent: bool = False) -> None:
        """Hand a text in for review and notify the reviewers; the same text again changes nothing."""
        raise NotImplementedError

    async def waive(
        self, run: str, *, text_hash: str, finding: str, reason: str, expires_on: date, by: Person
    ) -> CaseWaiver:
        """Accept an open finding (its `CaseFinding.id`) until a day; a block counts only once somebody seconds it."""
        raise NotImplementedError

    async def second(self, run: str, waiver: int, *, by: Person) -> CaseWaiver:
        """Approve a waiver of a block as the second person."""
        raise NotImplementedError

    def delegate(
        self, *, by: Person, to: str, starts_at: datetime, ends_at: datetime, reason: str, lane: LaneOrAll = "all"
    ) -> Delegation:
        """Hand a lane, or all, to another reviewer for a period."""
        raise NotImplementedError

    def revoke(self, delegation: int, *, by: Person) -> Delegation:
        """End a delegation now; only who gave it or an admin may."""
        raise NotImplementedError

    def delegations(self, viewer: Person) -> tuple[Delegation, ...]:
        """Return the delegations this person gave or holds, newest first."""
        raise NotImplementedError

    async def publish(self, run: str, *, text_hash: str, url: str, by: Person) -> None:
        """Record where an approved text was published, once the rules of that stage have passed."""
        raise NotImplementedError

    def retract(self, run: str, *, url: str, reason: str, by: Person) -> None:
        """Mark a publication as taken back, and tell the owner to delete it."""
        raise NotImplementedError

    async def correct(self, run: str, *, url: str, reason: str, by: Person) -> str:
        """Open a new run from the approved text, linked to the publication; return its id."""
        raise NotImplementedError

    def notices(self, person: Person, *, limit: int = 50) -> tuple[Notice, ...]:
        """Return what this person is told, newest first."""
        raise NotImplementedError

    def see(self, person: Person, notices: Sequence[int]) -> None:
        """Mark these notices of this person as seen."""
        raise NotImplementedError

    def golden_cases(self, viewer: Person) -> Iterator[dict[str, Any]]:
        """Return decisions with a reason as candidates for golden cases, oldest first: one JSON object each."""
        raise NotImplementedError
