"""Planes of sound and shape: what Han characters read like, and what neighbouring components spell together.

Owns the tables built by `evals/build_plane_tables.py` and nothing else; which words are looked for in which plane is
decided in `agent.guardrails.disguises`.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["is_all_han", "is_han", "near", "readings", "sound_spellings", "sounds", "spell", "splits_of"]

_BASE: Final = 0xE000  # syllables as private-use code points
_MOST: Final = 8
# Dialect merges: zh/z, ch/c, sh/s, l/n, f/h before u, -ng/-n.
_INITIALS: Final = (("zh", "z"), ("ch", "c"), ("sh", "s"))


def is_han(char: str) -> bool:
    """Tell whether a character of the norm plane is Han."""
    return "\u3400" <= char <= "\u9fff"


def is_all_han(text: str) -> bool:
    """Tell whether every character of a text is Han."""
    return all(map(is_han, text))


def readings(char: str) -> tuple[str, ...]:
    """Return the toneless readings of a Han character, the usual one first; nothing for any other."""
    return _table().readings[char]


def spell(char: str) -> str:
    """Return the usual reading of a Han character in letters; any other character stands for itself."""
    found = readings(char)
    return found[0] if found else char


def near(syllable: str) -> str:
    """Return a syllable without the differences that dialects and careless ears do not hear."""
    for initial, plain in _INITIALS:
        if syllable.startswith(initial):
            syllable = plain + syllable[len(initial) :]
            break
    if syllable.startswith("n") and len(syllable) > 1:
        syllable = "l" + syllable[1:]
    return syllable[:-1] if syllable.endswith("ng") else syllable


def sounds(text: str) -> str:
    """Return a text of the same length with one private-use character for each near syllable."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return str(_table().sound[codes].tobytes().decode("utf-32-le", "replace"))


def sound_spellings(word: str) -> Iterable[str]:
    """Yield what `sounds` may give for a word whose characters have several readings (eight at most)."""
    table = _table()
    choices = [tuple(dict.fromkeys(chr(table.numbers[name]) for name in readings(char))) or (char,) for char in word]
    return ("".join(chars) for chars in itertools.islice(itertools.product(*choices), _MOST))


def splits_of(chars: Iterable[str]) -> dict[str, str]:
    """Return the component sequences that spell one of these characters (贝兼 → 赚)."""
    table = _table()
    rows = np.flatnonzero(np.isin(table.whole, [ord(char) for char in set(chars) if is_han(char)]))
    return {
        "".join(chr(code) for code in parts if code): chr(whole)
        for parts, whole in zip(table.parts[rows].tolist(), table.whole[rows].tolist(), strict=True)
    }


class _Readings(dict[str, tuple[str, ...]]):
    """Remember the readings of each character met so far: a text has few of the thirty thousand there are."""

    def __init__(self, tables: _Tables) -> None:
        self._names = tables.names
        self._usual = dict(_pairs(tables.han, tables.syllable))
        self._more = list(_pairs(tables.more_han, tables.more_syllable))

    def __missing__(self, char: str) -> tuple[str, ...]:
        code = ord(char)
        numbers = [self._usual[code]] if code in self._usual else []
        numbers += [number for other, number in self._more if other == code]
        self[char] = tuple(self._names[number] for number in numbers)
        return self[char]


class _Tables:
    """Hold the shipped arrays, and `sound`: code point → code point of its near syllable, or itself."""

    def __init__(self) -> None:
        with files("agent.guardrails").joinpath("data/planes.npz").open("rb") as file, np.load(file) as data:
            self.han, self.syllable = data["han"], data["syllable"]
            self.more_han, self.more_syllable = data["more_han"], data["more_syllable"]
            self.parts, self.whole = data["parts"], data["whole"]
            self.names = data["names"].tobytes().decode().split("\n")
        self.readings = _Readings(self)
        numbers: dict[str, int] = {}
        self.numbers = {name: numbers.setdefault(near(name), _BASE + len(numbers)) for name in self.names}
        self.sound = np.arange(0x110000, dtype=np.uint32)
        self.sound[0xD800:0xE000] = 0xFFFD
        self.sound[self.han] = np.array([self.numbers[name] for name in self.names], dtype=np.uint32)[self.syllable]


def _pairs(codes: NDArray[np.uint16], numbers: NDArray[np.uint16]) -> Iterable[tuple[int, int]]:
    return zip(codes.tolist(), numbers.tolist(), strict=True)


@functools.cache
def _table() -> _Tables:
    return _Tables()
