"""See every request from outside: give it an id, count and time it by its route template, and log one line of it."""

from __future__ import annotations

import logging
import re
import time
import uuid
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.settings import Settings
from agent.web.ops.logs import Naming, about
from agent.web.ops.metrics import Metrics

__all__ = ["RequestMiddleware", "template_of"]

HEADER = "x-request-id"
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_GIVEN = re.compile(r"[A-Za-z0-9._-]{1,64}")
_INNER = "/_nicegui"
_API = "/api/"  # mounted as an application of its own, which knows its paths from there on
logger = logging.getLogger(__name__)


class RequestMiddleware:
    """Wrap everything else."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, settings: Settings) -> None:
        self._app = app
        self._metrics = metrics
        self._name = Naming(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; a socket gets an id and no line, since it may stay open all day."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        request_id = _id_of(scope)
        with about(request=request_id):
            if scope["type"] == "websocket":
                with self._metrics.socket():
                    await self._app(scope, receive, send)
            else:
                await self._answer(scope, receive, send, request_id)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        status = 500  # what a client gets when the application raises before it answers

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        began = time.perf_counter()
        try:
            with self._metrics.in_flight():
                await self._app(scope, receive, sending)
        finally:
            self._note(scope, status, time.perf_counter() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route, method = template_of(scope), scope["method"] if scope["method"] in METHODS else "OTHER"
        self._metrics.request(method=method, route=route, status=status, seconds=seconds)
        level = logging.ERROR if status >= 500 else logging.DEBUG if route in QUIET else logging.INFO
        identity = scope.get("state", {}).get("identity")
        facts = {"method": method, "route": route, "status": status, "seconds": round(seconds, 4)}
        with about(user=self._name(identity.user) if identity else ""):
            logger.log(level, "request", extra={"facts": facts})


def template_of(scope: Scope) -> str:
    """Return the template of the route that answered, such as `/notes/{run}`; never the path as it was asked for."""
    path: Any = getattr(scope.get("route"), "path", None)
    if isinstance(path, str) and path:
        root = str(scope.get("root_path", ""))
        return root[root.index(_API) :] + path if _API in root else path
    return _INNER if str(scope.get("path", "")).startswith(_INNER) else "unmatched"


def _id_of(scope: Scope) -> str:
    """Return the id a proxy gave the request, if it looks like one; a new one otherwise."""
    given = next((value.decode("latin-1") for name, value in scope["headers"] if name == HEADER.encode()), "")
    return given if _GIVEN.fullmatch(given) else uuid.uuid4().hex
