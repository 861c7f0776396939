"""Find many literals in one pass, behind one protocol: `ahocorasick_rs`, or `daachorse` and `hyperscan` when installed.

Every engine reports the same hits in the same order (a conformance suite runs on all of them): all overlapping
occurrences as (literal number, start, end) in code points, sorted by start, end and number.
"""

from __future__ import annotations

import functools
import importlib.util
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

import ahocorasick_rs

from agent.errors import UsageError

__all__ = ["ENGINES", "Matcher", "available_engines", "build_matcher"]

ENGINES: Final = ("daachorse", "ahocorasick", "hyperscan")
_PAYS: Final = 8  # look-ups a literal for which an automaton is built in the same time
_MODULES: Final = {"daachorse": "daachorse", "ahocorasick": "ahocorasick_rs", "hyperscan": "hyperscan"}
_SETTING: Final = "KOSNOTE_MATCHER"

Occurrence = tuple[int, int, int]


class Matcher(Protocol):
    """Find literals, given once, in texts."""

    def occurrences(self, text: str) -> Iterable[Occurrence]:
        """Yield every occurrence as (literal number, start, end), overlapping ones too, those of a literal in order."""
        ...

    def find(self, text: str) -> list[Occurrence]:
        """Return every occurrence sorted by place."""
        ...


def available_engines() -> tuple[str, ...]:
    """Return the engines that can be used here, the preferred one first."""
    return tuple(name for name in ENGINES if _is_installed(_MODULES[name]))


def _is_installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ImportError:
        return False


def build_matcher(literals: Sequence[str], *, engine: str = "") -> Matcher:
    """Build a matcher of non-empty literals; `engine` or KOSNOTE_MATCHER picks one, else the quickest installed.

    Raises `UsageError` for an engine that is unknown or not installed. hyperscan is never picked by itself: it pays
    off on large joined buffers only. An engine that was not asked for by `engine` is set up when it begins to pay.
    """
    usable = available_engines()
    name = engine or os.environ.get(_SETTING, "") or usable[0]
    if name not in usable:
        raise UsageError("matcher_engine", engine=name, usable="、".join(usable))
    return _BUILDERS[name](list(literals)) if engine else _Patient(list(literals), _BUILDERS[name])


class _Patient:
    """Look every piece of a text up, until as much has been searched as setting an engine up takes.

    A command that checks one note is done before that.
    """

    def __init__(self, literals: list[str], build: Callable[[list[str]], Matcher]) -> None:
        self._numbers = {literal: number for number, literal in enumerate(literals)}
        self._lengths = sorted(set(map(len, literals)))
        self._left = _PAYS * len(literals) if len(self._numbers) == len(literals) else -1  # a literal twice: two hits
        self._build = functools.partial(build, literals)
        self._engine: Matcher | None = None

    def find(self, text: str) -> list[Occurrence]:
        engine = self._engine_for(text)
        return engine.find(text) if engine is not None else self._looked_up(text)

    def occurrences(self, text: str) -> Iterable[Occurrence]:
        engine = self._engine_for(text)
        return engine.occurrences(text) if engine is not None else self._looked_up(text)

    def _engine_for(self, text: str) -> Matcher | None:
        """Return the engine, once it pays."""
        if self._engine is None:
            self._left -= len(text) * len(self._lengths)
            if self._left < 0:
                self._engine = self._build()
        return self._engine

    def _looked_up(self, text: str) -> list[Occurrence]:
        found: list[Occurrence] = []
        numbers, size = self._numbers, len(text)
        for start in range(size):
            for length in self._lengths:
                end = start + length
                if end > size:
                    break
                number = numbers.get(text[start:end])
                if number is not None:
                    found.append((number, start, end))
        return found


class _AhoCorasick:
    def __init__(self, literals: list[str]) -> None:
        self._automaton: Any = ahocorasick_rs.AhoCorasick(literals) if literals else None

    def find(self, text: str) -> list[Occurrence]:
        return _sorted(self.occurrences(text))

    def occurrences(self, text: str) -> Iterable[Occurrence]:
        return self._automaton.find_matches_as_indexes(text, overlapping=True) if self._automaton else ()


class _Daachorse:
    def __init__(self, literals: list[str]) -> None:
        import daachorse

        self._automaton: Any = daachorse.CharwiseDoubleArrayAhoCorasick(literals) if literals else None

    def find(self, text: str) -> list[Occurrence]:
        return [(number, start, end) for start, end, number in sorted(self._overlapping(text))]

    def occurrences(self, text: str) -> Iterable[Occurrence]:
        return ((number, start, end) for start, end, number in self._overlapping(text))

    def _overlapping(self, text: str) -> list[Occurrence]:
        return self._automaton.find_overlapping(text) if self._automaton is not None else []


class _Hyperscan:
    """Wrap Hyperscan (Vectorscan), which reports ends in UTF-8 bytes: starts follow from the literal's length."""

    def __init__(self, literals: list[str]) -> None:
        import hyperscan

        self._lengths = [len(literal) for literal in literals]
        self._database: Any = None
        if literals:
            self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
            encoded = [literal.encode() for literal in literals]
            plain = not any(b"\0" in literal for literal in encoded)  # its literals end where a C string ends
            self._database.compile(
                expressions=encoded if plain else [b"".join(b"\\x%02x" % byte for byte in lit) for lit in encoded],
                ids=list(range(len(literals))),
                literal=plain,
            )

    def find(self, text: str) -> list[Occurrence]:
        return _sorted(self.occurrences(text))

    def occurrences(self, text: str) -> Iterable[Occurrence]:
        if self._database is None:
            return ()
        found: list[tuple[int, int]] = []
        encoded = text.encode("utf-8", "replace")
        self._database.scan(
            encoded, match_event_handler=lambda number, _from, to, _flags, _ctx: found.append((number, to))
        )
        ends = _code_points(encoded, sorted({to for _, to in found}))
        return ((number, ends[to] - self._lengths[number], ends[to]) for number, to in found)


def _code_points(encoded: bytes, offsets: Sequence[int]) -> dict[int, int]:
    """Translate ascending byte offsets into code-point offsets."""
    places: dict[int, int] = {}
    count, position = 0, 0
    for offset in offsets:
        count += len(encoded[position:offset].decode("utf-8", "replace"))
        position = offset
        places[offset] = count
    return places


def _sorted(found: Iterable[Occurrence]) -> list[Occurrence]:
    return sorted(found, key=_place)


def _place(occurrence: Occurrence) -> Occurrence:
    return occurrence[1], occurrence[2], occurrence[0]


_BUILDERS: Final[Mapping[str, Callable[[list[str]], Matcher]]] = {
    "daachorse": _Daachorse,
    "ahocorasick": _AhoCorasick,
    "hyperscan": _Hyperscan,
}
