"""Bound how often one asks: a person by who they are, a stranger by their address, and every try to sign in.

Each server process counts for itself, in memory.
"""

from __future__ import annotations

import math
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from agent.deployment import Deployment
from agent.web.access import identity_of
from agent.web.guards.paths import is_asset
from agent.web.guards.refusals import refuse
from agent.web.signin.proxy import ProxySources
from agent.web.signin.tokens import bearer_of

__all__ = ["PaceGuard"]

PROBES = ("/healthz", "/readyz")
TRIES = ("/sign-in/start", "/sign-in/callback", "/who")


class PaceGuard:
    """Refuse with 429, and say when to come back."""

    def __init__(self, app: ASGIApp, *, web: Deployment) -> None:
        self._app = app
        self._sources = ProxySources(web.proxy_sources)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._requests = RateLimitItemPerMinute(web.requests_per_minute)
        self._tries = RateLimitItemPerMinute(web.sign_ins_per_minute)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count, then refuse or pass on; assets and probes cost nothing."""
        free = scope["type"] not in ("http", "websocket") or is_asset(scope["path"]) or scope["path"] in PROBES
        wait = 0 if free else self._wait(HTTPConnection(scope))
        if wait:
            await refuse(scope, receive, send, 429, "too_often", {"Retry-After": str(wait)})
        else:
            await self._app(scope, receive, send)

    def _wait(self, connection: HTTPConnection) -> int:
        """Return the seconds until this may be asked again; 0 when it may be asked now."""
        identity = identity_of(connection)
        address = self._sources.client_of(connection)
        key = f"person:{identity.user}" if identity else f"address:{address}"
        is_try = connection.scope["path"] in TRIES or (identity is None and bearer_of(connection))
        return self._over(self._requests, key) or (self._over(self._tries, f"try:{address}") if is_try else 0)

    def _over(self, limit: RateLimitItemPerMinute, key: str) -> int:
        if self._limiter.hit(limit, key):
            return 0
        return max(1, math.ceil(self._limiter.get_window_stats(limit, key).reset_time - time.time()))
