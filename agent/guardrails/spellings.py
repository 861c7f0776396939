"""Find spellings that stand for words, and rewrite texts without losing the place of any character.

Owns the index from spelling to words and the bookkeeping of places; which spellings there are is decided in
`agent.guardrails.disguises`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from agent.guardrails.document import Reveal
from agent.guardrails.matchers import Matcher, build_matcher

__all__ = ["Rewritten", "SpellingIndex", "apart", "index_spellings", "reordered", "replaced"]

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
    taken: list[Place] = []
    for reveal in sorted(reveals, key=lambda r: (-len(r.text), len(r.kinds), r.end - r.start, r.start)):
        place = bisect_right(taken, (reveal.start, reveal.end))
        if (not place or taken[place - 1][1] <= reveal.start) and (
            place == len(taken) or reveal.end <= taken[place][0]
        ):
            taken.insert(place, (reveal.start, reveal.end))
            chosen.append(reveal)
    return tuple(sorted(chosen, key=lambda r: r.start))


@dataclass(frozen=True)
class Rewritten:
    """Hold a text in which spans were replaced, and what every new index stood for.

    starts: where each piece begins in the new text; pieces: old start and end, and whether it was replaced.
    """

    text: str
    starts: list[int]
    pieces: list[tuple[int, int, bool]]

    def span(self, index: int) -> Place:
        """Return the old span of a character: all that was replaced, or itself."""
        number = bisect_right(self.starts, index) - 1
        start, end, changed = self.pieces[number]
        return (
            (start, end) if changed else (start + index - self.starts[number], start + index - self.starts[number] + 1)
        )

    def old_span(self, start: int, end: int) -> Place:
        """Return the old span that a span of the new text stands for."""
        return self.span(start)[0], self.span(end - 1)[1]

    def is_changed(self, start: int, end: int) -> bool:
        """Tell whether a span of the new text touches a place where something was replaced or left out."""
        first, last = bisect_right(self.starts, start) - 1, bisect_right(self.starts, end - 1) - 1
        return first != last or self.pieces[first][2]


def replaced(text: str, parts: Sequence[tuple[int, int, str]]) -> Rewritten:
    """Replace spans (ascending, apart) of a text; a span may become nothing."""
    rows: list[tuple[str, int, int, bool]] = []
    position = 0
    for start, end, new in parts:
        rows += [(text[position:start], position, start, False), (new, start, end, True)]
        position = end
    rows.append((text[position:], position, len(text), False))
    rows = [row for row in rows if row[0]]
    ends = list(accumulate(len(row[0]) for row in rows))
    return Rewritten("".join(row[0] for row in rows), [0, *ends[:-1]], [row[1:] for row in rows])


def reordered(word: str) -> Iterator[str]:
    """Write a word backwards, and a long one with its last or first character moved."""
    orders = [word[::-1], *([word[1:] + word[0], word[-1] + word[:-1]] if len(word) >= _LONG else ())]
    return (order for order in orders if order != word)
