"""Refuse what a foreign page makes a browser send: requests and sockets of another origin, changes without proof.

A change (any method but GET, HEAD and OPTIONS) must bring back the proof its page was served with, in the header
`X-CSRF-Token` or the form field `csrf`. A token in the Authorization header is proof enough: no browser adds it by
itself. Sockets and uploads of a page name the page's own id instead, which nobody else can know.
"""

from __future__ import annotations

from hmac import compare_digest
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.web.access import identity_of
from agent.web.guards.paths import is_socket, page_client_of
from agent.web.guards.refusals import refuse
from agent.web.signin.keys import Keys

__all__ = ["HEADER", "ForgeryGuard", "proof_of"]

FIELD = "csrf"
HEADER = "x-csrf-token"
SAFE = ("GET", "HEAD", "OPTIONS")
FOREIGN = ("cross-site", "same-site")


def proof_of(connection: HTTPConnection) -> str:
    """Return what a form or a script on a page served now must send back to change anything; empty for strangers."""
    proof: str = getattr(connection.state, "proof", "")
    return proof


class ForgeryGuard:
    """Demand the server's own origin, and proof for every change; `address` is what people type, if that is known."""

    def __init__(self, app: ASGIApp, *, keys: Keys, address: str) -> None:
        self._app = app
        self._keys = keys
        self._origin = "://".join(urlsplit(address)[:2]).lower() if address else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on with the proof this person's next change needs."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        identity = identity_of(HTTPConnection(scope))
        scope["state"]["proof"] = proof = self._keys.proof(identity) if identity else ""
        if identity is not None and identity.way == "token":
            await self._app(scope, receive, send)
        elif self._is_foreign(scope):
            await refuse(scope, receive, send, 403, "foreign_origin")
        elif _changes(scope) and not _names_its_page(scope):
            brought, receive = await _brought(scope, receive)
            if proof and compare_digest(brought.encode(), proof.encode()):
                await self._app(scope, receive, send)
            else:
                await refuse(scope, receive, send, 403, "no_proof")
        else:
            await self._app(scope, receive, send)

    def _is_foreign(self, scope: Scope) -> bool:
        """Tell whether another origin caused this; opening a page from a link elsewhere is no harm."""
        if scope["type"] == "http" and not (_changes(scope) or _names_its_page(scope)):
            return False
        headers = Headers(scope=scope)
        origins = headers.getlist("origin")
        if not origins:
            return scope["type"] == "websocket" or headers.get("sec-fetch-site") in FOREIGN
        return len(origins) > 1 or origins[0].lower() != (self._origin or _own_origin(scope, headers))


def _own_origin(scope: Scope, headers: Headers) -> str:
    scheme = {"ws": "http", "wss": "https"}.get(scope["scheme"], scope["scheme"])
    return f"{scheme}://{headers.get('host', '')}".lower()


def _changes(scope: Scope) -> bool:
    return scope["type"] == "http" and scope["method"] not in SAFE


def _names_its_page(scope: Scope) -> bool:
    return is_socket(scope["path"]) or bool(page_client_of(scope["path"]))


async def _brought(scope: Scope, receive: Receive) -> tuple[str, Receive]:
    """Return the proof a change brings, and the request with its body unread."""
    headers = Headers(scope=scope)
    if HEADER in headers:
        return headers[HEADER], receive
    if not headers.get("content-type", "").lower().startswith("application/x-www-form-urlencoded"):
        return "", receive
    message = await receive()  # the whole body: the size guard outside has read it within its limit
    fields = parse_qs(message.get("body", b"").decode("utf-8", "replace"))
    return fields.get(FIELD, [""])[0], _first(message, receive)


def _first(message: Message, receive: Receive) -> Receive:
    waiting = [message]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again
