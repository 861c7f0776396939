"""Keep a single-user server to its machine: no peer from elsewhere, and no name a foreign page can point here."""

from __future__ import annotations

import ipaddress

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from agent.web.guards.refusals import refuse

__all__ = ["LocalOnly", "is_loopback"]


class LocalOnly:
    """Refuse a peer that is not this machine, and a Host that is not a name of it (DNS rebinding)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on."""
        if scope["type"] not in ("http", "websocket") or _is_local(scope):
            await self._app(scope, receive, send)
        else:
            await refuse(scope, receive, send, 403, "not_local")


def is_loopback(host: str) -> bool:
    """Tell whether a name or an address is this machine's own."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_local(scope: Scope) -> bool:
    named = Headers(scope=scope).getlist("host")
    return len(named) == 1 and is_loopback(_name(named[0])) and scope["client"] and is_loopback(scope["client"][0])


def _name(host: str) -> str:
    """Return a Host header without its port: `[::1]:8787`, `localhost:8787`, `127.0.0.1`."""
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0].lower()
