"""Who may do what: people of a bank, their roles, and the accounts they speak for.

Values only; who somebody is, is settled where they sign in.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from agent.models import Frozen

__all__ = ["Person", "Role"]


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
