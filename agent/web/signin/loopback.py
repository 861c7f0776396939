"""One machine, no sign-in: whoever sits at it says who they are by a cookie. The server listens on loopback only."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from agent.people import Person, Role
from agent.web.access import services_of
from agent.web.identity import Identity
from agent.web.signin.persons import identity_for, is_here
from agent.workspace import Workspace

__all__ = ["LOCAL", "WHO_COOKIE", "Loopback"]

WHO_COOKIE = "kosnote_who"
LOCAL = Person(id="local", name="本机", roles=tuple(Role))


class Loopback:
    """Take the person the cookie names, or the workspace's first; a workspace without people has one, `LOCAL`."""

    def __init__(self, workspace: Workspace) -> None:
        self._people = workspace.people or (LOCAL,)

    async def __call__(self, connection: HTTPConnection) -> Identity | None:
        """Return who sits at this machine; None when everybody it could be has left."""
        today = services_of(connection).today()
        here = [person for person in self._people if is_here(person, today)]
        named = connection.cookies.get(WHO_COOKIE)
        person = next((person for person in here if person.id == named), next(iter(here), None))
        return identity_for(person, "loopback") if person else None
