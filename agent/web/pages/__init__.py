"""The pages. `attach` mounts NiceGUI under the application; every page declares who may open it."""

from __future__ import annotations

from fastapi import FastAPI
from nicegui import ui

__all__ = ["attach"]


def attach(app: FastAPI) -> None:
    """Mount the pages; the application's services must be open before the first one is asked for."""
    from agent.web.pages import home

    home.register(app)
    ui.run_with(app, title="kosnote", language="zh-CN", dark=None, tailwind=True, show_welcome_message=False)
