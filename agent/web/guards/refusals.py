"""How a guard says no: a page for people, a problem document (RFC 9457) for programs, a closed door for sockets."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketClose

from agent.catalogue import advise
from agent.web.api.problems import problem
from agent.web.guards.paths import is_api, is_socket
from agent.web.plain import notice
from agent.web.words import Words

__all__ = ["refuse", "send_to_sign_in"]

POLICY_VIOLATION = 1008


async def refuse(
    scope: Scope, receive: Receive, send: Send, status: int, code: str, headers: Mapping[str, str] | None = None
) -> None:
    """Answer a request that a guard stopped; `code` is what programs branch on and the key of the words for people."""
    if scope["type"] == "websocket":
        await WebSocketClose(code=POLICY_VIOLATION)(scope, receive, send)
    else:
        await _answer(scope, status, code, headers)(scope, receive, send)


async def send_to_sign_in(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a stranger: a browser that opens a page is led to the sign-in, everything else is told 401."""
    path = scope["path"]
    wants_page = scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and not is_socket(path)
    if wants_page and not is_api(path):
        await RedirectResponse(_sign_in_address(path), status_code=303)(scope, receive, send)
    else:
        await refuse(scope, receive, send, 401, "unauthenticated", {"WWW-Authenticate": "Bearer"})


def _sign_in_address(path: str) -> str:
    """Return where to sign in and come back to a path."""
    return f"/sign-in?next={quote(path, safe='/')}"


def _answer(scope: Scope, status: int, code: str, headers: Mapping[str, str] | None) -> Response:
    if is_api(scope["path"]):
        say = Words("zh")
        hint = advise(f"api_{code}") or say(f"refused_{code}_more")
        return problem(status, code, title=say(f"refused_{code}"), hint=hint, headers=headers)
    return notice(HTTPConnection(scope), f"refused_{code}", status=status, headers=headers)
