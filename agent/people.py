"""Who may do what: people of a bank, their roles, and the accounts they speak for.

Values only; who somebody is, is settled where they sign in.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from agent.models import Frozen

__all__ = ["Person", "Role", "reviewers"]


class Role(StrEnum):
    """List what a person can be; the list is closed."""

    EMPLOYEE = "employee"
    CONTENT = "content"
    REVIEWER = "reviewer"
    ADMIN = "admin"


class Person(Frozen):
    """Describe one person: `id` is what sign-in calls them, `accounts` whom they may speak for (empty: none bound)."""

    id: str
    name: str
    roles: tuple[Role, ...] = (Role.EMPLOYEE,)
    accounts: tuple[str, ...] = ()
    persona: str = ""
    left_on: date | None = None


def reviewers(people: Iterable[Person]) -> tuple[str, ...]:
    """Return the ids of those who review and have not left."""
    return tuple(person.id for person in people if Role.REVIEWER in person.roles and person.left_on is None)
