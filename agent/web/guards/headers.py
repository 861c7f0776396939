"""Tell browsers what a page may do: run the server's own scripts, be in no frame, leave no copy behind.

The pages are NiceGUI's. Its inline scripts carry a nonce, given here. It needs 'unsafe-eval', because Vue compiles its
templates in the browser and the server drives pages by small scripts, and 'unsafe-inline' for styles alone, because
Quasar and Tailwind write style elements and attributes. Text of notes reaches a page as data, never as a script.
"""

from __future__ import annotations

import re
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.web.guards.paths import is_asset

__all__ = ["HeaderGuard"]

YEAR = 365 * 24 * 3600
SCRIPT = re.compile(rb"<script(?=[\s>])")
PAGE = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
BARE = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), clipboard-write=(self)",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
STRIPPED = (b"accept-encoding", b"x-forwarded-prefix")  # compressed outside of here; nobody moves the pages elsewhere


class HeaderGuard:
    """Put the headers on every answer, and a nonce on the scripts of every page."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and dress what comes back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["headers"] = [(name, value) for name, value in scope["headers"] if name not in STRIPPED]
        await self._app(scope, receive, _Dressing(send, path=scope["path"], https=self._https))


class _Dressing:
    """Send one answer on: a page once it is whole, anything else as it comes."""

    def __init__(self, send: Send, *, path: str, https: bool) -> None:
        self._send = send
        self._path = path
        self._https = https
        self._start: Message | None = None
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._dress(message)
            if _is_page(message):
                self._start = message
                return
        elif message["type"] == "http.response.body" and self._start is not None:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._send_page(self._start)
            return
        await self._send(message)

    def _dress(self, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        for name, value in ALWAYS.items():
            headers.setdefault(name, value)
        headers.setdefault("Content-Security-Policy", BARE)
        if not is_asset(self._path):
            headers.setdefault("Cache-Control", "no-store")
        if self._https:
            headers.setdefault("Strict-Transport-Security", f"max-age={YEAR}; includeSubDomains")

    async def _send_page(self, start: Message) -> None:
        nonce = secrets.token_urlsafe(16)
        body = SCRIPT.sub(b'<script nonce="%s"' % nonce.encode(), bytes(self._body))
        headers = MutableHeaders(scope=start)
        headers["Content-Security-Policy"] = PAGE.format(nonce=nonce)
        headers["Content-Length"] = str(len(body))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body, "more_body": False})


def _is_page(message: Message) -> bool:
    headers = Headers(scope=message)
    return "x-nicegui-content" in headers and headers.get("content-type", "").startswith("text/html")
