"""The API put together: its routes, its problems and its description, mounted under `/api/v1`."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import HTMLResponse

from agent.web.api import bank, checking, reviewing, runs, threads
from agent.web.api.describing import VERSION, describe, page
from agent.web.api.permits import permit
from agent.web.api.problems import handle_problems
from agent.web.quiet import WITHOUT_TELEMETRY

__all__ = ["PREFIX", "attach"]

PREFIX = "/api/v1"
ROUTERS = (checking.router, runs.router, threads.router, reviewing.router, bank.router)


def attach(app: FastAPI) -> FastAPI:
    """Mount the API under an application whose services and works it uses; return it."""
    api = FastAPI(
        title="kosnote",
        version=VERSION,
        description="Draft, check and review Xiaohongshu notes for bank staff.",
        servers=[{"url": PREFIX}],
        root_path_in_servers=False,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        **WITHOUT_TELEMETRY,
    )
    api.state = app.state
    handle_problems(api)
    for router in ROUTERS:
        api.include_router(router)
    api.include_router(_about(api))
    app.mount(PREFIX, api, name="api")
    return api


def _about(api: FastAPI) -> APIRouter:
    """Return the routes that describe the API, for people signed in."""
    about = APIRouter(include_in_schema=False)
    signed_in = [Depends(permit(None))]

    @about.get("/openapi.json", dependencies=signed_in)
    def document() -> dict[str, Any]:
        return describe(api)

    @about.get("/docs", dependencies=signed_in)
    def documentation() -> HTMLResponse:
        return HTMLResponse(page(describe(api)))

    return about
