"""The way in: `/` leads to what a person's role begins the day with."""

from __future__ import annotations

from fastapi import FastAPI

from agent.web.pages.frame import View, private_page

__all__ = ["register"]


def register(app: FastAPI) -> None:
    """Register `/`."""

    @private_page(app, "/")
    def home(view: View) -> None:
        view.go("/desk" if view.identity.is_any(*view.REVIEWING) else "/chat")
