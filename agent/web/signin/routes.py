"""The pages of signing in and out, and of choosing who one is on a single machine."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, FastAPI, Form, Request
from fastapi.responses import RedirectResponse, Response

from agent.people import Person
from agent.settings import Settings
from agent.web.access import identity_of, require, services_of
from agent.web.identity import Identity
from agent.web.plain import Choice, Link, notice, page
from agent.web.signin.loopback import WHO_COOKIE
from agent.web.signin.oidc import CALLBACK, OpenIdConnect
from agent.web.signin.persons import is_here
from agent.web.signin.sessions import Sessions
from agent.web.words import Words, tongue_of

__all__ = ["local_path", "register"]

YEAR = 365 * 24 * 3600


def register(app: FastAPI, settings: Settings, sessions: Sessions, *, provider: OpenIdConnect | None) -> None:
    """Add `/sign-in`, `/sign-out`, the two halves of a sign-in at a provider and, on a single machine, `/who`."""
    way = settings.web.sign_in
    router = APIRouter(include_in_schema=False)

    @router.get("/sign-in")
    async def sign_in(request: Request, next: str = "/") -> Response:
        if way == "loopback":
            return _choosing(request, local_path(next))
        if identity_of(request) is not None:
            return RedirectResponse(local_path(next), status_code=303)
        return _asking(request, way, local_path(next))

    @router.post("/sign-out")
    async def sign_out(request: Request, identity: Annotated[Identity, Depends(require())]) -> Response:
        if identity.way == "loopback":
            response: Response = RedirectResponse("/sign-in", status_code=303)
            response.delete_cookie(WHO_COOKIE)
            return response
        response = notice(request, "signin_out", status=200)
        await sessions.end(request, response, identity)
        return response

    if provider is not None:

        @router.get("/sign-in/start")
        async def start(request: Request, next: str = "/") -> Response:
            return await provider.start(request, goal=local_path(next))

        router.add_api_route(CALLBACK, provider.finish, methods=["GET"])
    if way == "loopback":
        router.add_api_route("/who", _take_place, methods=["POST"])
    app.include_router(router)


def local_path(path: str) -> str:
    """Return a path of this server; whatever leads elsewhere leads home."""
    is_local = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path if is_local else "/"


def _people_here(request: Request) -> list[Person]:
    services = services_of(request)
    return [person for person in services.workspace.people if is_here(person, services.today())]


async def _take_place(
    request: Request,
    identity: Annotated[Identity, Depends(require())],
    who: Annotated[str, Form()],
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Become somebody else on this machine."""
    if identity.way != "loopback" or who not in {person.id for person in _people_here(request)}:
        return notice(request, "refused_unknown_person", status=403)
    response = RedirectResponse(local_path(next), status_code=303)
    response.set_cookie(WHO_COOKIE, who, max_age=YEAR, httponly=True, samesite="lax")
    return response


def _asking(request: Request, way: str, goal: str) -> Response:
    say = Words(tongue_of(request))
    if way == "proxy":
        return page(request, title=say("signin_title"), lines=[say("signin_proxy")])
    start = Link(f"/sign-in/start?next={quote(goal, safe='/')}", say("signin_oidc_go"))
    return page(request, title=say("signin_title"), lines=[say("signin_oidc")], action=start)


def _choosing(request: Request, goal: str) -> Response:
    say, identity, people = Words(tongue_of(request)), identity_of(request), _people_here(request)
    if identity is None or not people:
        return page(request, title=say("signin_title"), lines=[say("signin_nobody")])
    choices = [
        Choice(
            address="/who",
            label=person.name,
            fields={"who": person.id, "next": goal},
            more=" · ".join(say(f"role_{role}") for role in person.roles),
            current=person.id == identity.user,
        )
        for person in people
    ]
    return page(request, title=say("signin_who"), lines=[say("signin_who_why")], choices=choices)
