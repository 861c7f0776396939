"""The few pages a stranger may see: plain HTML that runs no script and keeps nothing on the server."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from jinja2 import Environment, StrictUndefined, Template
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse

from agent.paths import package_data
from agent.web.words import Words, tongue_of

__all__ = ["Choice", "Link", "notice", "page"]

POLICY = (
    "default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "img-src 'self'"
)


@dataclass(frozen=True)
class Link:
    """Lead to an address."""

    address: str
    label: str


@dataclass(frozen=True)
class Choice:
    """Offer something that changes the server: a button that posts `fields`."""

    address: str
    label: str
    fields: dict[str, str] = field(default_factory=dict)
    more: str = ""
    current: bool = False


def page(
    connection: HTTPConnection,
    *,
    title: str,
    lines: Sequence[str] = (),
    action: Link | None = None,
    choices: Sequence[Choice] = (),
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """Return a page; everything on it is escaped."""
    nonce = secrets.token_urlsafe(16)
    html = _template().render(
        lang={"zh": "zh-CN", "en": "en"}[tongue_of(connection)],
        title=title,
        lines=lines,
        action=action,
        choices=choices,
        nonce=nonce,
        proof=getattr(connection.state, "proof", ""),
    )
    policy = {"Content-Security-Policy": POLICY.format(nonce=nonce), "Cache-Control": "no-store"}
    return HTMLResponse(html, status, {**policy, **(headers or {})})


def notice(
    connection: HTTPConnection, key: str, *, status: int, headers: Mapping[str, str] | None = None
) -> HTMLResponse:
    """Return a page that says one thing, with the way back; its words are `key` and `key_more`."""
    say = Words(tongue_of(connection))
    back = Link("/", say("signin_back"))
    return page(connection, title=say(key), lines=[say(f"{key}_more")], action=back, status=status, headers=headers)


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string((package_data("web") / "plain.html").read_text(encoding="utf-8"))
