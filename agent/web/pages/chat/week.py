"""What an account may say this week: its scope, the facts that hold, and those that have just run out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from agent.models import Account, Category, Fact
from agent.workspace import Workspace

__all__ = ["Week", "week_of"]

WEEK = timedelta(days=7)
LOOK_BACK = timedelta(days=60)


@dataclass(frozen=True)
class Week:
    """Hold what one account may speak of on a day; `running_out` are valid facts with under a week left."""

    account: Account
    scope: tuple[Category, ...]
    lapsed: bool
    valid: tuple[Fact, ...]
    running_out: tuple[Fact, ...]
    expired: tuple[Fact, ...]
    coming: tuple[Fact, ...]


def week_of(account: Account, workspace: Workspace, today: date) -> Week:
    """Sort the bank's facts within the scope of an account by what they are good for on this day."""
    facts = [fact for fact in workspace.facts if fact.category in account.scope and fact.kind == "benefit"]
    valid = [fact for fact in facts if fact.is_valid(today)]
    ending = [fact for fact in valid if fact.valid_to is not None and fact.valid_to < today + WEEK]
    return Week(
        account=account,
        scope=account.scope,
        lapsed=account.authorised_until is not None and account.authorised_until < today,
        valid=tuple(fact for fact in valid if fact not in ending),
        running_out=tuple(ending),
        expired=tuple(f for f in facts if f.valid_to is not None and today - LOOK_BACK <= f.valid_to < today),
        coming=tuple(f for f in facts if today < f.valid_from <= today + WEEK),
    )
