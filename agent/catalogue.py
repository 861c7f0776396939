"""The Chinese sentences staff read outside rule files, by code: `agent/data/messages/*.yaml`.

Code names what happened; wording is data. A missing parameter shows as its name instead of failing.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import yaml

__all__ = ["advise", "say"]

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times quicker, where libyaml is present


def say(code: str, **parameters: object) -> str:
    """Return the message of a code; the code itself when the catalogue lacks it."""
    entry = _entries().get(code)
    return code if entry is None else entry["message"].format_map(_Lenient(parameters))


def advise(code: str, **parameters: object) -> str:
    """Return what to do next; empty when there is nothing to add."""
    return _entries().get(code, {}).get("hint", "").format_map(_Lenient(parameters))


class _Lenient(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


@functools.cache
def _entries() -> dict[str, dict[str, str]]:
    entries: dict[str, dict[str, str]] = {}
    for path in sorted(Path(__file__).with_name("data").joinpath("messages").glob("*.yaml")):
        entries.update(yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader) or {})
    return entries
