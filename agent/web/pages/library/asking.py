"""Read what an address of the library asks for; what makes no sense in it is left out, not refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from agent.library import Query, Sight
from agent.library.search import FIELDS
from agent.models import NoteType
from agent.people import Role
from agent.record import STATUSES
from agent.web.identity import Identity
from agent.web.pages.forms import address

__all__ = ["LEAVES", "LIBRARY", "NOTE_TYPES", "SEEING_ALL", "Asked", "Leaf", "asked_in", "day_in", "sight_of"]

LIBRARY = "/library"
SEEING_ALL = (Role.CONTENT, Role.REVIEWER, Role.ADMIN)
NOTE_TYPES: tuple[str, ...] = get_args(NoteType)
LONGEST_DAYS = 365

Leaf = Literal["notes", "alike", "facts", "rules"]
LEAVES: tuple[Leaf, ...] = get_args(Leaf)


@dataclass(frozen=True)
class Asked:
    """Hold what is asked for: a leaf of the library, what to look for, which page, and how many days ahead."""

    leaf: Leaf
    query: Query
    page: int
    days: int
    given: Mapping[str, str]

    def at(self, path: str = LIBRARY, **changes: str) -> str:
        """Return the address that asks for the same but for some changes."""
        return address(path, {**self.given, **changes})


def asked_in(parameters: Mapping[str, str]) -> Asked:
    """Read the query of an address."""
    given = {name: parameters.get(name, "").strip() for name in _NAMES}
    return Asked(
        leaf=next((known for known in LEAVES if known == given["view"]), "notes"),
        query=Query(
            text=given["q"],
            field=next((known for known in FIELDS if known == given["field"]), ""),
            statuses=frozenset({given["status"]} & set(STATUSES)),
            note_type=given["type"] if given["type"] in NOTE_TYPES else "",
            account=given["account"],
            cites=given["fact"],
            since=day_in(given["since"]),
            until=day_in(given["until"]),
        ),
        page=_number(given["page"], 1),
        days=min(_number(given["days"], 0), LONGEST_DAYS),
        given=given,
    )


def sight_of(identity: Identity) -> Sight:
    """Say whose notes somebody may see: an employee their own, the others everybody's."""
    return Sight(identity.user, everything=identity.is_any(*SEEING_ALL))


def day_in(written: str) -> date | None:
    """Read a day; None when there is none."""
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _number(written: str, otherwise: int) -> int:
    return int(written) if written.isascii() and written.isdigit() and len(written) < 7 else otherwise


_NAMES = ("view", "q", "field", "status", "type", "account", "fact", "since", "until", "page", "days")
