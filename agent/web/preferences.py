"""Keep what a person chose for their browser: tongue, light or dark, and on a single machine who they are."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from agent.web.access import require
from agent.web.identity import Identity
from agent.web.signin.loopback import WHO_COOKIE
from agent.web.words import TONGUES

__all__ = ["LIGHTS", "LIGHT_COOKIE", "PREFERENCES", "TONGUE_COOKIE", "router"]

PREFERENCES = "/preferences"
TONGUE_COOKIE = "kosnote_tongue"
LIGHT_COOKIE = "kosnote_light"
LIGHTS = ("auto", "light", "dark")
YEAR = 365 * 24 * 3600
router = APIRouter()


@router.post(PREFERENCES)
def choose(
    request: Request,
    identity: Annotated[Identity, Depends(require())],
    tongue: Annotated[str, Form()] = "",
    light: Annotated[str, Form()] = "",
    who: Annotated[str, Form()] = "",
    back: Annotated[str, Form()] = "/",
) -> Response:
    """Keep one choice in a cookie and go back; who somebody is can be chosen in loopback mode alone."""
    response = RedirectResponse(_local(back), status_code=303)
    if tongue in TONGUES:
        _keep(response, TONGUE_COOKIE, tongue)
    if light in LIGHTS:
        _keep(response, LIGHT_COOKIE, light)
    if identity.way == "loopback" and who in {person.id for person in request.app.state.workspace.people}:
        _keep(response, WHO_COOKIE, who)
    return response


def _keep(response: Response, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=YEAR, httponly=True, samesite="lax")


def _local(back: str) -> str:
    """Return a path of this server; whatever leads elsewhere leads home."""
    is_path = back.startswith("/") and not back.startswith(("//", "/\\")) and back.isprintable()
    return back if is_path else "/"
