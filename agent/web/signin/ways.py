"""The way in of this server: one of loopback, OIDC and proxy by its settings, and tokens beside it for the API."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from agent.settings import Settings
from agent.web.guards.paths import is_api
from agent.web.identity import Identity
from agent.web.middleware import Resolve
from agent.web.signin.keys import Keys
from agent.web.signin.loopback import Loopback
from agent.web.signin.proxy import TrustedHeader
from agent.web.signin.sessions import Sessions
from agent.web.signin.tokens import Tokens, bearer_of
from agent.workspace import Workspace

__all__ = ["WayIn"]


class WayIn:
    """Find out who a request is from; where there is a bearer token, nothing else counts."""

    def __init__(self, workspace: Workspace, settings: Settings, keys: Keys) -> None:
        web = settings.web
        self.sessions = Sessions(workspace, web, keys)
        self._tokens = Tokens(workspace)
        people: dict[str, Resolve] = {
            "loopback": Loopback(workspace),
            "oidc": self.sessions,
            "proxy": TrustedHeader(workspace, web),
        }
        self._person = people[web.sign_in]

    async def __call__(self, connection: HTTPConnection) -> Identity | None:
        """Return who asks, or None."""
        if bearer_of(connection):
            return await self._tokens(connection) if is_api(connection.scope["path"]) else None
        return await self._person(connection)
