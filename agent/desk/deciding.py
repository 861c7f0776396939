"""Decide on a text: who may is asked, the decision is bound to the text that was seen, and the graph carries it out.

An approval is checked again on today's date while nobody else can move the run. A decision has a key: sent again, it
is finished or confirmed, never doubled.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from agent.aside import aside
from agent.catalogue import say
from agent.desk.permitting import demand, demand_reviewer, may_decide, waived_by_its_own
from agent.desk.rewriting import rewritten
from agent.desk.standing import Standing
from agent.desk.values import Decided, EditedText
from agent.errors import UsageError
from agent.graph.state import Review
from agent.people import Person
from agent.record import DecisionRecord
from agent.record.values import Decision

__all__ = ["Deciding", "Verdict"]

Verdict = Literal["approve", "release", "comment", "edit", "reject"]
ACTIONS: dict[Verdict, Decision] = {
    "approve": "approve", "release": "approve", "comment": "comment", "edit": "edit", "reject": "reject",
}  # fmt: skip
LONGEST_REASON = 2000
LONGEST_KEY = 100


@dataclass(frozen=True)
class Deciding:
    """Hold what one person says of one text; `standing` looks at a run as it is when it is asked."""

    standing: Callable[[str], Standing]
    verdict: Verdict
    text_hash: str
    by: Person
    reason: str
    key: str

    async def carry_out(self, run: str, text: EditedText | None = None) -> Decided:
        """Decide, or confirm what was decided; raise `UsageError` saying why not."""
        asked = await aside(self._asked, run, text)
        if isinstance(asked, Decided):
            return asked
        standing, review = asked
        try:
            await standing.drafting.review(standing.run.id, review, demand=lambda: self._demand(run))
        except UsageError as error:
            raise await aside(self._explained, run, error) from error
        return await aside(lambda: self._told(self.standing(run), review.key))

    def _asked(self, run: str, text: EditedText | None) -> Decided | tuple[Standing, Review]:
        """Return what was decided already, or what to carry into which run; raise `UsageError` saying why not."""
        self._demand_said()
        standing = self.standing(run)
        key = self._key(standing.run.id, text)
        if (kept := _kept(standing, key)) is not None:
            return self._confirmed(standing, kept)
        behalf = self._permitted(standing)
        review = Review(
            action=ACTIONS[self.verdict],
            reviewer=self.by.id,
            reason=say("desk_released") if self.verdict == "release" else self.reason,
            text_hash=self.text_hash,
            note=rewritten(standing.version.round.note, text) if text is not None else None,
            key=key,
            on_behalf_of=behalf,
        )
        return standing, review

    def _demand_said(self) -> None:
        if len(self.key) > LONGEST_KEY:
            raise UsageError("desk_key_long", limit=LONGEST_KEY)
        if len(self.reason) > LONGEST_REASON:
            raise UsageError("desk_reason_long", limit=LONGEST_REASON)
        if self.verdict not in ("approve", "release") and not self.reason:
            raise UsageError("desk_reason_missing")

    def _key(self, run: str, text: EditedText | None) -> str:
        """Return the decision's key, this person's own; without one it is what is said of which text."""
        said = self.key or "\n".join(
            (run, self.verdict, self.text_hash, self.reason, text.model_dump_json() if text else "")
        )
        return hashlib.sha256(f"{self.by.id}\n{said}".encode()).hexdigest()

    def _permitted(self, standing: Standing) -> str:
        """Return for whom this person decides; raise `UsageError` when they may not."""
        if self.verdict == "release":
            _demand_releasable(standing, self.by)
            return ""
        if self.verdict == "approve":
            return demand(may_decide(self.by, standing)).on_behalf_of
        demand_reviewer(self.by, standing)
        permission = may_decide(self.by, standing)
        if not permission.allowed and permission.code != "desk_wrote_on_it":
            raise UsageError(permission.code)
        return permission.on_behalf_of

    def _demand(self, run: str) -> None:
        """Ask everything again while nobody else can move the run, and check the text on today's date."""
        standing = self.standing(run)
        self._permitted(standing)
        if ACTIONS[self.verdict] != "approve":
            return
        against = (*standing.text.against_approval(self.by.id, standing.now), *waived_by_its_own(standing))
        if against:
            raise UsageError("desk_not_today", reasons="；".join(against))

    def _explained(self, run: str, error: UsageError) -> UsageError:
        """Name who has decided when somebody was faster."""
        if error.code != "run_not_in_review":
            return error
        decided = [d for d in self.standing(run).decisions if d.decision in ("approve", "reject")]
        if not decided:
            return error
        last = decided[-1]
        return UsageError("desk_decided_already", by=last.reviewer, decision=last.decision, at=last.decided_at)

    def _confirmed(self, standing: Standing, kept: DecisionRecord) -> Decided:
        if (kept.decision, kept.text_hash) != (ACTIONS[self.verdict], self.text_hash):
            raise UsageError("desk_key_reused")
        return _decided(standing, kept, repeated=True)

    def _told(self, standing: Standing, key: str) -> Decided:
        """Return what was recorded; without the key, the same person had said the same before."""
        kept = _kept(standing, key)
        if kept is not None:
            return _decided(standing, kept, repeated=False)
        last = standing.decisions[-1]
        if (last.decision, last.reviewer, last.text_hash) != (ACTIONS[self.verdict], self.by.id, self.text_hash):
            raise UsageError("desk_decided_already", by=last.reviewer, decision=last.decision, at=last.decided_at)
        return _decided(standing, last, repeated=True)


def _kept(standing: Standing, key: str) -> DecisionRecord | None:
    return next((decision for decision in standing.decisions if decision.key == key), None)


def _decided(standing: Standing, kept: DecisionRecord, *, repeated: bool) -> Decided:
    assert standing.run.outcome is not None
    return Decided(
        run=standing.run.id,
        decision=kept.decision,
        outcome=standing.run.outcome,
        text_hash=kept.text_hash,
        by=kept.reviewer,
        on_behalf_of=kept.on_behalf_of,
        reason=kept.reason,
        at=kept.decided_at,
        repeated=repeated,
    )


def _demand_releasable(standing: Standing, by: Person) -> None:
    """Raise `UsageError` unless its author may let this note go without a reviewer."""
    round_ = standing.version.round
    looked = round_.report.needs_look or round_.critique.needs_look or not round_.critique.passed
    if standing.run.owner != by.id or standing.lane.must_review:
        raise UsageError("desk_must_review")
    if standing.run.outcome != "in_review" or round_.report.open() or looked:
        raise UsageError("desk_not_clean")
