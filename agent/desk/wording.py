"""Word a notice for a group robot: a template a format, the bank's own before the shipped one, JSON in the end.

What comes from outside (a topic) is data: no mark-up, mention or invisible character of it takes effect.
"""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from agent.desk.telling import path_of, sentence_of
from agent.errors import ConfigurationError
from agent.paths import package_data
from agent.record import NoticeRecord
from agent.workspace import Workspace

__all__ = ["plain", "wording_of"]

MARKS = {ord(mark): chr(ord(mark) + 0xFEE0) for mark in "<>[]()*_`#@~|\\&"}  # their full-width twins
LONGEST = 200


def wording_of(kept: NoticeRecord, format_: str, *, workspace: Workspace, address: str) -> dict[str, Any]:
    """Return what to post; raise `ConfigurationError` naming a template that makes no JSON object."""
    path = _template(workspace, format_)
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    environment.filters["plain"] = plain
    try:
        text = environment.from_string(path.read_text(encoding="utf-8")).render(
            kind=kept.kind,
            run=kept.run,
            topic=kept.topic,
            text=sentence_of(kept),
            link=f"{address.rstrip('/')}{path_of(kept)}" if address else "",
            at=kept.created_at.isoformat(),
        )
        body = json.loads(text)
    except (TemplateError, ValueError) as error:
        raise ConfigurationError("notice_template_wrong", path=path, reason=type(error).__name__) from error
    if not isinstance(body, dict):
        raise ConfigurationError("notice_template_wrong", path=path, reason=type(body).__name__)
    return body


def plain(text: str) -> str:
    """Return a text on one line in which no mark-up and no invisible character is left."""
    seen = (" " if character.isspace() else character for character in text if _is_shown(character))
    return "".join(seen).translate(MARKS)[:LONGEST]


def _is_shown(character: str) -> bool:
    return character.isspace() or not unicodedata.category(character).startswith("C")


def _template(workspace: Workspace, format_: str) -> Path:
    own = workspace.root / "notices" / f"{format_}.json.j2"
    return own if own.is_file() else package_data("notices", f"{format_}.json.j2")
