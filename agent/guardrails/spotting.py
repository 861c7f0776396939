"""Where phrases of a kind stand in a text, looked up once a text however many hits ask about its surroundings.

Owns the searching of long stretches: around each hit a text is read again as far as `NEAR`, beyond that it is known.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Final

from agent.guardrails.document import Hit
from agent.guardrails.normalize import SEPARATOR, fold
from agent.yamlsource import read_yaml

__all__ = ["NEAR", "Phrases", "load_phrases", "occurs", "without"]

NEAR: Final = 200  # characters beside a hit that are read for it alone
_TEXTS: Final = 64  # stretches whose phrases are kept


class Phrases:
    """Find phrases of several kinds, each kind one pattern on the norm plane."""

    def __init__(self, patterns: Mapping[str, re.Pattern[str]]) -> None:
        self._patterns = patterns
        self._spots = functools.lru_cache(maxsize=_TEXTS)(self._found)

    def __getitem__(self, name: str) -> re.Pattern[str]:
        return self._patterns[name]

    def stand_in(self, name: str, text: str) -> bool:
        """Tell whether a phrase of a kind stands in a short text."""
        return self._patterns[name].search(text) is not None

    def stand_within(self, name: str, text: str, start: int, stop: int) -> bool:
        """Tell whether a phrase of a kind stands whole within a stretch of a text."""
        spots = self._spots(name, text)
        first = bisect_left(spots, (start, 0))
        return first < len(spots) and spots[first][1] <= stop

    def stand_beside(self, name: str, text: str, hit: Hit) -> bool:
        """Tell whether a phrase of a kind stands in a text and shares nothing with a hit."""
        spots = self._spots(name, text)
        touching = bisect_left(spots, (hit.start, 0)) - 1
        near = spots[max(0, touching) : bisect_left(spots, (hit.end, 0))]
        return len(spots) > sum(start < hit.end and hit.start < end for start, end in near)

    def _found(self, name: str, text: str) -> tuple[tuple[int, int], ...]:
        return tuple(match.span() for match in self._patterns[name].finditer(text))


@functools.lru_cache(maxsize=_TEXTS)
def without(pattern: re.Pattern[str], text: str) -> str:
    """Return a text of the same length in which no phrase can stand where a pattern matches."""
    return pattern.sub(lambda match: SEPARATOR * len(match.group()), text)


@functools.lru_cache(maxsize=_TEXTS)
def occurs(pattern: re.Pattern[str], text: str) -> bool:
    """Tell whether a pattern matches anywhere in a text that many hits ask about."""
    return pattern.search(text) is not None


def load_phrases(name: str) -> Phrases:
    """Read the phrases of a file of `data/`."""
    data: Mapping[str, Iterable[str]] = read_yaml(
        Path(str(files("agent.guardrails").joinpath(f"data/{name}.yaml")))
    ).value
    return Phrases({kind: re.compile("|".join(map(fold, entries))) for kind, entries in data.items()})
