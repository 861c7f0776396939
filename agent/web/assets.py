"""Hand out the stylesheet and the script of the pages. They hold nothing about anybody: no sign-in is asked for."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from agent.paths import package_data

__all__ = ["ASSETS", "head", "mount"]

ASSETS = "/assets"
YEAR = 365 * 24 * 3600


def mount(app: FastAPI) -> None:
    """Serve `agent/data/web/assets`."""
    app.mount(ASSETS, _Kept(directory=str(package_data("web") / "assets")), name="assets")


@cache
def head() -> str:
    """Return what the head of every page holds; a changed file has another address, so that none is stale."""
    style, script = (f"{ASSETS}/{name}?v={_digest(name)}" for name in ("pages.css", "pages.js"))
    return (
        '<meta name="format-detection" content="telephone=no">'
        f'<link rel="stylesheet" href="{style}"><script defer src="{script}"></script>'
    )


class _Kept(StaticFiles):
    """Let browsers keep the files: a changed one has another address."""

    def file_response(self, *arguments: Any, **given: Any) -> Response:
        """Return a file that need not be asked for again."""
        response = super().file_response(*arguments, **given)
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        return response


def _digest(name: str) -> str:
    return hashlib.sha256((package_data("web") / "assets" / name).read_bytes()).hexdigest()[:12]
