"""The pages. `attach` mounts NiceGUI under the application; every page declares who may open it."""

from __future__ import annotations

from fastapi import FastAPI
from nicegui import app as nicegui
from nicegui import ui

from agent.web import assets, preferences

__all__ = ["attach"]

GREEN = "#0e6b58"
RECONNECT_SECONDS = 10  # a phone in a lift


def attach(app: FastAPI) -> None:
    """Mount the pages; the application's services must be open before the first one is asked for."""
    from agent.web.pages import chat, dashboard, desk, facts, home, library, people, tokens

    app.include_router(assets.router)
    app.include_router(preferences.router)
    home.register(app)
    chat.register(app)
    desk.register(app)
    library.register(app)
    facts.register(app)
    dashboard.register(app)
    people.register(app)
    tokens.register(app)
    nicegui.colors(primary=GREEN)
    ui.add_head_html(assets.head(), shared=True)
    ui.run_with(
        app,
        title="kosnote",
        language="zh-CN",
        dark=None,
        tailwind=False,
        reconnect_timeout=RECONNECT_SECONDS,
        show_welcome_message=False,
    )
