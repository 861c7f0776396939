"""Recognise words that are written so as not to be recognised, and say where and how.

Owns the search of key words through every plane: separators and repeats, invisible characters, homophones, pinyin,
split components, aliases, masks, reversed order, encodings. It returns `Reveal`s: spans of the norm plane with the
plain word they stand for. The engine then runs all rules over the text with those spans replaced
(`Document.revealed`), so a rule is written once, in plain words. Words and aliases are data
(`guardrails/<jurisdiction>/disguises.yaml`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from pydantic import Field

from agent.guardrails.decoding import decoded, spoken_rates
from agent.guardrails.document import Document, Reveal
from agent.guardrails.matchers import build_matcher
from agent.guardrails.normalize import LETTERS, fold, skeleton_of
from agent.guardrails.planes import is_han, readings, sound_spellings, sounds, spell, splits_of
from agent.guardrails.scattered import across_fields, at_line_heads, between_fillers
from agent.guardrails.spellings import apart, index_spellings, reordered, replaced
from agent.guardrails.stand_ins import StandIns
from agent.models import Frozen
from agent.yamlsource import read_yaml, validate

__all__ = ["DisguiseWords", "Disguises", "latin_border", "read_disguises"]

_NATURAL: Final = re.compile(r"[\s,、:…—“”‘’\"'「」『』《》()【】\[\]<>|]")
_NOISE: Final = re.compile(f"[^{LETTERS}]")
_LATIN: Final = re.compile("[a-z]+")
_MASKS: Final = re.compile(r"[*_○〇\u00d7x口囗■●□✕❌✖]+")
_SPACED: Final = re.compile(r"(?:[\u3400-\u9fff]([^0-9a-z\u3400-\u9fff。!?;,、:\n…—]{1,2})){3,}[\u3400-\u9fff]")
_MASK: Final = "*"
_PAUSES: Final = frozenset(",、")
# one character alone in brackets, and a hashtag for each character: 保(本), 「微」「信」, #稳# #赚#
_ENCLOSED: Final = re.compile("[(\\[【《「『<][\u3400-\u9fff][)\\]】》」』>]")
_MARKS: Final = dict(zip("*#_~「」【】[]()《》『』", "*#_~」「】【][)(》《』『", strict=True))
_TAGGED: Final = ("##", "# #")
_MAX_STRETCH: Final = 6
_REACH: Final = 8
_SHORT: Final = 2
_LONG: Final = 4
_LETTERS_ENOUGH: Final = 6


class DisguiseWords(Frozen):
    """Describe `disguises.yaml`: key words, aliases (plain word → spellings), stand-ins (character → characters).

    neighbours: words of two characters that neighbouring words form by accident (环保 本地); innocent: texts that only
    look like a key word.
    """

    key_words: tuple[str, ...] = ()
    aliases: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    stand_ins: dict[str, str] = Field(default_factory=dict)
    neighbours: tuple[str, ...] = ()
    innocent: tuple[str, ...] = ()


def read_disguises(folders: Iterable[Path]) -> DisguiseWords:
    """Read `disguises.yaml` of these folders; a later folder adds, never removes. Raises `ConfigurationError`."""
    read = [validate(DisguiseWords, read_yaml(p)) for folder in folders if (p := folder / "disguises.yaml").is_file()]
    aliases: dict[str, tuple[str, ...]] = {}
    stand_ins: dict[str, str] = {}
    for words in read:
        for plain, spellings in words.aliases.items():
            aliases[plain] = (*aliases.get(plain, ()), *spellings)
        for plain, chars in words.stand_ins.items():
            stand_ins[plain] = stand_ins.get(plain, "") + chars
    return DisguiseWords(
        key_words=tuple(dict.fromkeys(word for words in read for word in words.key_words)),
        aliases=aliases,
        stand_ins=stand_ins,
        neighbours=tuple(dict.fromkeys(word for words in read for word in words.neighbours)),
        innocent=tuple(dict.fromkeys(text for words in read[:1] for text in words.innocent)),
    )


class Disguises:
    """Hold the compiled words; `reveal` is the one thing it does.

    words: every literal of the rules that may be disguised; `given` adds key words, aliases and innocent texts.
    """

    def __init__(self, words: Iterable[str], given: DisguiseWords) -> None:
        keys = [fold(word) for word in given.key_words]
        every = list(dict.fromkeys([*keys, *(fold(word) for word in words)]))
        long = [word for word in every if len(word) >= _LONG and all(map(is_han, word))]
        spoken = list(dict.fromkeys([*(w for w in keys if all(map(is_han, w))), *long]))
        self._keys = tuple(keys)
        self._words = tuple(every)
        self._tight = frozenset(map(fold, given.neighbours))
        self._innocent = tuple(map(fold, given.innocent))
        self._runs = {word: skeleton_of(word) for word in every}
        usable = [(s, w) for w, (s, _) in self._runs.items() if len(s) >= _SHORT and not set(s) & set("。!?;")]
        self._skeleton = index_spellings(usable)
        self._splits = splits_of(char for _, word in usable for char in word)
        self._split_spellings = tuple(self._splits)
        self._components = build_matcher(self._split_spellings)
        self._sound = index_spellings((sound, w) for w in spoken if len(w) > _SHORT for sound in sound_spellings(w))
        self._letters = index_spellings(
            (s, w) for w in every if all(map(is_han, w)) for s in _letterings(w, w in spoken)
        )
        self._mask = index_spellings(
            (w[:i] + _MASK + w[i + 1 :], w) for w in spoken if len(w) > _SHORT for i in range(len(w))
        )
        aliases = [(fold(spelling), fold(plain)) for plain, ways in given.aliases.items() for spelling in ways]
        aliases += [(initials, word) for word in long if not set(initials := _initials(word)) & set("aeiou")]
        self._alias = index_spellings([(spelling, plain) for spelling, plain in aliases if spelling != plain])
        self._plain: dict[str, list[str]] = defaultdict(list)
        for spelling, plain in aliases:
            self._plain[spelling].append(plain)
        self._runs |= {spelling: skeleton_of(spelling) for spelling in self._plain}
        whole = [
            (s, a) for a in self._plain if sum((entry := self._runs[a])[1]) == len(a) and len(s := entry[0]) >= _SHORT
        ]
        self._alias_split = index_spellings(whole)
        han = [word for word in every if len(word) > _SHORT and all(map(is_han, word))]
        self._orders = index_spellings((order, word) for word in han for order in reordered(word))
        self._whole = index_spellings((s, w) for s, w in usable if len(w) > _SHORT or w in keys)
        self._stand_ins = StandIns(given.stand_ins, (w for w in every if w in keys or len(w) > _SHORT))

    @property
    def words(self) -> tuple[str, ...]:
        """Return every word that is looked for behind disguises, on the norm plane."""
        return self._words

    def reveal(self, document: Document) -> tuple[Reveal, ...]:
        """Return the disguised words of a text in order, apart from one another; the longest reading wins."""
        found: list[Reveal] = []
        for plane in (
            _decoded, _spaced, spoken_rates, self._split, self._compound, self._homophone, self._pinyin, self._aliased,
            self._masked, self._turned_round, self._stand_ins.find, self._scattered,
        ):  # fmt: skip
            found.extend(plane(document))
        return apart(reveal for reveal in found if not self._is_innocent(reveal, document.norm))

    def _is_innocent(self, reveal: Reveal, norm: str) -> bool:
        text = norm[reveal.start : reveal.end]
        if reveal.text == text or any(word in norm and text in word for word in self._innocent):
            return True
        return any(word in text and word not in reveal.text for word in self._keys)

    def _split(self, document: Document) -> Iterator[Reveal]:
        """Words parted by noise or written with repeats: 稳.赚, 保保本本."""
        view = document.view
        for word, start, end in self._skeleton.find(view.skeleton):
            runs = self._runs[word][1]
            if any(int(view.runs[start + i]) < run for i, run in enumerate(runs)):
                continue
            span, tight = view.norm_span(start, end), view.tight_span(start, end)
            if not _is_hidden(document.norm[slice(*span)], document.norm[slice(*tight)], word):
                continue
            loose = (
                word in self._keys
                and word not in self._tight
                and not document.norm[slice(*span)].replace(word[0], "", 1)[:-1].strip(" ")
            )
            kinds = ("split",) if loose and len(word) == _SHORT else _split_kinds(document, span, word, end - start)
            if kinds is not None:
                yield Reveal(*_with_marks(document.norm, span, short=len(word) == _SHORT), word, kinds)

    def _compound(self, document: Document) -> Iterator[Reveal]:
        """Words with a character split into its components: 稳贝兼, 微亻言."""
        skeleton = document.view.skeleton
        spelled = self._components.find(skeleton)
        if not spelled:
            return
        literals = self._split_spellings
        joins = apart(Reveal(start, end, self._splits[literals[n]], ()) for n, start, end in spelled)
        plain = replaced(skeleton, [(join.start, join.end, join.text) for join in joins])
        for word, start, end in self._skeleton.find(plain.text):
            if plain.is_changed(start, end):
                yield Reveal(*document.view.norm_span(*plain.old_span(start, end)), word, ("components",))

    def _homophone(self, document: Document) -> Iterator[Reveal]:
        """Words of three and more characters with some that only sound like the right ones: 文赚不赔."""
        skeleton = document.view.skeleton
        for word, start, end in self._sound.find(sounds(skeleton)):
            written = skeleton[start:end]
            if written != word and _sounds_right(written, word):
                span = document.view.norm_span(start, end)
                if span[1] - span[0] <= _MAX_STRETCH * len(word) and "\n" not in document.norm[slice(*span)]:
                    yield Reveal(*span, word, ("alias",) if self._is_slang(written, word) else ("homophone",))

    def _is_slang(self, written: str, word: str) -> bool:
        """Tell whether a listed spelling alone makes the difference."""
        return any(
            written.replace(spelling, plain) == word
            for spelling, plains in self._plain.items()
            if spelling in written
            for plain in plains
        )

    def _pinyin(self, document: Document) -> Iterator[Reveal]:
        """Words spelled in letters, whole or in part: baoben, wen赚, jia wei xin."""
        skeleton = document.view.skeleton
        for start, stop in _windows(document):
            text, places = _spelled(skeleton, start, stop)
            for word, first, last in self._letters.find(text):
                begin, end = places[first], places[last - 1] + 1
                whole = (first == 0 or places[first - 1] != begin) and (last == len(text) or places[last] != end - 1)
                latin = sum(not is_han(char) for char in skeleton[begin:end])
                if whole and latin >= _SHORT and _at_word_edges(document, begin, end):
                    yield Reveal(*document.view.norm_span(begin, end), word, ("pinyin",))

    def _aliased(self, document: Document) -> Iterator[Reveal]:
        """Slang, initials, emoji and look-alike spellings from the list, split or whole."""
        norm, view = document.norm, document.view
        for word, start, end in self._alias.find(norm):
            if latin_border(norm, start, end):
                yield Reveal(start, end, word, ("alias",))
        for spelling, start, end in self._alias_split.find(view.skeleton):
            span, runs = view.norm_span(start, end), self._runs[spelling][1]
            if norm[slice(*span)] == spelling or any(int(view.runs[start + i]) < run for i, run in enumerate(runs)):
                continue
            kinds = _split_kinds(document, span, spelling, len(spelling))
            if kinds is not None:
                yield from (Reveal(*span, word, ("alias", *kinds)) for word in self._plain[spelling])

    def _masked(self, document: Document) -> Iterator[Reveal]:
        """Words with one character hidden: 稳*不赔."""
        if not _MASKS.search(document.norm):
            return
        plain = replaced(document.norm, [(*match.span(), _MASK) for match in _MASKS.finditer(document.norm)])
        for word, start, end in self._mask.find(plain.text):
            yield Reveal(*plain.old_span(start, end), word, ("mask",))

    def _turned_round(self, document: Document) -> Iterator[Reveal]:
        """Words written in another order: 信微加, 赔不赚稳."""
        view = document.view
        for word, start, end in self._orders.find(view.skeleton):
            around = view.skeleton[max(0, start - len(word) + 1) : end + len(word) - 1]
            if word in around:  # 贷[款当天放]款: the plain word stands across this place
                continue
            span = view.norm_span(start, end)
            if not _NATURAL.search(document.norm[slice(*span)]):
                yield Reveal(*span, word, ("reversed",))

    def _scattered(self, document: Document) -> Iterator[Reveal]:
        """Words parted by fillers, by the edge of a field, or at the heads of lines."""
        yield from between_fillers(document, self._skeleton)
        yield from across_fields(document, self._whole)
        yield from at_line_heads(document, self._whole)


def _letterings(word: str, spoken: bool) -> Iterator[str]:
    """Spell a word in letters, unless that is too short to mean it."""
    spelled = "".join(map(spell, word))
    if spoken or len(spelled) >= _LETTERS_ENOUGH:
        yield spelled


def _initials(word: str) -> str:
    return "".join(spell(char)[0] for char in word)


def latin_border(norm: str, start: int, end: int) -> bool:
    """Refuse a Latin term inside a longer Latin word, and a number inside a longer number."""
    for inner, outer in ((start, start - 1), (end - 1, end)):
        if not 0 <= outer < len(norm):
            continue
        for shape in (str.isalpha, str.isdecimal):
            if norm[inner].isascii() and norm[outer].isascii() and shape(norm[inner]) and shape(norm[outer]):
                return False
    return not (norm[start].isdigit() and start > 1 and norm[start - 1] == "." and norm[start - 2].isdigit())


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


def _split_kinds(document: Document, span: tuple[int, int], word: str, length: int) -> tuple[str, ...] | None:
    """Name the disguise of a split word, or return None when it is an accident of neighbouring words."""
    text = document.norm[span[0] : span[1]]
    if len(text) > _MAX_STRETCH * length or not latin_border(document.norm, *span):
        return None
    noise = "".join(_NOISE.findall(text))
    kinds = []
    if noise:
        if _is_accident(document.norm, span, text, noise, length):
            return None
        kinds.append("split")
    if len(text) - len(noise) > len(word):
        kinds.append("repeat")
    if document.view.deleted_inside(*span):
        kinds.append("invisible")
    return tuple(kinds) or ("split",)


def _with_marks(norm: str, span: tuple[int, int], *, short: bool) -> tuple[int, int]:
    """Take in the outer marks of a word in which the same marks stand: **稳**赚, #稳# #赚#, 「微」「信」."""
    start, end = span
    noise = set(_NOISE.findall(norm[start:end])) & _MARKS.keys()
    outer = start, end
    marks = noise | {_MARKS[char] for char in noise}
    while start and norm[start - 1] in marks:
        start -= 1
    while end < len(norm) and norm[end] in marks:
        end += 1
    both = start < outer[0] and outer[1] < end
    return (start, end) if both or short else outer


def _is_hidden(written: str, tight: str, word: str) -> bool:
    """Tell a stutter that hides a word (稳稳赚赚) from everyday reduplication (稳稳赚, 亏,亏不了)."""
    doubled = sum(written.count(char) > word.count(char) for char in set(word))
    return doubled > 1 or (tight != word and not (doubled == 1 and len(written) == len(word) + 1))


def _is_accident(norm: str, span: tuple[int, int], text: str, noise: str, length: int) -> bool:
    """Tell two neighbouring words from a split term.

    Ordinary punctuation, spaces and emoji end words everywhere in notes, so a two-character term that they part
    counts only when it stands alone; one comma parts a longer one; a line break must leave a whole line inside the hit.
    """
    if "\n" in text and not _line_inside(norm, span):
        return True
    if length > _SHORT:
        return noise in _PAUSES and _SHORT <= text.index(noise) <= len(text) - 1 - _SHORT
    if not _NATURAL.search(noise):
        return False
    if _ENCLOSED.search(norm[max(0, span[0] - 1) : span[1] + 1]) or noise in _TAGGED:
        return False
    before = norm[span[0] - 1] if span[0] else " "
    after = norm[span[1]] if span[1] < len(norm) else " "
    return is_han(before) or is_han(after)


def _line_inside(norm: str, span: tuple[int, int]) -> bool:
    begin = norm.rfind("\n", 0, span[0]) + 1
    stop = norm.find("\n", span[1])
    lines = norm[begin : stop if stop >= 0 else len(norm)].split("\n")
    whole_first = begin == span[0]
    whole_last = span[1] == (stop if stop >= 0 else len(norm))
    return len(lines) > _SHORT or whole_first or whole_last


def _sounds_right(written: str, word: str) -> bool:
    """Tell a homophone from an accident: long words may be off by a dialect, short ones must share a character."""
    differing = sum(one != other for one, other in zip(written, word, strict=True))
    exact = all(_same_sound(one, other) for one, other in zip(written, word, strict=True))
    if len(word) >= _LONG:
        return exact or differing <= len(word) // 2
    return exact and differing < len(word)


def _same_sound(one: str, other: str) -> bool:
    return one == other or bool(set(readings(one)) & set(readings(other)))


def _windows(document: Document) -> Iterator[tuple[int, int]]:
    """Yield ranges of the skeleton around its Latin letters, merged where they meet."""
    skeleton = document.view.skeleton
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
