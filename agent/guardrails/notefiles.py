"""Write changed notes back into the text they were parsed from: same format, same other fields, same line ends.

The counterpart of `parsing`. A note that did not change leaves its bytes as they are (in JSON the whole list is
written again with the indentation it had).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from agent.models import NoteInput

__all__ = ["write_back"]

_INDENT = re.compile(r"\n([ \t]+)\S")
_TAG = re.compile(r"#([^#\s]+)")
_FIELDS = ("title", "titles", "body", "tags", "cover")


def write_back(raw: str, before: Sequence[NoteInput], after: Sequence[NoteInput], *, format: str) -> str:
    """Return the text of a file with these notes changed; `before` are the notes it was parsed into, in order."""
    if list(before) == list(after):
        return raw
    if format == "json":
        return _json(raw, before, after)
    if format == "jsonl":
        return _lines(raw, before, after)
    if format == "body":  # a text given on the command line has no title
        return after[0].body
    return _text(raw, before[0], after[0])


def _json(raw: str, before: Sequence[NoteInput], after: Sequence[NoteInput]) -> str:
    value = json.loads(raw.removeprefix("\ufeff"))
    for item, old, new in zip(value if isinstance(value, list) else [value], before, after, strict=True):
        _update(item, old, new)
    found = _INDENT.search(raw)
    tail = raw[len(raw.rstrip()) :]
    return _mark(raw) + _dump(value, raw, indent=found.group(1) if found else None) + tail


def _lines(raw: str, before: Sequence[NoteInput], after: Sequence[NoteInput]) -> str:
    pairs = iter(zip(before, after, strict=True))
    lines = raw.removeprefix("\ufeff").split("\n")
    return _mark(raw) + "\n".join(_line(line, *next(pairs)) if line.strip() else line for line in lines)


def _line(line: str, old: NoteInput, new: NoteInput) -> str:
    if old == new:
        return line
    item = json.loads(line)
    _update(item, old, new)
    return _dump(item, line, indent=None) + ("\r" if line.endswith("\r") else "")


def _update(item: dict[str, Any], old: NoteInput, new: NoteInput) -> None:
    for field in _FIELDS:
        value = getattr(new, field)
        if value != getattr(old, field):
            item[field] = list(value) if isinstance(value, tuple) else value


def _dump(value: Any, raw: str, *, indent: str | None) -> str:
    escaped = raw.isascii() and "\\u" in raw
    separators = (",", ":") if indent is None and '":"' in raw and '": ' not in raw else None
    return json.dumps(value, ensure_ascii=escaped, indent=indent, separators=separators)


def _text(raw: str, old: NoteInput, new: NoteInput) -> str:
    """Put title, body and tags back where they stand in a plain text or Markdown file."""
    windows = "\r\n" in raw
    text = raw.removeprefix("\ufeff").replace("\r\n", "\n")
    first = len(text) - len(text.lstrip("\n"))
    at = text.index(old.title, first) if old.title else first
    head, rest = text[: at + len(old.title)], text[at + len(old.title) :]
    head = head[:at] + new.title
    if old.body:
        start = rest.index(old.body)
        stop = start + len(old.body)
        rest = rest[:start] + new.body + (_tags(rest[stop:], old, new))
    else:
        rest = (f"\n\n{new.body}" if new.body else "") + _tags(rest, old, new)
    return _mark(raw) + (head + rest).replace("\n", "\r\n" if windows else "\n")


def _tags(rest: str, old: NoteInput, new: NoteInput) -> str:
    """Take out the tags that are gone from the last line, each with the space before it."""
    if old.tags == new.tags:
        return rest
    kept = list(new.tags)
    pieces: list[str] = []
    position = 0
    for match in _TAG.finditer(rest):
        name = match.group(1).removesuffix("[话题]")
        stop = match.end() + (rest[match.end() : match.end() + 1] == "#")
        if kept and kept[0] == name:
            kept.pop(0)
            pieces.append(rest[position:stop])
        else:
            pieces.append(rest[position : match.start()].rstrip(" "))
        position = stop
    return re.sub(r"\n +#", "\n#", "".join(pieces) + rest[position:])


def _mark(raw: str) -> str:
    return "\ufeff" if raw.startswith("\ufeff") else ""
