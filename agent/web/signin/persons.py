"""Who of the bank's people a name is, and the identity they get. Nobody unknown and nobody who left becomes one."""

from __future__ import annotations

from datetime import date

from agent.people import Person
from agent.web.identity import Identity, Way
from agent.workspace import Workspace

__all__ = ["identity_for", "is_here", "person_of"]


def person_of(workspace: Workspace, user: str, *, on: date) -> Person | None:
    """Return a person who is here on that day; None for somebody unknown or gone."""
    return next((person for person in workspace.people if person.id == user and is_here(person, on)), None)


def is_here(person: Person, on: date) -> bool:
    """Tell whether a person has not left; the day they left is the first they are no longer here."""
    return person.left_on is None or on < person.left_on


def identity_for(person: Person, way: Way, *, session: str = "", scopes: tuple[str, ...] = ()) -> Identity:
    """Return the identity of a person who came in by this way."""
    return Identity(
        user=person.id,
        name=person.name,
        roles=person.roles,
        accounts=person.accounts,
        persona=person.persona,
        way=way,
        session=session,
        scopes=scopes,
    )
