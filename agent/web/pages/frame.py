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
from agent.web.guards.forgery import proof_of
from agent.web.identity import Identity
from agent.web.pages.furniture import Place, furnish
from agent.web.plain import notice
from agent.web.preferences import LIGHT_COOKIE
from agent.web.services import Services
from agent.web.signin.persons import is_here
from agent.web.words import Words, tongue_of

__all__ = ["PAGES", "View", "private_page"]

PAGES: dict[str, tuple[Role, ...]] = {}  # what the tests of every page read
BUILD_SECONDS = 20
PLACES = (
    Place("/chat", "nav_chat", "edit_note"),
    Place("/desk", "nav_desk", "fact_check"),
    Place("/library", "nav_library", "library_books"),
    Place("/facts", "nav_facts", "inventory_2"),
    Place("/dashboard", "nav_dashboard", "insights"),
    Place("/people", "nav_people", "group"),
)


@dataclass(frozen=True)
class View:
    """Hold what one opened page may know: who asks, what the server works with, and how to say things.

    What a page builds stands in `<main>`; `dock` stays at the lower edge, above the bar; `bar` is the header's own row.
    """

    identity: Identity
    services: Services
    say: Words
    request: Request
    dock: ui.element
    bar: ui.element

    REVIEWING: ClassVar[tuple[Role, ...]] = (Role.REVIEWER,)

    def go(self, path: str) -> None:
        """Lead the browser elsewhere, once the page is open."""
        ui.navigate.to(path)

    def name(self, person: str) -> str:
        """Return how a person of the bank is called; somebody unknown is called by their id."""
        known = self.services.workspace.person(person)
        return known.name if known else person

    def absent(self) -> None:
        """Say that there is no such page, whatever the reason; build nothing else then."""
        ui.context.client.status_code = 404
        self.bar.clear()
        self.dock.clear()
        with ui.element("div").classes("absent"):
            ui.label(self.say("frame_absent")).classes("absent-title").props("role=heading aria-level=1")
            ui.label(self.say("frame_absent_hint")).classes("hint")
            ui.link(self.say("frame_back"), "/").classes("button-link")


def private_page(app: FastAPI, path: str, *roles: Role) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a page that only these roles may open; nobody else gets a single element of it.

    The decorated function takes a `View`, then the parameters of its path. It builds inside the frame, or returns a
    response (a redirect) instead of a page.
    """

    def register(build: Callable[..., Any]) -> Callable[..., Any]:
        PAGES[path] = roles

        async def page(request: Request, **parameters: Any) -> Response | None:
            identity = identity_of(request)
            if identity is None:
                return RedirectResponse(f"/sign-in?next={request.url.path}", status_code=303)
            if not identity.is_any(*roles):
                return notice(request, "refused_forbidden", status=403)
            built = build(_furnished(app, request, identity), **parameters)
            found = await built if inspect.isawaitable(built) else built
            return found if isinstance(found, Response) else None

        page.__signature__ = _with_request(build)  # type: ignore[attr-defined]
        page.__annotations__ = {"request": Request, **_parameters(build)}
        ui.page(path, response_timeout=BUILD_SECONDS)(page)
        return build

    return register


def services_of_app(app: FastAPI) -> Services:
    """Return what the server works with."""
    services: Services = app.state.services
    return services


def _furnished(app: FastAPI, request: Request, identity: Identity) -> View:
    say = Words(tongue_of(request))
    services = services_of_app(app)
    open_to_them = [place for place in PLACES if place.path in PAGES and identity.is_any(*PAGES[place.path])]
    room = furnish(
        identity,
        say,
        places=open_to_them,
        here=request.url.path,
        light=request.cookies.get(LIGHT_COOKIE, ""),
        people=[person for person in services.workspace.people if is_here(person, services.today())],
        proof=proof_of(request),
    )
    return View(identity, services, say, request, room.dock, room.bar)


def _parameters(build: Callable[..., Any]) -> dict[str, Any]:
    hints = inspect.get_annotations(build, eval_str=True)
    return {name: hints.get(name, str) for name in list(inspect.signature(build).parameters)[1:]}


def _with_request(build: Callable[..., Any]) -> inspect.Signature:
    """Return the signature a web page has: the request in place of the view, then the parameters of the path."""
    first = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)
    rest = list(inspect.signature(build, eval_str=True).parameters.values())[1:]
    return inspect.Signature([first, *rest])
