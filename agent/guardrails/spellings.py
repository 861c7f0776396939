"""Find spellings that stand for words, and rewrite texts without losing the place of any character.

Owns the index from spelling to words and the bookkeeping of places; which spellings there are is decided in
`agent.guardrails.disguises`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from agent.guardrails.document import Reveal
from agent.guardrails.matchers import Matcher, build_matcher

__all__ = ["SpellingIndex", "apart", "index_spellings", "reordered", "replaced", "squeezed", "without"]

_LONG: Final = 4

Place = tuple[int, int]


@dataclass(frozen=True)
class SpellingIndex:
    """Find spellings of one plane; each stands for some words."""

    matcher: Matcher
    words: tuple[tuple[str, ...], ...]

    def find(self, text: str) -> Iterator[tuple[str, int, int]]:
        """Yield (word, start, end) for every spelling in a text, overlapping ones too."""
        for number, start, end in self.matcher.find(text):
            for word in self.words[number]:
                yield word, start, end


def index_spellings(spellings: Iterable[tuple[str, str]]) -> SpellingIndex:
    """Build the index of (spelling, word) pairs."""
    words: dict[str, dict[str, None]] = defaultdict(dict)
    for spelling, word in spellings:
        if spelling:
            words[spelling][word] = None
    return SpellingIndex(build_matcher(list(words)), tuple(tuple(entry) for entry in words.values()))


def apart(reveals: Iterable[Reveal]) -> tuple[Reveal, ...]:
    """Choose reveals that do not overlap, the longest plain text first, and sort them by place."""
    chosen: list[Reveal] = []
    for reveal in sorted(reveals, key=lambda r: (-len(r.text), len(r.kinds), r.end - r.start, r.start)):
        if all(reveal.end <= other.start or other.end <= reveal.start for other in chosen):
            chosen.append(reveal)
    return tuple(sorted(chosen, key=lambda r: r.start))


def replaced(text: str, parts: Sequence[Reveal]) -> tuple[str, list[Place]]:
    """Replace spans of a text; return it with the old span of every new character."""
    chars: list[str] = []
    places: list[Place] = []
    position = 0
    for part in parts:
        chars.extend(text[position : part.start])
        places.extend((i, i + 1) for i in range(position, part.start))
        chars.extend(part.text)
        places.extend((part.start, part.end) for _ in part.text)
        position = part.end
    chars.extend(text[position:])
    places.extend((i, i + 1) for i in range(position, len(text)))
    return "".join(chars), places


def without(text: str, spans: Iterable[Place]) -> tuple[str, list[int]]:
    """Drop spans (ascending, apart) of a text; return it with the old index of every character kept."""
    places: list[int] = []
    position = 0
    for start, end in spans:
        places.extend(range(position, start))
        position = end
    places.extend(range(position, len(text)))
    return "".join(text[i] for i in places), places


def squeezed(norm: str, signs: re.Pattern[str], mark: str) -> tuple[str, list[int]]:
    """Replace every run of signs by one mark; return the text with the norm index of each character and the end."""
    chars: list[str] = []
    places: list[int] = []
    position = 0
    for match in signs.finditer(norm):
        chars.extend(norm[position : match.start()])
        places.extend(range(position, match.start()))
        chars.append(mark)
        places.append(match.start())
        position = match.end()
    chars.extend(norm[position:])
    places.extend(range(position, len(norm)))
    places.append(len(norm))
    return "".join(chars), places


def reordered(word: str) -> Iterator[str]:
    """Write a word backwards, and a long one with its last or first character moved."""
    orders = [word[::-1], *([word[1:] + word[0], word[-1] + word[:-1]] if len(word) >= _LONG else ())]
    return (order for order in orders if order != word)
