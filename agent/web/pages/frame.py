"""The frame around every page: who asks, in which tongue, and where they can go. No page is registered without it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from nicegui import ui

from agent.people import Role
from agent.web.access import identity_of
from agent.web.identity import Identity
from agent.web.plain import notice
from agent.web.services import Services
from agent.web.words import TONGUES, Tongue, Words

__all__ = ["PAGES", "View", "private_page"]

PAGES: dict[str, tuple[Role, ...]] = {}  # what the tests of every page read
TONGUE_COOKIE = "kosnote_tongue"


@dataclass(frozen=True)
class View:
    """Hold what one opened page may know: who asks, what the server works with, and how to say things."""

    identity: Identity
    services: Services
    say: Words
    request: Request

    REVIEWING: ClassVar[tuple[Role, ...]] = (Role.REVIEWER,)

    def go(self, path: str) -> None:
        """Lead the browser elsewhere."""
        ui.navigate.to(path)


def private_page(app: FastAPI, path: str, *roles: Role) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a page that only these roles may open; nobody else gets a single element of it.

    The decorated function takes a `View`, then the parameters of its path.
    """

    def register(build: Callable[..., Any]) -> Callable[..., Any]:
        PAGES[path] = roles

        async def page(request: Request, **parameters: Any) -> Response | None:
            identity = identity_of(request)
            if identity is None:
                return RedirectResponse(f"/sign-in?next={request.url.path}", status_code=303)
            if not identity.is_any(*roles):
                return notice(request, "refused_forbidden", status=403)
            view = View(identity, services_of_app(app), Words(_tongue(request)), request)
            built = build(view, **parameters)
            if inspect.isawaitable(built):
                await built
            return None

        page.__signature__ = _with_request(build)  # type: ignore[attr-defined]
        page.__annotations__ = {"request": Request, **_parameters(build)}
        ui.page(path)(page)
        return build

    return register


def services_of_app(app: FastAPI) -> Services:
    """Return what the server works with."""
    services: Services = app.state.services
    return services


def _tongue(request: Request) -> Tongue:
    chosen = request.cookies.get(TONGUE_COOKIE)
    return next((tongue for tongue in TONGUES if tongue == chosen), "zh")


def _parameters(build: Callable[..., Any]) -> dict[str, Any]:
    hints = inspect.get_annotations(build, eval_str=True)
    return {name: hints.get(name, str) for name in list(inspect.signature(build).parameters)[1:]}


def _with_request(build: Callable[..., Any]) -> inspect.Signature:
    """Return the signature a web page has: the request in place of the view, then the parameters of the path."""
    first = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)
    rest = list(inspect.signature(build, eval_str=True).parameters.values())[1:]
    return inspect.Signature([first, *rest])
