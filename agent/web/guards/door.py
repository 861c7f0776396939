"""Turn strangers away from everything that is not open, and end a socket when its person is nobody any more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.web.access import identity_of
from agent.web.guards.paths import is_open
from agent.web.guards.refusals import send_to_sign_in
from agent.web.identity import Identity

__all__ = ["Door"]

POLICY_VIOLATION = 1008


class Door:
    """Let people in; `resolve` is asked again at each message of a socket, because a sign-out must end it at once."""

    def __init__(self, app: ASGIApp, *, resolve: Callable[[HTTPConnection], Awaitable[Identity | None]]) -> None:
        self._app = app
        self._resolve = resolve

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Turn away, or pass on."""
        if scope["type"] not in ("http", "websocket") or is_open(scope["path"]):
            await self._app(scope, receive, send)
        elif (identity := identity_of(HTTPConnection(scope))) is None:
            await send_to_sign_in(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._app(scope, self._watched(scope, receive, send, identity), send)
        else:
            await self._app(scope, receive, send)

    def _watched(self, scope: Scope, receive: Receive, send: Send, identity: Identity) -> Receive:
        asking = HTTPConnection({**scope})  # as it came: what is mounted below puts itself into the scope

        async def watched() -> Message:
            message = await receive()
            if message["type"] != "websocket.receive" or await self._resolve(asking) == identity:
                return message
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
            return {"type": "websocket.disconnect", "code": POLICY_VIOLATION}

        return watched
