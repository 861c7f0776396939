"""Read what employees told: text files in any usual encoding, as data and never as instruction."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

from agent.errors import UsageError
from agent.models import Material, MaterialKind
from agent.paths import package_data
from agent.text.clean import clean
from agent.yamlsource import Source, read_yaml, validate

__all__ = ["MAX_BYTES", "complete_item", "load_material", "material_from_text", "read_text"]

MAX_BYTES = 1_000_000
_BULLET = re.compile(r"^\s*(?:[-*]\s+|[•·]\s*|\d{1,2}(?:[、)）]|\.(?!\d))\s*)")


def read_text(path: Path) -> str:
    """Return a file's text; UTF-8, UTF-16 with a mark, and GB18030 are told apart. Raises `UsageError`."""
    try:
        with path.open("rb") as file:  # a device has no size: read no further than the limit
            raw = file.read(MAX_BYTES + 1)
        size = max(path.stat().st_size, len(raw))
    except OSError as error:
        raise UsageError("file_unreadable", path=path, reason=error.strerror or error) from error
    if len(raw) > MAX_BYTES:
        raise UsageError("file_too_large", path=path, size=f"{size / 1e6:.1f}", limit=f"{MAX_BYTES / 1e6:.0f}")
    marked = raw[:2] in (b"\xff\xfe", b"\xfe\xff")
    if b"\x00" in raw and not marked:
        raise UsageError("file_binary", path=path)
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UsageError("file_binary", path=path)


def load_material(path: Path) -> tuple[Material, ...]:
    """Read a material file: one item a line; YAML and JSON hold a list of texts or of items, or a set with `items`."""
    if path.suffix.lower() in (".yaml", ".yml", ".json"):
        read_text(path)  # refuses what is too large, unreadable or no text
        return _from_yaml(path)
    return material_from_text(read_text(path))


def material_from_text(text: str) -> tuple[Material, ...]:
    """Cut told text into items, one a line, bullets removed; ids are m1, m2, … in order."""
    lines = (_BULLET.sub("", line).strip() for line in clean(text).text.splitlines())
    return tuple(
        Material(id=f"m{number}", text=line, kind=_kind(line))
        for number, line in enumerate((line for line in lines if line), 1)
    )


def complete_item(item: Any, number: int) -> Any:
    """Fill what a written item leaves out: an id, and the kind its words suggest; the text is cleaned."""
    fields = dict(item) if isinstance(item, dict) else {"text": item}
    told = fields.get("text")
    if not isinstance(told, str):
        return {"id": f"m{number}", **fields}
    text = clean(told).text.strip()
    return {"id": f"m{number}", "kind": _kind(text), **fields, "text": text or None}


def _from_yaml(path: Path) -> tuple[Material, ...]:
    source = read_yaml(path)
    at: tuple[str | int, ...] = ("items",) if isinstance(source.value, dict) else ()
    items = (source.value.get("items") if at else source.value) or []
    if not isinstance(items, list):
        raise source.error("yaml_not_list", at, name="items")
    completed = [complete_item(item, number) for number, item in enumerate(items, 1)]
    whole = Source(source.file, {"items": completed} if at else completed, source.root)
    return tuple(validate(Material, whole, (*at, index)) for index in range(len(completed)))


def _kind(text: str) -> MaterialKind:
    for kind, pattern in _cues():
        if pattern.search(text):
            return kind
    return "event"


@functools.cache
def _cues() -> tuple[tuple[MaterialKind, re.Pattern[str]], ...]:
    cues = read_yaml(package_data("material_cues.yaml")).value
    return tuple((kind, re.compile("|".join(patterns))) for kind, patterns in cues.items())
