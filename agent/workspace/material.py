"""Read what employees told: text files in any usual encoding, as data and never as instruction."""

from __future__ import annotations

import functools
import re
from pathlib import Path

from agent.errors import UsageError
from agent.models import Material, MaterialKind
from agent.paths import package_data
from agent.text.clean import clean
from agent.yamlsource import read_yaml

__all__ = ["MAX_BYTES", "load_material", "material_from_text", "read_text"]

MAX_BYTES = 1_000_000
_BULLET = re.compile(r"^\s*(?:[-*•·]|\d{1,2}[.、)）])\s*")


def read_text(path: Path) -> str:
    """Return a file's text; UTF-8, UTF-16 with a mark, and GB18030 are told apart. Raises `UsageError`."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise UsageError("file_too_large", path=path, size=f"{size / 1e6:.1f}", limit=f"{MAX_BYTES / 1e6:.0f}")
        raw = path.read_bytes()
    except OSError as error:
        raise UsageError("file_unreadable", path=path, reason=error.strerror or error) from error
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", errors="replace")
    if b"\x00" in raw:
        raise UsageError("file_binary", path=path)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UsageError("file_binary", path=path)


def load_material(path: Path) -> tuple[Material, ...]:
    """Read a material file: one item a line or paragraph; YAML may be a list of texts or of items."""
    if path.suffix.lower() in (".yaml", ".yml"):
        return _from_yaml(path)
    return material_from_text(read_text(path))


def material_from_text(text: str) -> tuple[Material, ...]:
    """Cut told text into items, one a line, bullets removed; ids are m1, m2, … in order."""
    lines = (_BULLET.sub("", line).strip() for line in clean(text).text.splitlines())
    return tuple(
        Material(id=f"m{number}", text=line, kind=_kind(line))
        for number, line in enumerate((line for line in lines if line), 1)
    )


def _from_yaml(path: Path) -> tuple[Material, ...]:
    source = read_yaml(path)
    value = source.value
    items = value.get("items", ()) if isinstance(value, dict) else value or ()
    if not isinstance(items, list):
        raise source.error("yaml_not_list", name="items")
    texts = [item.get("text", "") if isinstance(item, dict) else str(item) for item in items]
    return material_from_text("\n".join(texts))


def _kind(text: str) -> MaterialKind:
    for kind, pattern in _cues():
        if pattern.search(text):
            return kind
    return "event"


@functools.cache
def _cues() -> tuple[tuple[MaterialKind, re.Pattern[str]], ...]:
    cues = read_yaml(package_data("material_cues.yaml")).value
    return tuple((kind, re.compile("|".join(patterns))) for kind, patterns in cues.items())
