"""Put the server together: services, access, routes and pages. `build_app` is all a server or a test needs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI

from agent.settings import Settings
from agent.web.api.application import attach as attach_api
from agent.web.api.working import works_of_app
from agent.web.middleware import protect
from agent.web.ops import Operating
from agent.web.quiet import WITHOUT_TELEMETRY
from agent.web.services import Services, open_services
from agent.web.signin import routes
from agent.web.signin.keys import Keys
from agent.web.signin.oidc import OpenIdConnect
from agent.web.signin.setup import demand_set_up
from agent.web.signin.ways import WayIn
from agent.workspace import Workspace

__all__ = ["build_app"]

OpenServices = Callable[[Workspace, Settings], AbstractAsyncContextManager[Services]]


def build_app(
    workspace: Workspace, settings: Settings, *, pages: bool = True, services: OpenServices = open_services
) -> FastAPI:
    """Return the server's application; `services` opens what it works with, `pages` False leaves the API alone.

    Raises `ConfigurationError` when the sign-in of these settings is not set up.
    """
    demand_set_up(settings)
    operating = Operating(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with services(workspace, settings) as opened, operating.running(opened) as watched:
            app.state.services = watched
            async with works_of_app(app):
                yield

    app = FastAPI(
        title="kosnote", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None, **WITHOUT_TELEMETRY
    )
    app.state.settings, app.state.workspace = settings, workspace
    keys = Keys(settings)
    app.state.keys = keys
    way_in = WayIn(workspace, settings, keys)
    protect(app, settings, keys=keys, resolve=way_in, pages=pages)
    provider = OpenIdConnect(workspace, settings, keys, way_in.sessions) if settings.web.sign_in == "oidc" else None
    routes.register(app, settings, way_in.sessions, provider=provider)
    operating.attach(app)  # outside all middleware so far, and before the pages, which answer every other path
    attach_api(app)
    if pages:
        from agent.web.pages import attach

        attach(app)
    return app
