"""Look for the words of patterns where a text looks odd: what is found there is a guess, to be confirmed by a rule.

Owns where it is worth looking (rare characters, marks where none belong) and what keeps everyday text from being read
as something else. The spellings are those of `agent.guardrails.disguises`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Final

import numpy as np

from agent.guardrails.disguise_words import DisguiseWords, PatternWords
from agent.guardrails.disguises import Disguises, same_sound, sounds_right
from agent.guardrails.document import Document, Reveal
from agent.guardrails.scattered import across_fields, between_fillers, between_marks
from agent.guardrails.spellings import apart
from agent.guardrails.stand_ins import StandIns

__all__ = ["Guesses"]

_REACH: Final = 3
_LONG: Final = 4
_TRIED: Final = 3
_LONGEST_NOTE: Final = 20_000  # characters; twenty times what a platform takes
_HAN: Final = (0x3400, 0xA000)


class Guesses(Disguises):
    """Find words that count for something only if the rest of a pattern stands around them.

    sure: words that are looked for anyway; given: stand-ins and innocent texts; patterns: the words.
    """

    def __init__(self, sure: Iterable[str], given: DisguiseWords, patterns: PatternWords) -> None:
        known = frozenset(sure)
        words = [word for word in patterns.words if word not in known]
        super().__init__(words, DisguiseWords(stand_ins=given.stand_ins, innocent=given.innocent), guessed=True)
        self._everyday = patterns.everyday
        self._natural = patterns.natural.union(known, words)
        self._odd = np.zeros(0x110000, dtype=bool)
        self._odd[slice(*_HAN)] = True
        self._odd[[ord(char) for char in patterns.everyday]] = False

    def readings(self, document: Document) -> Iterator[tuple[Reveal, ...]]:
        """Yield ways to read a text, the likeliest first: three at most, each with words that no other has."""
        if len(document.norm) > _LONGEST_NOTE:
            return
        left = list(dict.fromkeys(self.find(document)))
        for _ in range(_TRIED):
            if left:
                chosen = apart(left)
                yield chosen
                taken = frozenset(chosen)
                left = [reveal for reveal in left if reveal not in taken]

    def _planes(self) -> tuple[Callable[[Document], Iterable[Reveal]], ...]:
        return (
            self._split, self._compound, self._homophone, self._pinyin, self._aliased, self._masked,
            self._turned_round, self._stood_in, self._scattered, between_marks,
        )  # fmt: skip

    def _near_seams(self, document: Document) -> Iterator[tuple[str, int, int]]:
        return self._index.skeleton.find_odd(document.view.near_odd_seams(_REACH), *document.view.seams())

    def _letters_at(self, document: Document) -> str:
        return document.view.near_letters(self._odd, _REACH)

    def _is_odd(self, char: str) -> bool:
        return char not in self._everyday

    def _is_meant(self, written: str, word: str) -> bool:
        """Tell whether a short word has something in it that everyday texts do not have there; a long one need not."""
        pairs = zip(written, word, strict=False)
        return len(word) >= _LONG or any(one != other and self._is_odd(one) for one, other in pairs)

    def _sounds_meant(self, written: str, word: str) -> bool:
        """Tell a homophone from an accident; a word may sound alike throughout if most of it looks odd."""
        if written in self._natural:
            return False
        if sounds_right(written, word):
            return self._is_meant(written, word)
        return sum(map(self._is_odd, written)) > len(word) // 2 and all(map(same_sound, written, word))

    def _turned_round(self, document: Document) -> Iterator[Reveal]:
        found = super()._turned_round(document)
        return (reveal for reveal in found if document.norm[reveal.start : reveal.end] not in self._natural)

    def _stood_in(self, document: Document) -> Iterator[Reveal]:
        return itertools.chain.from_iterable(stand_ins.find(document) for stand_ins in self._odd_stand_ins)

    @cached_property
    def _odd_stand_ins(self) -> tuple[StandIns, ...]:
        return self._index.odd_stand_ins(self._everyday)

    def _scattered(self, document: Document) -> Iterator[Reveal]:
        """Words parted by fillers or by the edge of a field; the rest of a pattern stands at no heads of lines."""
        yield from between_fillers(document, self._index.skeleton)
        yield from across_fields(document, self._index.whole)
