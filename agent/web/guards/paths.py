"""What a path is, by its beginning alone: open to everybody, an asset, of the API, or private like all the rest."""

from __future__ import annotations

import re

__all__ = ["OPEN", "is_api", "is_asset", "is_open", "is_socket", "page_client_of"]

OPEN = frozenset(("/healthz", "/readyz", "/sign-in", "/sign-in/start", "/sign-in/callback", "/favicon.ico"))
API = re.compile(r"/(?:api|metrics)(?:/|\Z)")
ASSETS = re.compile(r"/_nicegui/\d[\w.]*/(?:static|libraries|components|resources|esm)/")
SOCKET = "/_nicegui_ws/"
OF_A_PAGE = re.compile(r"/_nicegui/client/([^/]+)/")


def is_asset(path: str) -> bool:
    """Tell whether a path is a file everybody gets alike, such as the scripts of the pages."""
    return path == "/favicon.ico" or ASSETS.match(path) is not None


def is_open(path: str) -> bool:
    """Tell whether strangers may ask for a path; what is not named here is private, whoever adds it."""
    return path in OPEN or is_asset(path)


def is_api(path: str) -> bool:
    """Tell whether programs ask for a path: tokens count there, and refusals are for programs to read."""
    return API.match(path) is not None


def is_socket(path: str) -> bool:
    """Tell whether a path is the connection of an opened page, by websocket or by polling."""
    return path.startswith(SOCKET)


def page_client_of(path: str) -> str:
    """Return the id of the opened page an upload goes to; empty for any other path."""
    found = OF_A_PAGE.match(path)
    return found[1] if found else ""
