"""Keep what a person chose for their browser: tongue, and light or dark."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import RedirectResponse, Response

from agent.web.access import require
from agent.web.identity import Identity
from agent.web.signin.routes import local_path
from agent.web.words import TONGUE_COOKIE, TONGUES

__all__ = ["LIGHTS", "LIGHT_COOKIE", "PREFERENCES", "router"]

PREFERENCES = "/preferences"
LIGHT_COOKIE = "kosnote_light"
LIGHTS = ("auto", "light", "dark")
YEAR = 365 * 24 * 3600
router = APIRouter(include_in_schema=False)


@router.post(PREFERENCES)
async def choose(
    identity: Annotated[Identity, Depends(require())],
    tongue: Annotated[str, Form()] = "",
    light: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Keep a choice in a cookie and go back to the page it was made on."""
    response = RedirectResponse(local_path(next), status_code=303)
    if tongue in TONGUES:
        _keep(response, TONGUE_COOKIE, tongue)
    if light in LIGHTS:
        _keep(response, LIGHT_COOKIE, light)
    return response


def _keep(response: Response, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=YEAR, httponly=True, samesite="lax")
