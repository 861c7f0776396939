"""What a note itself calls its product: the mandatory sentence of its kind, and a name in marks (「黔易贷」).

Owns these two signs and nothing of what they lead to (`agent.guardrails.inference`). Data: `data/own_products.yaml`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from agent.guardrails.document import Hit
from agent.models import Category
from agent.yamlsource import read_yaml

__all__ = ["lined", "named_in_marks"]


def lined(norm: str) -> frozenset[Category]:
    """Return the categories whose mandatory sentence stands in a text."""
    return frozenset(category for category, texts in _signs().lines.items() if any(text in norm for text in texts))


def named_in_marks(norm: str) -> dict[tuple[Category, Hit], str]:
    """Return each product name that stands in marks, without them, by its category."""
    signs = _signs()
    return {(signs.kinds[m["kind"]], Hit(m.start("name"), m.end("name"))): m["name"] for m in signs.name.finditer(norm)}


@dataclass(frozen=True)
class _Signs:
    lines: Mapping[Category, tuple[str, ...]]
    kinds: Mapping[str, Category]
    name: re.Pattern[str]


@functools.cache
def _signs() -> _Signs:
    data = read_yaml(Path(str(files("agent.guardrails").joinpath("data/own_products.yaml")))).value
    kinds = {ending: category for category, endings in data["names"].items() for ending in endings}
    ends = "|".join(sorted(kinds, key=lambda ending: (-len(ending), ending)))
    pattern = re.compile(f"[「『](?P<name>[^「」『』。!?\n]{{1,12}}?(?P<kind>{ends}))[」』]")
    return _Signs({category: tuple(texts) for category, texts in data["lines"].items()}, kinds, pattern)
