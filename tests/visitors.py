"""The application with its pages, and people who open them without a browser: NiceGUI's own harness, for our server."""

from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from functools import partial

import httpx
from nicegui.testing import User
from visiting import pages_anew

from agent.web.app import build_app
from agent.web.services import open_services
from agent.workspace import load_workspace

ADDRESS = "http://127.0.0.1:8787"
TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)


@asynccontextmanager
async def opened_pages(settings, monkeypatch, *, today=lambda: TODAY, now=lambda: NOW):
    """Open the application with its pages and services; the clock may be moved by the functions given."""
    monkeypatch.setenv("NICEGUI_USER_SIMULATION", "true")
    with pages_anew():
        app = build_app(load_workspace(None), settings, services=partial(open_services, now=now, today=today))
        async with app.router.lifespan_context(app):
            yield app


async def visitor_of(app, stack, user, **cookies):
    """Return a person at a browser of their own, closed with the stack."""
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 50000))
    kept = {"kosnote_who": user, **cookies}
    client = httpx.AsyncClient(transport=transport, base_url=ADDRESS, cookies=kept)
    return User(await stack.enter_async_context(client))
