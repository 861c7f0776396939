"""Hand out the stylesheet and the script of the pages, to whoever is signed in."""

from __future__ import annotations

import hashlib
from functools import cache

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import FileResponse

from agent.paths import package_data
from agent.web.access import require

__all__ = ["head", "router"]

ASSETS = "/assets"
KINDS = {
    "pages.css": "text/css",
    "library.css": "text/css",
    "desk.css": "text/css",
    "pages.js": "text/javascript",
    "keys.js": "text/javascript",
}
YEAR = 365 * 24 * 3600
router = APIRouter(include_in_schema=False)


@router.get(f"{ASSETS}/{{name}}", dependencies=[Depends(require())])
async def asset(name: str) -> FileResponse:
    """Return a file; browsers keep it, because a changed one has another address."""
    if name not in KINDS:
        raise HTTPException(404)
    kept = {"Cache-Control": f"private, max-age={YEAR}, immutable"}
    return FileResponse(package_data("web", "assets", name), media_type=KINDS[name], headers=kept)


@cache
def head() -> str:
    """Return what the head of every page holds."""
    links = (
        f'<link rel="stylesheet" href="{_address(name)}">'
        if kind == "text/css"
        else f'<script defer src="{_address(name)}"></script>'
        for name, kind in KINDS.items()
    )
    return '<meta name="format-detection" content="telephone=no">' + "".join(links)


def _address(name: str) -> str:
    return f"{ASSETS}/{name}?v={_digest(name)}"


def _digest(name: str) -> str:
    return hashlib.sha256(package_data("web", "assets", name).read_bytes()).hexdigest()[:12]
