"""Match the socket of an opened page with its page: a browser drives no page but one that was served to its person.

NiceGUI lets a socket name any page by its id, at the handshake and with every event, and takes any origin. The origin
is `ForgeryGuard`'s; here a socket must name exactly one page when it opens, the page must be its person's, and from
then on it speaks for that page alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from nicegui import core
from nicegui.client import Client
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from agent.web.access import identity_of
from agent.web.guards.paths import is_socket, page_client_of
from agent.web.guards.refusals import refuse

__all__ = ["SocketGuard"]

NAMESPACE = "/"
SPEAKING = ("event", "javascript_response", "ack", "log")  # what a socket says after its handshake


class SocketGuard:
    """Refuse sockets, polls and uploads for a page of somebody else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        _bind_speakers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on; a page that is gone is left to NiceGUI, which tells the browser to load it again."""
        if scope["type"] in ("http", "websocket") and not _is_own(scope):
            await refuse(scope, receive, send, 403, "not_your_page")
        else:
            await self._app(scope, receive, send)


def _is_own(scope: Scope) -> bool:
    path = scope["path"]
    if client_id := page_client_of(path):
        return _is_page_of(client_id, scope)
    if not is_socket(path):
        return True
    asked = parse_qs(scope["query_string"].decode("latin-1"))
    pages, sockets = asked.get("client_id", []), asked.get("sid", [])
    return len(pages) == 1 and _is_page_of(pages[0], scope) and all(_is_socket_of(sid, scope) for sid in sockets)


def _is_page_of(client_id: str, scope: Scope) -> bool:
    client = Client.instances.get(client_id)
    return client is None or _same_person(client.request.scope, scope)


def _is_socket_of(sid: str, scope: Scope) -> bool:
    environ = core.sio.environ.get(sid)
    return environ is None or _same_person(environ["asgi.scope"], scope)


def _same_person(one: Scope, other: Scope) -> bool:
    first, second = identity_of(HTTPConnection(one)), identity_of(HTTPConnection(other))
    return first is not None and second is not None and first.user == second.user


def _bind_speakers() -> None:
    """Hold every socket of this process to the page it opened for; NiceGUI has one socket server a process."""
    handlers = core.sio.handlers[NAMESPACE]
    for name in SPEAKING:
        if not getattr(handlers[name], "is_bound", False):
            core.sio.on(name, _bound(handlers[name]))


def _bound(handle: Callable[[str, dict[str, Any]], None]) -> Callable[[str, dict[str, Any]], None]:
    def bound(sid: str, message: dict[str, Any]) -> None:
        opened_for = parse_qs(core.sio.get_environ(sid)["QUERY_STRING"])["client_id"]
        if opened_for == [message["client_id"]]:
            handle(sid, message)

    bound.is_bound = True  # type: ignore[attr-defined]
    return bound
