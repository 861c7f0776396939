"""Settle who asks, once, before any page, route or socket sees the request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from agent.web.identity import Identity

__all__ = ["AccessMiddleware", "Resolve"]

Resolve = Callable[[HTTPConnection], Awaitable[Identity | None]]


class AccessMiddleware:
    """Put the identity of a request into its state; `resolve` is the way people sign in here."""

    def __init__(self, app: ASGIApp, *, resolve: Resolve) -> None:
        self._app = app
        self._resolve = resolve

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Settle and pass on."""
        if scope["type"] in ("http", "websocket"):
            scope.setdefault("state", {})["identity"] = await self._resolve(HTTPConnection(scope))
        await self._app(scope, receive, send)
