"""Open pages of the desk as somebody of the bank, in NiceGUI's own harness."""

import os
from contextlib import AsyncExitStack
from functools import partial

import httpx
import pytest
from deskcases import FakeDesk, services_with
from nicegui import Client, ui
from nicegui.functions.download import download
from nicegui.functions.navigate import Navigate
from nicegui.functions.notify import notify
from nicegui.testing.general import nicegui_reset_globals
from nicegui.testing.user import User

from agent.settings import Settings
from agent.web.app import build_app
from agent.workspace import load_workspace


@pytest.fixture
def desk():
    """A desk that hands out what the test puts on it."""
    return FakeDesk()


@pytest.fixture
async def visit(tmp_path, desk, monkeypatch):
    """Open a page as a person; the user it returns finds and clicks what is on it."""
    monkeypatch.setitem(os.environ, "NICEGUI_USER_SIMULATION", "true")
    async with AsyncExitStack() as stack:
        stack.enter_context(nicegui_reset_globals())
        settings = Settings(home=tmp_path / "home", author="offline")
        app = build_app(load_workspace(None), settings, services=partial(services_with, desk))
        await stack.enter_async_context(app.router.lifespan_context(app))

        async def call(path, *, who="shenhe", tongue="zh"):
            client = httpx.AsyncClient(
                transport=httpx.ASGITransport(app), base_url="http://localhost",
                cookies={"kosnote_who": who, "kosnote_tongue": tongue},
            )  # fmt: skip
            user = User(await stack.enter_async_context(client))
            await user.open(path)
            return user

        yield call
        # Or the harness forgets the modules that hold the pages, and their classes with them.
        Client.page_routes.clear()
    ui.navigate, ui.notify, ui.download = Navigate(), notify, download
