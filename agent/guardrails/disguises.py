"""Recognise words that are written so as not to be recognised, and say where and how.

Owns the search of key words through every plane: separators and repeats, invisible characters, homophones, pinyin,
split components, aliases, masks, reversed order, encodings. It returns `Reveal`s: spans of the norm plane with the
plain word they stand for. The engine then runs all rules over the text with those spans replaced
(`Document.revealed`), so a rule is written once, in plain words. Words and aliases are data
(`guardrails/<jurisdiction>/disguises.yaml`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from agent.guardrails.decoding import decoded, spoken_rates
from agent.guardrails.disguise_words import DisguiseWords
from agent.guardrails.document import Document, Reveal
from agent.guardrails.normalize import LETTERS, fold
from agent.guardrails.partings import MAX_STRETCH, is_hidden, latin_border, split_kinds, with_marks
from agent.guardrails.planes import is_han, readings, sounds, spell
from agent.guardrails.scattered import across_fields, at_line_heads, between_fillers
from agent.guardrails.spellings import apart, found_near_changes, replaced
from agent.guardrails.wordindex import MASK, WordIndex

__all__ = ["Disguises", "same_sound", "sounds_right"]

_NATURAL: Final = re.compile(r"[\s,、:…—“”‘’\"'「」『』《》()【】\[\]<>|]")
_NOISE: Final = re.compile(f"[^{LETTERS}]")
_LATIN: Final = re.compile("[a-z]+")
_SHAPED: Final = re.compile("[01](?<=[a-z].)(?:(?=[a-z])|(?<=[\u3400-\u9fff][a-z].)(?![0-9a-z]))")  # t0u, ta1
_LETTER_OF: Final = {"0": "o", "1": "i"}
_MASKS: Final = re.compile(r"[*_○〇\u00d7x口囗■●□✕❌✖]+")
_SPACED: Final = re.compile(r"(?:[\u3400-\u9fff]([^0-9a-z\u3400-\u9fff。!?;,、:\n…—]{1,2})){3,}[\u3400-\u9fff]")
_REACH: Final = 8
_SHORT: Final = 2
_LONG: Final = 4


class Disguises:
    """Hold the compiled words; `reveal` is the one thing it does.

    words: every literal of the rules that may be disguised; `given` adds key words, aliases and innocent texts.
    """

    def __init__(self, words: Iterable[str], given: DisguiseWords, *, guessed: bool = False) -> None:
        self._index = WordIndex(words, given, guessed=guessed)
        self._tight = frozenset(map(fold, given.neighbours))
        self._innocent = tuple(map(fold, given.innocent))

    @property
    def words(self) -> tuple[str, ...]:
        """Return every word that is looked for behind disguises, on the norm plane."""
        return self._index.words

    def reveal(self, document: Document) -> tuple[Reveal, ...]:
        """Return the disguised words of a text in order, apart from one another; the longest reading wins."""
        return apart(self.find(document))

    def find(self, document: Document) -> Iterator[Reveal]:
        """Yield every reading of what may be a disguised word."""
        for plane in self._planes():
            yield from (reveal for reveal in plane(document) if not self._is_innocent(reveal, document.norm))

    def _planes(self) -> tuple[Callable[[Document], Iterable[Reveal]], ...]:
        return (
            _decoded, _spaced, spoken_rates, self._split, self._compound, self._homophone, self._pinyin, self._aliased,
            self._masked, self._turned_round, self._stood_in, self._scattered,
        )  # fmt: skip

    def _near_seams(self, document: Document) -> Iterator[tuple[str, int, int]]:
        """Yield the words on the skeleton that something parts or repeats."""
        return self._index.skeleton.find_odd(document.view.skeleton, *document.view.seams())

    def _letters_at(self, document: Document) -> str:
        """Return the skeleton, blank where no word can be written with other characters."""
        return document.view.skeleton

    def _is_meant(self, written: str, word: str) -> bool:
        """Tell whether a spelling with other characters is no accident."""
        return True

    def _sounds_meant(self, written: str, word: str) -> bool:
        """Tell a homophone from an accident."""
        return sounds_right(written, word)

    def _is_innocent(self, reveal: Reveal, norm: str) -> bool:
        text = norm[reveal.start : reveal.end]
        if reveal.text == text or any(_stands_in(word, reveal, norm) for word in self._innocent):
            return True
        return any(word in text and word not in reveal.text for word in self._index.keys)

    def _split(self, document: Document) -> Iterator[Reveal]:
        """Words parted by noise or written with repeats: 稳.赚, 保保本本."""
        view = document.view
        for word, start, end in self._near_seams(document):
            runs = self._index.runs(word)
            if any(int(view.runs[start + i]) < run for i, run in enumerate(runs)):
                continue
            span, tight = view.norm_span(start, end), view.tight_span(start, end)
            if not is_hidden(document.norm[slice(*span)], document.norm[slice(*tight)], word):
                continue
            loose = (
                word in self._index.keys
                and word not in self._tight
                and not document.norm[slice(*span)].replace(word[0], "", 1)[:-1].strip(" ")
            )
            kinds = ("split",) if loose and len(word) == _SHORT else split_kinds(document, span, word, end - start)
            if kinds is not None:
                yield Reveal(*with_marks(document.norm, span, short=len(word) == _SHORT), word, kinds)

    def _compound(self, document: Document) -> Iterator[Reveal]:
        """Words with a character split into its components: 稳贝兼, 微亻言."""
        skeleton = document.view.skeleton
        matcher, literals = self._index.components
        spelled = [
            Reveal(start, end, self._index.splits[literals[number]], ())
            for number, start, end in matcher.find(self._letters_at(document))
        ]
        if not spelled:
            return
        plain = replaced(skeleton, [(join.start, join.end, join.text) for join in apart(spelled)])
        for word, start, end in found_near_changes(self._index.skeleton, plain):
            yield Reveal(*document.view.norm_span(*plain.old_span(start, end)), word, ("components",))

    def _homophone(self, document: Document) -> Iterator[Reveal]:
        """Words of three and more characters with some that only sound like the right ones: 文赚不赔."""
        skeleton = document.view.skeleton
        for word, start, end in self._index.sound.find(sounds(self._letters_at(document))):
            written = skeleton[start:end]
            if written != word and self._sounds_meant(written, word):
                span = document.view.norm_span(start, end)
                if span[1] - span[0] <= MAX_STRETCH * len(word) and "\n" not in document.norm[slice(*span)]:
                    yield Reveal(*span, word, ("alias",) if self._is_slang(written, word) else ("homophone",))

    def _is_slang(self, written: str, word: str) -> bool:
        """Tell whether a listed spelling alone makes the difference."""
        return any(
            written.replace(spelling, plain) == word
            for spelling, plains in self._index.plain.items()
            if spelling in written
            for plain in plains
        )

    def _pinyin(self, document: Document) -> Iterator[Reveal]:
        """Words spelled in letters, whole or in part: baoben, wen赚, jia wei xin."""
        skeleton = _SHAPED.sub(lambda match: _LETTER_OF[match.group()], document.view.skeleton)
        for start, stop in _windows(skeleton):
            text, places = _spelled(skeleton, start, stop)
            for word, first, last in self._index.letters.find(text):
                begin, end = places[first], places[last - 1] + 1
                whole = (first == 0 or places[first - 1] != begin) and (last == len(text) or places[last] != end - 1)
                latin = sum(not is_han(char) for char in skeleton[begin:end])
                if whole and latin >= _SHORT and _at_word_edges(document, begin, end):
                    yield Reveal(*document.view.norm_span(begin, end), word, ("pinyin",))

    def _aliased(self, document: Document) -> Iterator[Reveal]:
        """Slang, initials, emoji and look-alike spellings from the list, split or whole."""
        norm, view = document.norm, document.view
        for word, start, end in self._index.alias.find(norm):
            if latin_border(norm, start, end):
                yield Reveal(start, end, word, ("alias",))
        for spelling, start, end in self._index.alias_split.find(view.skeleton):
            span, runs = view.norm_span(start, end), self._index.runs(spelling)
            if norm[slice(*span)] == spelling or any(int(view.runs[start + i]) < run for i, run in enumerate(runs)):
                continue
            kinds = split_kinds(document, span, spelling, len(spelling))
            if kinds is not None:
                yield from (Reveal(*span, word, ("alias", *kinds)) for word in self._index.plain[spelling])

    def _masked(self, document: Document) -> Iterator[Reveal]:
        """Words with one character hidden: 稳*不赔."""
        if not _MASKS.search(document.norm):
            return
        plain = replaced(document.norm, [(*match.span(), MASK) for match in _MASKS.finditer(document.norm)])
        for word, start, end in found_near_changes(self._index.mask, plain):
            span = plain.old_span(start, end)
            if self._is_meant(document.norm[slice(*span)], word):
                yield Reveal(*span, word, ("mask",))

    def _turned_round(self, document: Document) -> Iterator[Reveal]:
        """Words written in another order: 信微加, 赔不赚稳."""
        view = document.view
        for word, start, end in self._index.orders.find(view.skeleton):
            around = view.skeleton[max(0, start - len(word) + 1) : end + len(word) - 1]
            if word in around:  # 贷[款当天放]款: the plain word stands across this place
                continue
            span = view.norm_span(start, end)
            if not _NATURAL.search(document.norm[slice(*span)]):
                yield Reveal(*span, word, ("reversed",))

    def _stood_in(self, document: Document) -> Iterator[Reveal]:
        """Words with a stand-in for one character: 返🧧, 徽信."""
        return self._index.stand_ins.find(document)

    def _scattered(self, document: Document) -> Iterator[Reveal]:
        """Words parted by fillers, by the edge of a field, or at the heads of lines."""
        yield from between_fillers(document, self._index.skeleton)
        yield from across_fields(document, self._index.whole)
        yield from at_line_heads(document, self._index.whole)


def _stands_in(word: str, reveal: Reveal, norm: str) -> bool:
    """Tell whether a hidden word lies within a word as it stands there, or begins in the middle of it (什|么风险)."""
    at = norm.find(word, max(0, reveal.start - len(word) + 1), reveal.end + len(word) - 1)
    while 0 <= at <= reveal.start:
        if reveal.end <= at + len(word) or at < reveal.start < at + len(word):
            return True
        at = norm.find(word, at + 1, reveal.end + len(word) - 1)
    return False


def _decoded(document: Document) -> Iterator[Reveal]:
    """Text that hides behind URL, JavaScript or HTML escapes, or behind a right-to-left override."""
    return (Reveal(start, end, fold(text), ("encoded",)) for start, end, text in decoded(document.view))


def _spaced(document: Document) -> Iterator[Reveal]:
    """Four and more Han characters, every one followed by the same noise: 本 金 不 会 亏."""
    for match in _SPACED.finditer(document.norm):
        noises = set(_NOISE.sub("\x00", match.group()).split("\x00"))
        text = _NOISE.sub("", match.group())
        if (
            len(noises) <= len(text) + 1
            and len({match.group()[i] for i in range(1, match.end() - match.start(), 2)}) == 1
        ):
            yield Reveal(match.start(), match.end(), text, ("split",))


def sounds_right(written: str, word: str) -> bool:
    """Tell a homophone from an accident: long words may be off by a dialect, short ones must share a character."""
    differing = sum(one != other for one, other in zip(written, word, strict=True))
    exact = all(same_sound(one, other) for one, other in zip(written, word, strict=True))
    if len(word) >= _LONG:
        return exact or differing <= len(word) // 2
    return exact and differing < len(word)


def same_sound(one: str, other: str) -> bool:
    """Tell whether two characters have a reading in common."""
    return one == other or bool(set(readings(one)) & set(readings(other)))


def _windows(skeleton: str) -> Iterator[tuple[int, int]]:
    """Yield ranges of the skeleton around its Latin letters, merged where they meet."""
    begin, stop = -1, -1
    for match in _LATIN.finditer(skeleton):
        first, last = max(0, match.start() - _REACH), min(len(skeleton), match.end() + _REACH)
        if first <= stop:
            stop = last
            continue
        if stop > begin:
            yield begin, stop
        begin, stop = first, last
    if stop > begin:
        yield begin, stop


def _spelled(skeleton: str, start: int, stop: int) -> tuple[str, list[int]]:
    """Spell a range of the skeleton in letters; return them with the skeleton index of each."""
    letters: list[str] = []
    places: list[int] = []
    for index in range(start, stop):
        spelling = spell(skeleton[index])
        letters.append(spelling)
        places.extend([index] * len(spelling))
    return "".join(letters), places


def _at_word_edges(document: Document, begin: int, end: int) -> bool:
    """Tell whether a skeleton span neither begins nor ends inside a Latin word of the norm plane."""
    view = document.view
    return latin_border(document.norm, view.norm_index(begin), view.norm_index(end - 1) + 1)
