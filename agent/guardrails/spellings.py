"""Find spellings that stand for words, and rewrite texts without losing the place of any character.

Owns the index from spelling to words and the bookkeeping of places; which spellings there are is decided in
`agent.guardrails.disguises`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from agent.guardrails.document import Reveal
from agent.guardrails.matchers import Matcher, build_matcher

__all__ = [
    "Rewritten",
    "SpellingIndex",
    "apart",
    "found_near_changes",
    "index_spellings",
    "reordered",
    "replaced",
    "stretches",
]

_LONG: Final = 4
_HALF: Final = 2

Place = tuple[int, int]


@dataclass(frozen=True)
class SpellingIndex:
    """Find spellings of one plane; each stands for some words."""

    matcher: Matcher
    words: tuple[tuple[str, ...], ...]
    longest: int

    def find(self, text: str) -> Iterator[tuple[str, int, int]]:
        """Yield (word, start, end) for every spelling in a text, overlapping ones too."""
        for number, start, end in self.matcher.find(text):
            for word in self.words[number]:
                yield word, start, end

    def find_odd(self, text: str, places: Sequence[int], repeated: Sequence[bool]) -> Iterator[tuple[str, int, int]]:
        """Yield only what holds a seam or ends with a repeat; see `TextView.seams`."""
        for number, start, end in self.matcher.find(text):
            if places[end - 1] - places[start] >= end - start or repeated[end - 1]:
                for word in self.words[number]:
                    yield word, start, end


def index_spellings(spellings: Iterable[tuple[str, str]]) -> SpellingIndex:
    """Build the index of (spelling, word) pairs."""
    words: dict[str, tuple[str, ...]] = {}
    for spelling, word in spellings:
        known = words.get(spelling, ())
        if word not in known:
            words[spelling] = (*known, word)
    words.pop("", None)
    return SpellingIndex(build_matcher(list(words)), tuple(words.values()), max(map(len, words), default=0))


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

    def around_changes(self, reach: int) -> Iterator[Place]:
        """Yield the stretches of the new text that lie within reach of a change."""
        return stretches(self._changes(), reach, len(self.text))

    def _changes(self) -> Iterator[int]:
        """Yield where in the new text something was replaced, or, where it was left out, what follows."""
        for number, (start, (first, _, changed)) in enumerate(zip(self.starts, self.pieces, strict=True)):
            if changed or (number and self.pieces[number - 1][1] != first):
                yield start

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


def stretches(places: Iterable[int], reach: int, length: int) -> Iterator[Place]:
    """Yield the stretches of a text of this length within reach of some places (ascending), merged where they meet."""
    begin, stop = 0, 0
    for place in places:
        if place - reach > stop:
            if stop:
                yield begin, stop
            begin = place - reach
        stop = min(length, place + 1 + reach)
    if stop:
        yield begin, stop


def found_near_changes(index: SpellingIndex, text: Rewritten) -> Iterator[tuple[str, int, int]]:
    """Yield what an index finds across places of a text where something was replaced or left out."""
    for begin, stop in text.around_changes(index.longest):
        for word, start, end in index.find(text.text[begin:stop]):
            if text.is_changed(begin + start, begin + end):
                yield word, begin + start, begin + end


def reordered(word: str, *, halves: bool = False) -> Iterator[str]:
    """Write a word backwards, a long one with its last or first character moved or, if wanted, its halves exchanged."""
    orders = [word[::-1]]
    if len(word) >= _LONG:
        orders += [word[1:] + word[0], word[-1] + word[:-1]]
    if halves and len(word) == _LONG:
        orders.append(word[_HALF:] + word[:_HALF])
    return (order for order in orders if order != word)
