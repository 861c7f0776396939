"""Bound what one request or one socket message may hold, whether it says its length or not."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.web.guards.refusals import refuse

__all__ = ["SizeGuard"]

TOO_BIG = 1009


class SizeGuard:
    """Read a request's body, up to `largest` bytes, before anything looks at it; close a socket that says more."""

    def __init__(self, app: ASGIApp, *, largest: int) -> None:
        self._app = app
        self._largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse with 413 or close with 1009, or pass on."""
        if scope["type"] == "websocket":
            await self._app(scope, self._bounded(receive, send), send)
        elif scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self._app(scope, receive, send)
        elif (whole := await self._whole(scope, receive)) is None:
            await refuse(scope, receive, send, 413, "too_large", {"Connection": "close"})
        else:
            await self._app(scope, _once(whole, receive), send)

    async def _whole(self, scope: Scope, receive: Receive) -> Message | None:
        """Return the request with all of its body as one message; None when it is too large."""
        said = Headers(scope=scope).get("content-length", "0")
        if not said.isascii() or not said.isdigit() or int(said) > self._largest:
            return None
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return message  # the browser has gone
            body += message.get("body", b"")
            if len(body) > self._largest:
                return None
            if not message.get("more_body", False):
                return {"type": "http.request", "body": bytes(body), "more_body": False}

    def _bounded(self, receive: Receive, send: Send) -> Receive:
        async def bounded() -> Message:
            message = await receive()
            said = message.get("bytes") or (message.get("text") or "").encode()
            if message["type"] == "websocket.receive" and len(said) > self._largest:
                await send({"type": "websocket.close", "code": TOO_BIG})
                return {"type": "websocket.disconnect", "code": TOO_BIG}
            return message

        return bounded


def _once(message: Message, receive: Receive) -> Receive:
    waiting = [message]

    async def first() -> Message:
        return waiting.pop() if waiting else await receive()

    return first
