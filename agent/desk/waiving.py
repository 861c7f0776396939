"""Accept an open finding for a stated reason until a day; the text is then checked again, and its lane is red."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from agent.aside import aside
from agent.catalogue import say
from agent.desk.casefile import findings_of, waiver_of
from agent.desk.permitting import demand, may_decide
from agent.desk.policy import Policy
from agent.desk.standing import Standing
from agent.desk.values import CaseWaiver
from agent.errors import UsageError
from agent.graph.state import Review
from agent.people import Person, reviewers
from agent.record import RunWaiver
from agent.text.clean import stated
from agent.workspace.waivers import latest_end

__all__ = ["Waiving"]


@dataclass(frozen=True)
class Waiving:
    """Grant and second waivers of runs."""

    standing: Callable[[str], Standing]
    policy: Policy

    async def waive(
        self, run: str, text_hash: str, *, finding: str, reason: str, expires_on: date, by: Person
    ) -> CaseWaiver:
        """Accept a finding of the text somebody saw; a block waits for somebody else to agree."""
        kept, counts = await aside(
            self._granted, run, text_hash, finding=finding, reason=reason, expires_on=expires_on, by=by
        )
        return await self._counted(kept, by) if counts else await aside(self._shown, kept)

    def _granted(
        self, run: str, text_hash: str, *, finding: str, reason: str, expires_on: date, by: Person
    ) -> tuple[RunWaiver, bool]:
        """Keep a waiver and tell whether it counts at once."""
        standing = self._open(run, by)
        if standing.version.text_hash != text_hash:
            current = standing.version.text_hash
            raise UsageError("review_of_other_text", run=standing.run.id, given=text_hash, current=current)
        found = next((f for f in findings_of(standing) if f.id == finding and f.status == "open"), None)
        if found is None or not found.fingerprint:
            raise UsageError("desk_no_such_finding", value=finding)
        reason = stated(reason)
        if not reason:
            raise UsageError("desk_reason_missing")
        if not standing.today <= expires_on <= latest_end(standing.today):
            raise UsageError("desk_waiver_period")
        kept = standing.drafting.store.desk.waive(
            standing.run.id,
            rule=found.rule,
            fingerprint=found.fingerprint,
            reason=reason,
            approver=by.id,
            granted_at=standing.now,
            expires_on=expires_on,
            tell_to=_others(standing, by) if found.severity == "block" else (),
        )
        return kept, found.severity != "block"

    async def second(self, run: str, waiver: int, *, by: Person) -> CaseWaiver:
        """Agree to a waiver as somebody else."""
        return await self._counted(await aside(self._seconded, run, waiver, by), by)

    def _seconded(self, run: str, waiver: int, by: Person) -> RunWaiver:
        standing = self._open(run, by)
        return standing.drafting.store.desk.second(standing.run.id, waiver, approver=by.id, at=standing.now)

    def _open(self, run: str, by: Person) -> Standing:
        standing = self.standing(run)
        demand(may_decide(by, standing))
        if not standing.is_open:
            raise UsageError("run_not_in_review", run=standing.run.id, outcome=standing.run.outcome)
        return standing

    async def _counted(self, kept: RunWaiver, by: Person) -> CaseWaiver:
        """Have the text checked again with the waiver; done once for each time it was granted or seconded."""
        standing = await aside(self.standing, kept.run)
        said = f"{by.id}\n{kept.model_dump_json()}"
        review = Review(
            action="recheck",
            reviewer=by.id,
            reason=say("desk_waived", rule=kept.rule, reason=kept.reason),
            text_hash=standing.version.text_hash,
            key=hashlib.sha256(said.encode()).hexdigest(),
        )
        await standing.drafting.review(kept.run, review)
        return await aside(self._shown, kept)

    def _shown(self, kept: RunWaiver) -> CaseWaiver:
        return waiver_of(kept, self.standing(kept.run))


def _others(standing: Standing, by: Person) -> tuple[str, ...]:
    return tuple(person for person in reviewers(standing.drafting.workspace.people) if person != by.id)
