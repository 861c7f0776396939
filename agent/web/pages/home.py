"""The way in: `/` leads to what a person's role begins the day with."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.responses import RedirectResponse, Response

from agent.people import Role
from agent.web.pages.frame import View, private_page

__all__ = ["register"]


def register(app: FastAPI) -> None:
    """Register `/`."""

    @private_page(app, "/")
    def home(view: View) -> Response:
        return RedirectResponse(_first_page(view), status_code=303)


def _first_page(view: View) -> str:
    if view.identity.is_any(Role.EMPLOYEE):
        return "/chat"
    return "/desk" if view.identity.is_any(*view.REVIEWING) else "/library"
