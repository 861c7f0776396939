"""Hide words the way people do: seeded generators of the evasion classes, for tests of the rules.

Owns how a class writes a word; what it applies to, its tables and the bar it is held to are data
(`data/evasions.yaml`). Refuses judgement: whether a variant is caught is measured in `agent.guardrails.evasion_matrix`.
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Final
from urllib.parse import quote

from pydantic import Field

from agent.guardrails.planes import is_han, near, readings, splits_of
from agent.guardrails.rules import Plane
from agent.models import Frozen
from agent.yamlsource import read_yaml, validate

__all__ = ["Catalogue", "EvasionClass", "Variant", "applies", "catalogue", "vary"]

_INVISIBLE: Final = "\u200b\u200c\u2060\u3164\u00ad\ufeff"
_OVERLAYS: Final = "\u0336\u20dd\u034f\u0332"
_DIGITS: Final = "零一二三四五六七八九"
_SPOKEN: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TONES: Final = dict(zip("aeiou", "āéǐòù", strict=True))
_COMMON: Final = bytes(range(0xB0, 0xD8))  # the first level of GB 2312: the characters people have at hand
_LOOKALIKES: Final = str.maketrans("aceopxyv0123456789", "асеорхуѵ⓿❶❷❸❹❺❻❼❽❾")
_FILLER_LINES: Final = ("里的早餐是豆浆油条", "边走边晒太阳", "天去河边散步", "碗热汤面暖到心里", "束花摆在窗台")


class EvasionClass(Frozen):
    """Describe one class: what it hides, for which words, and the share in percent that must be caught.

    hides: a regular expression over the raw text; empty = a key word or a term of the rule. planes: those on which a
    rule must see through disguises; the table that every text goes through needs none.
    """

    title: str
    hides: str = ""
    han: int = 0
    planes: tuple[Plane, ...] = ()
    bar: int = Field(ge=0, le=100)


class Catalogue(Frozen):
    """Hold `evasions.yaml`; `handmade` maps class → rule → sentences that must raise it."""

    classes: dict[str, EvasionClass]
    tables: dict[str, str]
    swaps: dict[str, dict[str, tuple[str, ...]]]
    handmade: dict[str, dict[str, tuple[str, ...]]]
    handmade_bars: dict[str, int] = Field(default_factory=dict)

    def pairs(self, table: str) -> dict[str, str]:
        """Return a table as character → what stands for it."""
        return {entry[0]: entry[1:] for entry in self.tables[table].split() if len(entry) > 1}


@dataclass(frozen=True)
class Variant:
    """Hold a text with something hidden at start:end of `text`; `title` when the class spreads it over two fields."""

    text: str
    start: int
    end: int
    title: str = ""


@functools.cache
def catalogue() -> Catalogue:
    """Read the shipped catalogue; raises `ConfigurationError` naming the line."""
    return validate(Catalogue, read_yaml(Path(str(files("agent.guardrails").joinpath("data/evasions.yaml")))))


def applies(kind: EvasionClass, hidden: str) -> bool:
    """Tell whether a class says that it can hide this text."""
    han = sum(map(is_han, hidden))
    return not kind.han or kind.han <= han == len(hidden)


def vary(name: str, text: str, span: tuple[int, int], rng: Random) -> Variant | None:
    """Write `text[span]` as the class does; None when the class has no other way to write it."""
    start, end = span
    if name == "E40":
        return _spread(text, start, end, rng)
    written = _WRITERS[name](text[start:end], rng)
    if written is None or written == text[start:end]:
        return None
    return Variant(text[:start] + written + text[end:], start, start + len(written))


Writer = Callable[[str, Random], str | None]


def _each(word: str, change: Callable[[str], str]) -> str:
    return "".join(map(change, word))


def _joined(table: str) -> Writer:
    """Part the characters of a word by one mark; a pair of marks encloses each character."""

    def write(word: str, rng: Random) -> str:
        mark = rng.choice(catalogue().tables[table].split())
        if mark in ("「」",):
            return _each(word, lambda char: f"{mark[0]}{char}{mark[1]}")
        return mark.join(word)

    return write


def _mapped(table: str, most: int = 99) -> Writer:
    """Write up to `most` characters as a table has them."""

    def write(word: str, rng: Random) -> str | None:
        pairs = catalogue().pairs(table)
        return _some(word, {char: (pairs[char],) for char in word if char in pairs}, most, rng)

    return write


def _some(word: str, choices: Mapping[str, tuple[str, ...]], most: int, rng: Random) -> str | None:
    """Write up to `most` of the characters that have a choice in another way."""
    places = [i for i, char in enumerate(word) if choices.get(char)]
    if not places:
        return None
    chosen = set(rng.sample(places, min(most, len(places))))
    return "".join(rng.choice(choices[char]) if i in chosen else char for i, char in enumerate(word))


def _swapped(table: str) -> Writer:
    """Write a listed word inside the text as people do; the longest listed word goes first."""

    def write(word: str, rng: Random) -> str | None:
        ways = catalogue().swaps[table]
        listed = next((plain for plain in sorted(ways, key=len, reverse=True) if plain.lower() in word.lower()), None)
        if listed is None:
            return None
        at = word.lower().index(listed.lower())
        return word[:at] + rng.choice(ways[listed]) + word[at + len(listed) :]

    return write


def _full_width(word: str, rng: Random) -> str:
    return _each(word, lambda char: chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char)


def _compatible(word: str, rng: Random) -> str:
    def bold(char: str) -> str:
        if char.isascii() and char.isalpha():
            return chr(0x1D400 + ord(char.upper()) - ord("A"))
        return chr(0x245F + int(char)) if char in "123456789" else char

    return _each(word, bold)


def _lookalike(word: str, rng: Random) -> str:
    return word.lower().translate(_LOOKALIKES)


def _invisible(word: str, rng: Random) -> str:
    return "".join(char + rng.choice(_INVISIBLE) for char in word[:-1]) + word[-1]


def _turned(word: str, rng: Random) -> str:
    return rng.choice((f"\u202e{word[::-1]}\u202c", f"\u2067{word[::-1]}\u2069", f"\u202d{word}\u202c"))


def _overlaid(word: str, rng: Random) -> str:
    mark = rng.choice(_OVERLAYS)
    return _each(word, lambda char: char + mark)


def _radical(word: str, rng: Random) -> str | None:
    return _some(word, {char: _radicals().get(char, ()) for char in word}, 9, rng)


@functools.cache
def _radicals() -> dict[str, tuple[str, ...]]:
    """Map a character to the radicals and compatibility ideographs that Unicode calls equivalent."""
    found: dict[str, list[str]] = defaultdict(list)
    for code in (*range(0x2F00, 0x2FD6), *range(0xF900, 0xFA6E)):
        plain = unicodedata.normalize("NFKC", chr(code))
        if plain != chr(code):
            found[plain].append(chr(code))
    return {plain: tuple(ways) for plain, ways in found.items()}


def _spaced(word: str, rng: Random) -> str:
    return rng.choice((" ", "\u3000", "  ", "\n")).join(word)


def _filled(word: str, rng: Random) -> str:
    at = rng.randrange(1, len(word))
    return word[:at] + rng.choice(catalogue().tables["fillers"].split()) + word[at:]


def _bracketed(word: str, rng: Random) -> str:
    pair = rng.choice(catalogue().tables["brackets"].split())
    left, right = pair[0], pair[1]
    at = rng.randrange(1, len(word))
    styles = (
        f"{word[:at]}{left}{word[at:]}{right}", f"**{word[:at]}**{word[at:]}",
        f"#{word[:at]}# #{word[at:]}#", f"<b>{word[:at]}</b>{word[at:]}",
    )  # fmt: skip
    return rng.choice(styles)


def _doubled(word: str, rng: Random) -> str:
    return _each(word, lambda char: char * 2)


def _shuffled(word: str, rng: Random) -> str:
    return rng.choice((word[::-1], word[1:] + word[0], word[-1] + word[:-1]))


@functools.cache
def _common_sounds() -> dict[str, tuple[str, ...]]:
    """Group the common characters by their usual reading."""
    found: dict[str, list[str]] = defaultdict(list)
    for high, low in itertools.product(_COMMON, range(0xA1, 0xFF)):
        char = bytes((high, low)).decode("gb2312", "ignore")
        for reading in readings(char)[:1] if char else ():
            found[reading].append(char)
    return {reading: tuple(chars) for reading, chars in found.items()}


def _homophones(char: str) -> tuple[str, ...]:
    usual = readings(char)[:1]
    return tuple(c for c in _common_sounds().get(usual[0], ()) if c != char) if usual else ()


def _near_sounds(char: str) -> tuple[str, ...]:
    usual = readings(char)[:1]
    if not usual:
        return ()
    close = [r for r in _common_sounds() if r != usual[0] and near(r) == near(usual[0])]
    return tuple(c for reading in close for c in _common_sounds()[reading])


def _sounding(of: Callable[[str], tuple[str, ...]], most: int) -> Writer:
    return lambda word, rng: _some(word, {char: of(char) for char in word}, most, rng)


def _pinyin(word: str, rng: Random) -> str:
    spelled = [readings(char)[0] for char in word]
    if rng.random() < 1 / 3:
        spelled = [re.sub("[aeiou]", lambda m: _TONES[m.group()], s, count=1) for s in spelled]
    return rng.choice(("", " ")).join(spelled)


def _mixed(word: str, rng: Random) -> str:
    chosen = set(rng.sample(range(len(word)), max(1, len(word) // 2)))
    return "".join(readings(char)[0] if i in chosen else char for i, char in enumerate(word))


def _initials(word: str, rng: Random) -> str:
    return "".join(readings(char)[0][0] for char in word)


def _components(word: str, rng: Random) -> str | None:
    ways: dict[str, list[str]] = defaultdict(list)
    for parts, whole in splits_of(word).items():
        ways[whole].append(parts)
    return _some(word, {char: tuple(found) for char, found in ways.items()}, 2, rng)


def _masked(word: str, rng: Random) -> str:
    at = rng.randrange(1, len(word))
    return word[:at] + rng.choice("*_○\u00d7") + word[at + 1 :]


def _encoded(word: str, rng: Random) -> str:
    return rng.choice((quote(word), _each(word, lambda c: f"\\u{ord(c):04x}"), _each(word, lambda c: f"&#{ord(c)};")))


def _stacked(word: str, rng: Random) -> str | None:
    """Lay three classes over one another, each on a part of the word."""
    at = rng.randrange(1, len(word))
    first, last = rng.sample(("E08", "E18", "E22", "E26", "E28"), 2)
    parts = [_WRITERS[n](part, rng) or part for n, part in ((first, word[:at]), (last, word[at:]))]
    return rng.choice(catalogue().tables["ascii"].split()[:4]).join(parts)


def _rate(text: str, rng: Random) -> str | None:
    match = re.fullmatch(r"(\d+)(?:\.(\d+))?%", text)
    if match is None:
        return None
    whole, rest = match.group(1), match.group(2) or ""
    han = "".join(_DIGITS[int(d)] for d in rest)
    spoken = (_spoken_number(int(whole)) if int(whole) < 100 else whole) + (f"点{han}" if han else "")
    dotted = f"{whole}。{rest}%" if rest else f"{whole}％"
    return rng.choice((f"百分之{spoken}", f"{spoken}个点", dotted, f"{spoken}%"))


def _spoken_number(value: int) -> str:
    if value < 10:
        return _DIGITS[value]
    tens, ones = divmod(value, 10)
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")


def _amount(text: str, rng: Random) -> str | None:
    match = re.fullmatch(r"(\d{1,2})(万)(元?)", text)
    if match is None:
        return None
    return rng.choice((f"{match.group(1)}w", f"{match.group(1)}W", f"{_spoken_number(int(match.group(1)))}万块"))


def _phone(text: str, rng: Random) -> str | None:
    if not re.fullmatch("1[0-9]{10}", text):
        return None
    han = _each(text, lambda c: _DIGITS[int(c)])
    styles = (
        han, han.replace("一", "幺"), text[0] + _SPOKEN[int(text[1])] + text[2:],
        " ".join(text), "-".join((text[:3], text[3:7], text[7:])), text.translate(_LOOKALIKES),
    )  # fmt: skip
    return rng.choice(styles)


def _address(text: str, rng: Random) -> str:
    return rng.choice((text.replace(".", "点"), text.replace(".", "。"), text.replace(".", " . ")))


def _spread(text: str, start: int, end: int, rng: Random) -> Variant:
    """Break a word between title and body, or put its characters at the heads of lines."""
    word = text[start:end]
    if rng.random() < 1 / 2:
        at = rng.randrange(start + 1, end)
        return Variant(text[at:], 0, end - at, title=text[:at])
    lines = [char + _FILLER_LINES[i % len(_FILLER_LINES)] for i, char in enumerate(word)]
    block = "\n".join(lines)
    return Variant(f"{block}\n{text[:start]}这个{text[end:]}", 0, len(block))


_WRITERS: Final[Mapping[str, Writer]] = {
    "E01": _full_width, "E02": _compatible, "E03": _lookalike, "E04": _invisible, "E05": _turned, "E06": _overlaid,
    "E07": _radical, "E08": _mapped("traditional"), "E09": _mapped("variants"), "E10": _joined("ascii"),
    "E11": _joined("cjk"), "E12": _spaced, "E13": _joined("pauses"), "E14": _filled, "E15": _bracketed,
    "E16": _doubled, "E17": _shuffled, "E18": _sounding(_homophones, 1), "E19": _sounding(_homophones, 99),
    "E20": _sounding(_near_sounds, 1), "E21": _pinyin, "E22": _mixed, "E23": _initials, "E24": _mapped("letters", 1),
    "E25": _mapped("numbers", 1), "E26": _components, "E27": _mapped("shapes", 1), "E28": _mapped("emoji", 1),
    "E29": _swapped("slang"), "E30": _swapped("superlatives"), "E31": _swapped("ranks"), "E32": _swapped("english"),
    "E33": _rate, "E34": _amount, "E35": _phone, "E36": _address, "E38": _masked, "E39": _encoded, "E48": _stacked,
}  # fmt: skip
