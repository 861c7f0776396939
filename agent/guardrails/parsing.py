"""Parse notes handed to `agent check`: JSON, JSONL, plain text, Markdown. Reading files is the caller's."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from pydantic import ValidationError

from agent.errors import UsageError
from agent.models import NoteInput

__all__ = ["parse_notes"]

_TAGS = re.compile(r"^(?:\s*#[^#\s]+(?:\[话题\])?#?)+\s*$")
_TAG = re.compile(r"#([^#\s]+)")


def parse_notes(text: str, *, format: str, name: str = "") -> list[NoteInput]:
    """Return the notes of a text; raise `UsageError` naming the line (or the item) and the key that is wrong."""
    if format not in _PARSERS:
        raise UsageError("note_format", name=name, value=format, allowed="、".join(_PARSERS))
    return list(_PARSERS[format](text.removeprefix("\ufeff"), name))


def _parse_json(text: str, name: str) -> Iterator[NoteInput]:
    value = _decode(text, name, 1)
    if not isinstance(value, list):
        yield _note(value, name, 1)
        return
    for number, item in enumerate(value, 1):
        yield _note(item, name, number)


def _parse_lines(text: str, name: str) -> Iterator[NoteInput]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield _note(_decode(line, name, number), name, number)


def _parse_text(text: str, name: str) -> Iterator[NoteInput]:
    lines = text.replace("\r\n", "\n").strip("\n").split("\n")
    title = lines[0].lstrip("# ").strip() if lines[0].startswith("# ") else lines[0].strip()
    rest = lines[1:]
    while rest and not rest[-1].strip():
        rest.pop()
    tags: tuple[str, ...] = ()
    if rest and _TAGS.match(rest[-1]):
        tags = tuple(tag.removesuffix("[话题]") for tag in _TAG.findall(rest.pop()))
    yield _note({"id": name, "title": title, "body": "\n".join(rest).strip("\n"), "tags": tags}, name, 1)


def _decode(text: str, name: str, line: int) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = line + error.lineno - 1
        raise UsageError("note_not_json", name=name, line=place, column=error.colno, detail=error.msg) from None


def _note(value: Any, name: str, line: int) -> NoteInput:
    if not isinstance(value, dict):
        raise UsageError("note_not_object", name=name, line=line)
    try:
        return NoteInput.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(map(str, first["loc"])) or "title/body"
        raise UsageError("note_invalid", name=name, line=line, key=key, detail=first["msg"]) from None


_PARSERS: dict[str, Callable[[str, str], Iterator[NoteInput]]] = {
    "json": _parse_json,
    "jsonl": _parse_lines,
    "txt": _parse_text,
    "md": _parse_text,
}
