"""Sessions: a random token in a signed cookie, its digest in the record. Ended in the record, it is over everywhere."""

from __future__ import annotations

import asyncio
import secrets
from datetime import timedelta

from starlette.requests import HTTPConnection
from starlette.responses import Response

from agent.deployment import Deployment
from agent.people import Person
from agent.web.access import services_of
from agent.web.identity import Identity, Way
from agent.web.signin.keys import Keys, digest_of
from agent.web.signin.persons import identity_for, person_of
from agent.workspace import Workspace

__all__ = ["Sessions", "is_https"]


def is_https(web: Deployment) -> bool:
    """Tell whether people reach the server by https."""
    return web.address.startswith("https://")


class Sessions:
    """Begin, find and end the sessions of people who signed in."""

    def __init__(self, workspace: Workspace, web: Deployment, keys: Keys) -> None:
        self._workspace = workspace
        self._keys = keys
        self._lasts = timedelta(seconds=web.session_seconds)
        self._secure = is_https(web)
        self.cookie = "__Host-kosnote" if self._secure else "kosnote_session"

    async def __call__(self, connection: HTTPConnection) -> Identity | None:
        """Return who is signed in; None without a session that holds, or when its person is not here any more."""
        digest = self._digest(connection)
        if not digest:
            return None
        services = services_of(connection)
        held = await asyncio.to_thread(services.store.access.session, digest, at=services.now())
        person = person_of(self._workspace, held.user, on=services.today()) if held else None
        return identity_for(person, "oidc", session=digest) if person else None

    async def begin(self, connection: HTTPConnection, response: Response, person: Person, way: Way) -> None:
        """Sign a person in with a new token, whatever cookie the browser had before."""
        services, token = services_of(connection), secrets.token_urlsafe(32)
        now = services.now()
        await asyncio.to_thread(
            services.store.access.open_session,
            digest_of(token),
            user=person.id,
            way=way,
            created_at=now,
            expires_at=now + self._lasts,
            replaces=self._digest(connection),
        )
        response.set_cookie(
            self.cookie,
            self._keys.sign(token),
            max_age=int(self._lasts.total_seconds()),
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    async def end(self, connection: HTTPConnection, response: Response, identity: Identity) -> None:
        """Sign out: end the session in the record and take the cookie back."""
        services, digest = services_of(connection), self._digest(connection)
        await asyncio.to_thread(services.store.access.end_session, digest, at=services.now(), by=identity.user)
        response.delete_cookie(self.cookie, path="/", secure=self._secure, httponly=True, samesite="lax")

    def _digest(self, connection: HTTPConnection) -> str:
        return self._keys.digest_of_cookie(connection.cookies.get(self.cookie, ""))
