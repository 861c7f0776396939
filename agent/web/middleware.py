"""The order in which a request is looked at before any page, route or socket sees it. `protect` is all of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from agent.settings import Settings
from agent.web.guards.door import Door
from agent.web.guards.forgery import ForgeryGuard
from agent.web.guards.headers import HeaderGuard
from agent.web.guards.local import LocalOnly
from agent.web.guards.pace import PaceGuard
from agent.web.guards.paths import is_asset
from agent.web.guards.size import SizeGuard
from agent.web.identity import Identity
from agent.web.signin.keys import Keys
from agent.web.signin.sessions import is_https

__all__ = ["AccessMiddleware", "Resolve", "protect"]

Resolve = Callable[[HTTPConnection], Awaitable[Identity | None]]


class AccessMiddleware:
    """Put the identity of a request into its state; `resolve` is the way people sign in here."""

    def __init__(self, app: ASGIApp, *, resolve: Resolve) -> None:
        self._app = app
        self._resolve = resolve

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Settle and pass on; an asset is the same for everybody."""
        if scope["type"] in ("http", "websocket"):
            identity = None if is_asset(scope["path"]) else await self._resolve(HTTPConnection(scope))
            scope.setdefault("state", {})["identity"] = identity
        await self._app(scope, receive, send)


def protect(app: FastAPI, settings: Settings, *, keys: Keys, resolve: Resolve, pages: bool) -> None:
    """Put every guard before the application, the outermost last.

    A request is dressed for its answer, kept to this machine in loopback mode, given its identity, counted, turned away
    if it is a stranger's, measured, proved not to be forged, and, for a page's socket, matched with its page.
    """
    web = settings.web
    if pages:
        from agent.web.guards.sockets import SocketGuard

        app.add_middleware(SocketGuard)
    app.add_middleware(ForgeryGuard, keys=keys, address=web.address)
    app.add_middleware(SizeGuard, largest=web.largest_request)
    app.add_middleware(Door, resolve=resolve)
    app.add_middleware(PaceGuard, web=web)
    app.add_middleware(AccessMiddleware, resolve=resolve)
    if web.sign_in == "loopback":
        app.add_middleware(LocalOnly)
    app.add_middleware(HeaderGuard, https=is_https(web))
    app.add_middleware(GZipMiddleware, minimum_size=1000)
