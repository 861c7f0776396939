"""What a note names without offering it: a former employer, what it compares with, what pays for the product.

Owns the reading of one mention by the words around it (`data/asides.yaml`). Refuses to say what the note promotes
(`agent.guardrails.inference`): where it names nothing else, that is what it speaks of.
"""

from __future__ import annotations

import functools
import re
from importlib.resources import files
from pathlib import Path
from typing import Final

from agent.guardrails.document import Document, Hit
from agent.models import Category
from agent.yamlsource import read_yaml

__all__ = ["is_aside"]

_ANY: Final = "any"
_REACH: Final = 24  # characters beside a product word that say how it is meant
_OPEN, _CLOSE = "\x02", "\x03"  # around the product word, which stands for any
_WORD: Final = f"{_OPEN}(?!这)[^{_CLOSE}]*{_CLOSE}"


def is_aside(category: Category, hit: Hit, document: Document) -> bool:
    """Tell whether a mention is of what the note does not offer, as far as its sentence tells."""
    begin, stop = document.window("sentence", hit)
    before = document.norm[max(begin, hit.start - _REACH) : hit.start]
    after = document.norm[hit.end : min(stop, hit.end + _REACH)]
    marked = f"{before}{_OPEN}{document.norm[hit.start : hit.end]}{_CLOSE}{after}"
    patterns = _patterns()
    return any(patterns[name].search(marked) for name in (_ANY, category) if name in patterns)


@functools.cache
def _patterns() -> dict[str, re.Pattern[str]]:
    data = read_yaml(Path(str(files("agent.guardrails").joinpath("data/asides.yaml")))).value
    joined = {name: "|".join(f"(?:{pattern})" for pattern in entries) for name, entries in data.items()}
    return {name: re.compile(pattern.replace("{p}", _WORD)) for name, pattern in joined.items()}
