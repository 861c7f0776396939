"""`/metrics`: what a Prometheus reads. Open on a single machine; elsewhere to an admin or a token with this scope.

A loopback address proves nothing behind a proxy, where everybody comes from it: it is not looked at.
"""

from __future__ import annotations

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.concurrency import run_in_threadpool

from agent.people import Role
from agent.web.access import identity_of, services_of
from agent.web.identity import Identity

__all__ = ["SCOPE", "may_scrape", "register"]

SCOPE = "metrics"


def may_scrape(identity: Identity) -> bool:
    """Tell whether this reader may have the numbers: whoever sits at a single machine, an admin, or the scope."""
    if identity.scopes:
        return SCOPE in identity.scopes
    return identity.way == "loopback" or identity.is_any(Role.ADMIN)


def register(app: FastAPI) -> None:
    """Add the route."""

    @app.get("/metrics", include_in_schema=False)
    async def metrics(request: Request) -> Response:
        identity = identity_of(request)
        if identity is None:
            raise HTTPException(401, "unauthenticated")
        if not may_scrape(identity):
            raise HTTPException(403, "forbidden")
        services = services_of(request)
        content = await run_in_threadpool(app.state.operating.metrics.render, services.desk.depths)
        return Response(content, media_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})
