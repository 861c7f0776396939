"""Every spelling by which a word can be found on some plane, built when that plane is first asked.

Owns which words a plane looks for and how short they may be. Two sorts of words: those that a rule forbids by
themselves are sure; those that only stand inside patterns are guesses, may be shorter in most planes, and count for
something only if the rest of a pattern stands around them (`agent.guardrails.guessing`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Final

from agent.guardrails.disguise_words import DisguiseWords
from agent.guardrails.matchers import Matcher, build_matcher
from agent.guardrails.normalize import fold, skeleton_of
from agent.guardrails.planes import is_all_han, sound_spellings, spell, splits_of
from agent.guardrails.spellings import SpellingIndex, index_spellings, reordered
from agent.guardrails.stand_ins import StandIns

__all__ = ["MASK", "WordIndex"]

MASK: Final = "*"
_SHORT: Final = 2
_THREE: Final = 3
_LONG: Final = 4
_LETTERS: Final = 6  # of a word in pinyin, so that it is no accident
_FEWER_LETTERS: Final = 4
_STOPS: Final = frozenset("。!?;")
_VOWELS: Final = frozenset("aeiou")
_REPEATED: Final = re.compile(r"(.)\1")


class WordIndex:
    """Hold words and their spellings.

    words: what to look for; given: key words, aliases, stand-ins; guessed: the words are plain Han on the norm plane
    and only stand inside patterns.
    """

    def __init__(self, words: Iterable[str], given: DisguiseWords, *, guessed: bool = False) -> None:
        self._stand_ins_of = given.stand_ins
        self._guessed = guessed
        self.keys = tuple(fold(word) for word in given.key_words)
        self.words = tuple(words) if guessed else tuple(dict.fromkeys([*self.keys, *map(fold, words)]))
        self._aliases = given.aliases

    @cached_property
    def plain(self) -> dict[str, list[str]]:
        """Slang and initials, each with the words it stands for."""
        aliases = [(fold(spelling), fold(plain)) for plain, ways in self._aliases.items() for spelling in ways]
        aliases += [(letters, word) for word in self._han(_LONG) for letters in _initials(word)]
        words: dict[str, list[str]] = defaultdict(list)
        for spelling, plain in aliases:
            words[spelling].append(plain)
        return words

    @cached_property
    def _runs(self) -> dict[str, tuple[str, list[int]]]:
        special = (word for word in self.words if not self._guessed or _REPEATED.search(word))
        return {word: skeleton_of(word) for word in (*special, *self.plain)}

    def runs(self, word: str) -> list[int]:
        """Return the run length that each skeleton character of a word demands; none when any will do."""
        known = self._runs.get(word)
        return known[1] if known else []

    def _han(self, least: int) -> Iterator[str]:
        """Yield the words of Han alone of at least so many characters."""
        return (word for word in self.words if len(word) >= least and (self._guessed or is_all_han(word)))

    @cached_property
    def _spoken(self) -> list[str]:
        return list(dict.fromkeys([*filter(is_all_han, self.keys), *self._han(_THREE if self._guessed else _LONG)]))

    @cached_property
    def _usable(self) -> list[tuple[str, str]]:
        skeletons = ((self._runs[word][0] if word in self._runs else word, word) for word in self.words)
        return [(s, word) for s, word in skeletons if len(s) >= _SHORT and _STOPS.isdisjoint(s)]

    @cached_property
    def skeleton(self) -> SpellingIndex:
        """Skeletons of all words."""
        return index_spellings(self._usable)

    @cached_property
    def whole(self) -> SpellingIndex:
        """Skeletons of words that are long enough to be scattered."""
        return index_spellings((s, w) for s, w in self._usable if len(w) > _SHORT or w in self.keys)

    @cached_property
    def splits(self) -> dict[str, str]:
        """Components of characters, as they read on the skeleton, and the characters."""
        chars = {char for _, word in self._usable for char in word}
        return {skeleton_of(parts)[0]: whole for parts, whole in splits_of(chars).items()}

    @cached_property
    def components(self) -> tuple[Matcher, tuple[str, ...]]:
        """A matcher of the splits, and the splits by number."""
        spellings = tuple(spelling for spelling in self.splits if len(spelling) >= _SHORT)
        return build_matcher(spellings), spellings

    @cached_property
    def sound(self) -> SpellingIndex:
        """What words of three and more characters sound like."""
        words = (word for word in self._spoken if len(word) > _SHORT)
        return index_spellings((sound, word) for word in words for sound in sound_spellings(word))

    @cached_property
    def letters(self) -> SpellingIndex:
        """Words in pinyin."""
        spoken, enough = frozenset(self._spoken), _FEWER_LETTERS if self._guessed else _LETTERS
        spelled = (("".join(map(spell, word)), word) for word in self._han(_SHORT))
        return index_spellings((letters, word) for letters, word in spelled if word in spoken or len(letters) >= enough)

    @cached_property
    def mask(self) -> SpellingIndex:
        """Words with one character masked."""
        words = (word for word in self._spoken if len(word) > _SHORT)
        return index_spellings((word[:i] + MASK + word[i + 1 :], word) for word in words for i in range(len(word)))

    @cached_property
    def alias(self) -> SpellingIndex:
        """Slang, initials and look-alike spellings."""
        pairs = ((spelling, word) for spelling, plain in self.plain.items() for word in plain)
        return index_spellings((spelling, word) for spelling, word in pairs if spelling != word)

    @cached_property
    def alias_split(self) -> SpellingIndex:
        """The skeletons of aliases, each for the alias itself."""
        skeletons = ((*self._runs[alias], alias) for alias in self.plain)
        return index_spellings((s, a) for s, runs, a in skeletons if sum(runs) == len(a) and len(s) >= _SHORT)

    @cached_property
    def orders(self) -> SpellingIndex:
        """Words of three and more characters in another order."""
        return index_spellings((o, w) for w in self._han(_THREE) for o in reordered(w, halves=self._guessed))

    @cached_property
    def stand_ins(self) -> StandIns:
        """Words with a stand-in: of three and more characters, and key words."""
        return StandIns(self._stand_ins_of, (w for w in self.words if w in self.keys or len(w) > _SHORT))

    def odd_stand_ins(self, everyday: frozenset[str]) -> tuple[StandIns, ...]:
        """Return the words with a stand-in that looks odd; a letter or digit only in words of three and more."""
        odd = {plain: [char for char in chars if char not in everyday] for plain, chars in self._stand_ins_of.items()}
        short = {plain: "".join(char for char in chars if not char.isascii()) for plain, chars in odd.items()}
        return (
            StandIns(
                {plain: "".join(chars) for plain, chars in odd.items()}, (w for w in self.words if len(w) > _SHORT)
            ),
            StandIns(short, (word for word in self.words if len(word) == _SHORT)),
        )


def _initials(word: str) -> Iterator[str]:
    """Spell a word by its initials, unless those could be read as a word."""
    letters = "".join(spell(char)[0] for char in word)
    if _VOWELS.isdisjoint(letters):
        yield letters
