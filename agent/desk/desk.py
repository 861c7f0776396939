"""The desk itself: one `Desk` a process, every method names the person who asks, and what they may not do is refused.

A refusal is a `UsageError` whose message says why; a text that may not be approved today names the fact or the rule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, get_args

from agent.aside import aside
from agent.desk.afterwards import Afterwards
from agent.desk.casefile import case_of
from agent.desk.deciding import Deciding, Verdict
from agent.desk.delegating import Delegating
from agent.desk.golden import golden_cases
from agent.desk.permitting import demand_insider, waived_by_its_own
from agent.desk.policy import Policy, policy_of
from agent.desk.queueing import item_of, ordered, wanted
from agent.desk.standing import Standing
from agent.desk.telling import notice_of
from agent.desk.values import (
    CaseFile,
    CaseWaiver,
    Decided,
    Delegation,
    EditedText,
    Lane,
    LaneOrAll,
    NearNote,
    Notice,
    QueueFilter,
    QueueItem,
)
from agent.desk.waiving import Waiving
from agent.drafting import Drafting
from agent.handing import hand_in, record_publication
from agent.people import Person
from agent.rechecking import Recheck, recheck_of
from agent.record import Store
from agent.text.clean import stated

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

    @cached_property
    def policy(self) -> Policy:
        """Return the bank's choices for the desk."""
        return policy_of(self.drafting.workspace)

    def queue(self, viewer: Person, filters: QueueFilter = EVERYTHING, *, near: bool = True) -> tuple[QueueItem, ...]:
        """Return what waits for a reviewer: overdue first, then urgent, then oldest.

        Looking for near duplicates may take a while; without `near` nobody looks, see `alike`.
        """
        demand_insider(viewer)
        items = (item_of(standing, viewer) for standing in self._waiting(unsubmitted=filters.waiting))
        shown = ordered(item for item in items if wanted(item, filters))
        if not near:
            return shown
        return tuple(item.model_copy(update={"near": tuple(self.near(item.run))}) for item in shown)

    def alike(self, viewer: Person, runs: Iterable[str]) -> dict[str, tuple[NearNote, ...]]:
        """Return by run the notes nearly the same as it; a run with none is left out."""
        demand_insider(viewer)
        return {run: found for run in runs if (found := tuple(self.near(run)))}

    def pulse(self) -> tuple[int, ...]:
        """Return what a page asks often: it changes when the queue or somebody's notices may have changed."""
        return self._store.desk.pulse()

    def depths(self) -> dict[Lane, int]:
        """Count what waits for a reviewer by lane, every lane named."""
        found = Counter(standing.lane.lane for standing in self._waiting(unsubmitted=False))
        return {lane: found[lane] for lane in get_args(Lane)}

    async def case(self, run: str, viewer: Person, *, against: str = "") -> CaseFile:
        """Return all there is to decide on a note; raise `UsageError` when it has no text to decide on.

        `against` names the text to compare with by its hash; otherwise it is the one last sent back or handed in.
        """
        demand_insider(viewer)
        return await aside(self._case, run, viewer, against)

    async def approve(self, run: str, *, text_hash: str, by: Person, reason: str = "", key: str = "") -> Decided:
        """Approve the text somebody saw, checked again on today's date; refused when anything speaks against it.

        Of many approvals at once exactly one is recorded. The same key, or the same person's same decision, again
        finishes what was cut off and otherwise repeats nothing.
        """
        return await self._decide(run, "approve", text_hash, by, reason, key)

    async def release(self, run: str, *, text_hash: str, by: Person, key: str = "") -> Decided:
        """Approve one's own note where its lane lets authors do so, nothing is open and it was not drawn for a look."""
        return await self._decide(run, "release", text_hash, by, "", key)

    async def suggest(
        self, run: str, *, text_hash: str, by: Person, reason: str, text: EditedText | None = None, key: str = ""
    ) -> Decided:
        """Ask for changes in words, or with an edited text that is checked at once; it must be handed in again."""
        if text is None:
            return await self._decide(run, "comment", text_hash, by, reason, key)
        return await self._decide(run, "edit", text_hash, by, reason, key, text)

    async def reject(self, run: str, *, text_hash: str, by: Person, reason: str, key: str = "") -> Decided:
        """Reject the text somebody saw, with a reason."""
        return await self._decide(run, "reject", text_hash, by, reason, key)

    def hand_in(self, run: str, *, text_hash: str, by: Person, urgent: bool = False) -> None:
        """Hand a text in for review and notify the reviewers; the same text again changes nothing."""
        hand_in(self._text(run), text_hash=text_hash, by=by, urgent=urgent)

    async def waive(
        self, run: str, *, text_hash: str, finding: str, reason: str, expires_on: date, by: Person
    ) -> CaseWaiver:
        """Accept an open finding (its `CaseFinding.id`) until a day; a block counts only once somebody seconds it."""
        waiving = Waiving(self._standing, self.policy)
        return await waiving.waive(run, text_hash, finding=finding, reason=reason, expires_on=expires_on, by=by)

    async def second(self, run: str, waiver: int, *, by: Person) -> CaseWaiver:
        """Approve a waiver of a block as the second person."""
        return await Waiving(self._standing, self.policy).second(run, waiver, by=by)

    def delegate(
        self, *, by: Person, to: str, starts_at: datetime, ends_at: datetime, reason: str, lane: LaneOrAll = "all"
    ) -> Delegation:
        """Hand a lane, or all, to another reviewer for a period."""
        period = {"starts_at": starts_at, "ends_at": ends_at}
        return self._delegating.delegate(by=by, to=to, reason=reason, lane=lane, **period)

    def revoke(self, delegation: int, *, by: Person) -> Delegation:
        """End a delegation now; only who gave it or an admin may."""
        return self._delegating.revoke(delegation, by=by)

    def delegations(self, viewer: Person) -> tuple[Delegation, ...]:
        """Return the delegations this person gave or holds, newest first; an admin sees all."""
        return self._delegating.seen_by(viewer)

    async def publish(self, run: str, *, text_hash: str, url: str, by: Person) -> None:
        """Record where an approved text was published, once the rules of that stage have passed."""
        await aside(lambda: record_publication(self._text(run), text_hash=text_hash, url=url, by=by))

    def retract(self, run: str, *, url: str, reason: str, by: Person) -> None:
        """Mark a publication as taken back, and tell the owner to delete it."""
        self._after.retract(self._standing(run), url=url, reason=reason, by=by)

    async def correct(self, run: str, *, url: str, reason: str, by: Person) -> str:
        """Open a new run from the approved text, linked to the publication; return its id."""
        return await self._after.correct(await aside(self._standing, run), url=url, reason=reason, by=by)

    def notices(self, person: Person, *, limit: int = 50) -> tuple[Notice, ...]:
        """Return what this person is told, newest first."""
        told = self._store.notices.of(person.id, limit=limit)
        titles = self._store.library.titles({kept.run for kept in told})
        return tuple(notice_of(kept, self.drafting, title=titles.get(kept.run, "")) for kept in told)

    def see(self, person: Person, notices: Sequence[int]) -> None:
        """Mark these notices of this person as seen."""
        self._store.notices.see(person.id, notices, seen_at=self.drafting.now())

    def golden_cases(self, viewer: Person) -> Iterator[dict[str, Any]]:
        """Return decisions with a reason as candidates for golden cases, oldest first: one JSON object each."""
        demand_insider(viewer)
        return golden_cases(self._store, asked_edits=self.policy.asked_edits)

    async def _decide(
        self,
        run: str,
        verdict: Verdict,
        text_hash: str,
        by: Person,
        reason: str,
        key: str,
        text: EditedText | None = None,
    ) -> Decided:
        deciding = Deciding(self._standing, verdict, text_hash=text_hash, by=by, reason=stated(reason), key=key)
        return await deciding.carry_out(run, text)

    def _case(self, run: str, viewer: Person, against: str) -> CaseFile:
        standing = self._standing(run)
        item = item_of(standing, viewer).model_copy(update={"near": tuple(self.near(standing.run.id))})
        barriers: tuple[str, ...] = ()
        if standing.is_open:
            barriers = (*standing.text.against_approval(viewer.id, standing.now), *waived_by_its_own(standing))
        return case_of(standing, item, against=against, barriers=barriers)

    def _waiting(self, *, unsubmitted: bool) -> Iterator[Standing]:
        """Look at all that waits, at one moment."""
        today, now, handed_over = self.today(), self.drafting.now(), self._store.desk.delegations()
        for known in self._store.desk.waiting(unsubmitted=unsubmitted):
            yield Standing(
                drafting=self.drafting,
                policy=self.policy,
                text=Recheck(self.drafting, known.run, known.version, today),
                submission=known.submission,
                now=now,
                known=known,
                handed_over=handed_over,
            )

    @property
    def _store(self) -> Store:
        return self.drafting.store

    @property
    def _after(self) -> Afterwards:
        return Afterwards(self.drafting, self.today)

    @property
    def _delegating(self) -> Delegating:
        return Delegating(self.drafting, self.today)

    def _text(self, run: str) -> Recheck:
        return recheck_of(self.drafting, run, today=self.today())

    def _standing(self, run: str) -> Standing:
        """Return a run with its best text as it is now; raise `UsageError` when it has none."""
        text = self._text(run)
        handed = self._store.publishing.submissions(text.run.id)
        same = [item for item in handed if item.text_hash == text.version.text_hash]
        return Standing(
            drafting=self.drafting,
            policy=self.policy,
            text=text,
            submission=same[-1] if same else None,
            now=self.drafting.now(),
        )
