"""Hand a lane to another reviewer for a while: who decided for whom stays in the record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from agent.desk.values import Delegation, LaneOrAll
from agent.drafting import Drafting
from agent.errors import UsageError
from agent.people import Person, Role
from agent.record import DelegationRecord
from agent.text.clean import stated

__all__ = ["Delegating"]

LONGEST = timedelta(days=90)
AHEAD = timedelta(days=366)


@dataclass(frozen=True)
class Delegating:
    """Give, end and list delegations."""

    drafting: Drafting
    today: Callable[[], date]

    def delegate(
        self, *, by: Person, to: str, lane: LaneOrAll, starts_at: datetime, ends_at: datetime, reason: str
    ) -> Delegation:
        """Record a delegation; both must be reviewers, and its end must be ahead and near enough."""
        if Role.REVIEWER not in by.roles:
            raise UsageError("desk_not_reviewer")
        reason = stated(reason)
        now, delegate = self.drafting.now(), self.drafting.workspace.person(to)
        if delegate is None or Role.REVIEWER not in delegate.roles or _has_left(delegate, self.today()):
            raise UsageError("desk_delegate_unfit", value=to)
        if to == by.id:
            raise UsageError("desk_delegate_self")
        if starts_at.tzinfo is None or ends_at.tzinfo is None or not reason:
            raise UsageError("desk_delegation_vague")
        if not (max(starts_at, now) < ends_at and ends_at - starts_at <= LONGEST and ends_at - now <= AHEAD):
            raise UsageError("desk_delegation_period", days=LONGEST.days)
        return self._shown(
            self.drafting.store.desk.delegate(
                delegator=by.id,
                delegate=to,
                lane=lane,
                starts_at=starts_at,
                ends_at=ends_at,
                reason=reason,
                created_at=now,
            )
        )

    def revoke(self, delegation: int, *, by: Person) -> Delegation:
        """End a delegation; it is not there for whoever neither gave it nor is an admin."""
        kept = self.drafting.store.desk.delegation(delegation)
        if kept.delegator != by.id and Role.ADMIN not in by.roles:
            raise UsageError("delegation_unknown", value=delegation)
        return self._shown(self.drafting.store.desk.revoke(delegation, at=self.drafting.now()))

    def seen_by(self, viewer: Person) -> tuple[Delegation, ...]:
        """Return what this person gave or holds; an admin sees all."""
        person = "" if Role.ADMIN in viewer.roles else viewer.id
        return tuple(self._shown(kept) for kept in self.drafting.store.desk.delegations(person))

    def _shown(self, kept: DelegationRecord) -> Delegation:
        return Delegation.model_validate(
            {**kept.model_dump(exclude={"created_at"}), "active": kept.is_active(self.drafting.now())}
        )


def _has_left(person: Person, today: date) -> bool:
    return person.left_on is not None and person.left_on <= today
