"""Which patterns may match a text, from where their literals stand in it.

A pattern matches in one of its ways, and each of those needs one literal of each of its clauses, and all of them within
its reach. Most ways lack a clause in the whole text; only of the others it is asked where. Places are bits: a text is
cut into sentences, into lines, and into windows that overlap by half; a clause has the bits of the pieces in which one
of its literals begins. What the literals of a match span lies in one piece whole, so a way none of whose pieces has
every clause cannot be taken. Bits are counted modulo 64: a long text lets more patterns through, never fewer.
"""

from __future__ import annotations

import functools
import itertools
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from agent.guardrails.literals import UNITS, Need, Reach

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["EVERY_LINE", "FilterTable", "PatternFilter", "Possible", "tabulate"]

_STEPS: Final = (3, 4, 6)  # windows begin every 8, 16 or 64 characters and are twice as wide
_SHIFTS: Final = np.array(_STEPS, dtype=np.int64)[:, np.newaxis]
_UNITS: Final = tuple(UNITS)
_ANYWHERE: Final = len(_STEPS) + len(_UNITS)
_LINE: Final = len(_STEPS) + _UNITS.index("line")
EVERY_LINE: Final = 2**64 - 1
_BITS: Final = 64
_ALL: Final = np.uint64(EVERY_LINE)
_PAIRS: Final = np.array([(1 << i) | (1 << (i - 1) % _BITS) for i in range(_BITS)], dtype=np.uint64)
_BIT: Final = np.array([1 << i for i in range(_BITS)], dtype=np.uint64)


class FilterTable(NamedTuple):
    """Hold what patterns need, in flat rows.

    literals: every one once; owners: in how many clauses each stands; clauses: their numbers, literal by literal.
    sizes, pieces: of each way the number of its clauses, and the kind of piece they share. ways, in_line: of each
    pattern the number of its ways, and whether a match keeps to one line.
    """

    literals: tuple[str, ...] = ()
    owners: tuple[int, ...] = ()
    clauses: tuple[int, ...] = ()
    sizes: tuple[int, ...] = ()
    pieces: tuple[int, ...] = ()
    ways: tuple[int, ...] = ()
    in_line: tuple[bool, ...] = ()


def tabulate(needs: Sequence[Need]) -> FilterTable:
    """Return what patterns need, by their numbers, as a table."""
    clauses: dict[str, list[int]] = defaultdict(list)
    ways = [way for need in needs for way in need.ways]
    for number, clause in enumerate(clause for way in ways for clause in way.clauses):
        for literal in sorted(clause):
            clauses[literal].append(number)
    return FilterTable(
        literals=tuple(clauses),
        owners=tuple(map(len, clauses.values())),
        clauses=tuple(itertools.chain.from_iterable(clauses.values())),
        sizes=tuple(len(way.clauses) for way in ways),
        pieces=tuple(_piece_of(way.reach) for way in ways),
        ways=tuple(len(need.ways) for need in needs),
        in_line=tuple(need.in_line for need in needs),
    )


class PatternFilter:
    """Tell which patterns may match; the table says what each cannot match without, by its number.

    Clauses stand in rows, the first of every way, the second of every way and so on, and what a way lacks is met; a
    slot is a place in that table.
    """

    def __init__(self, table: FilterTable) -> None:
        self.literals, self.in_line = table.literals, table.in_line
        ways, sizes = np.array(table.ways, dtype=np.int64), np.array(table.sizes, dtype=np.int64)
        self._bare = frozenset(np.flatnonzero(ways == 0).tolist())
        self._patterns = np.repeat(np.arange(len(ways)), ways)
        self._pieces = np.array(table.pieces, dtype=np.int64)
        clauses = np.array(table.clauses, dtype=np.int64)
        ordinals = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        self._slots = (ordinals * len(sizes) + np.repeat(np.arange(len(sizes)), sizes)).astype(np.int32)[clauses]
        self._met = np.arange(sizes.max(initial=0))[:, np.newaxis] >= sizes
        self._counts = np.array(table.owners, dtype=np.int64)
        self._begins = np.cumsum(self._counts) - self._counts
        self._chars = np.zeros(0x110000, dtype=np.int32)
        for number, literal in enumerate(self.literals, 1):
            if len(literal) == 1:
                self._chars[ord(literal)] = number

    def may_match(self, codes: NDArray[np.uint32], numbers: Sequence[int], starts: Sequence[int]) -> Possible:
        """Return the patterns that may match a text.

        codes: its code points; numbers, starts: which longer literals begin where, by their place in `literals`.
        """
        single = self._chars[codes]
        places = np.flatnonzero(single)
        literals = np.concatenate([single[places] - 1, np.array(numbers, dtype=np.int64)])
        if not len(literals):
            return Possible(self._bare)
        order = np.argsort(literals)
        ordered = literals[order]
        firsts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
        slots, owners, whole = self._asked(ordered[firsts])
        begins = np.concatenate([places, np.array(starts, dtype=np.int64)])[order]
        bits = _pieces(begins, firsts, codes)
        met = self._places(slots, whole, bits[self._pieces[slots % len(whole)], owners])
        patterns = self._patterns[np.flatnonzero(whole)[met != 0]]
        return Possible(
            self._bare.union(patterns.tolist()),
            lambda: _by_pattern(patterns, self._places(slots, whole, bits[_LINE, owners])[met != 0]),
        )

    def _asked(self, seen: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.bool_]]:
        """Return which ways have each clause met by some literals, and what meets these: the slots and their owners.

        owners: which of the literals meets each slot; a slot stands there as often as it is met.
        """
        counts = self._counts[seen]
        ends = np.cumsum(counts)
        slots = self._slots[np.repeat(self._begins[seen] - ends + counts, counts) + np.arange(ends[-1])]
        met = self._met.copy()
        met.reshape(-1)[slots] = True
        whole: NDArray[np.bool_] = np.logical_and.reduce(met, axis=0)
        kept = np.flatnonzero(np.tile(whole, len(met))[slots])
        return slots[kept], np.searchsorted(ends, kept, side="right"), whole

    def _places(
        self, slots: NDArray[np.int32], whole: NDArray[np.bool_], bits: NDArray[np.uint64]
    ) -> NDArray[np.uint64]:
        """Return for each way that is whole the bits of the pieces in which all of its clauses are met."""
        met = np.where(np.compress(whole, self._met, axis=1), _ALL, np.uint64(0)).ravel()
        numbers = np.cumsum(whole) - 1
        count = len(met) // len(self._met)
        ordinals, ways = np.divmod(slots, len(whole))
        np.bitwise_or.at(met, ordinals * count + numbers[ways], bits)
        return np.asarray(np.bitwise_and.reduce(met.reshape(len(self._met), count), axis=0))


@dataclass(frozen=True)
class Possible:
    """Hold which patterns may match a text, and in which of its lines their clauses are met."""

    patterns: frozenset[int] = frozenset()
    _find_lines: Callable[[], dict[int, int]] | None = None

    def lines(self, number: int) -> int:
        """Return the bits, modulo 64, of the lines in which a pattern that keeps to a line may match."""
        return self._lines.get(number, EVERY_LINE)

    @functools.cached_property
    def _lines(self) -> dict[int, int]:
        return self._find_lines() if self._find_lines else {}


def _by_pattern(patterns: NDArray[np.int64], bits: NDArray[np.uint64]) -> dict[int, int]:
    """Return the bits of each pattern, those of all its ways together."""
    found: dict[int, int] = {}
    for pattern, own in zip(patterns.tolist(), bits.tolist(), strict=True):
        found[pattern] = found.get(pattern, 0) | own
    return found


def _piece_of(reach: Reach) -> int:
    """Return the number of the narrowest kind of piece in which all literals of a match lie."""
    if isinstance(reach, str):
        return len(_STEPS) + _UNITS.index(reach)
    return next((i for i, step in enumerate(_STEPS) if 0 < reach <= 1 << step), _ANYWHERE)


def _pieces(begins: NDArray[np.int64], firsts: NDArray[np.int64], codes: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """Return for every kind of piece the bits of those in which each literal begins.

    begins: where literals begin, those of one literal together; firsts: where each literal begins among them.
    """
    bits = np.empty((_ANYWHERE + 1, len(begins)), dtype=np.uint64)
    bits[: len(_STEPS)] = _PAIRS[(begins >> _SHIFTS) & (_BITS - 1)]
    for i, ends in enumerate(_ends(), len(_STEPS)):
        bits[i] = _BIT[np.cumsum(ends[codes])[begins] & (_BITS - 1)]
    bits[_ANYWHERE] = _ALL
    return np.asarray(np.bitwise_or.reduceat(bits, firsts, axis=1))


@functools.cache
def _ends() -> tuple[NDArray[np.bool_], ...]:
    """Tell for each unit which code points end it."""
    found = []
    for ends in UNITS.values():
        table = np.zeros(0x110000, dtype=bool)
        table[[ord(char) for char in ends]] = True
        found.append(table)
    return tuple(found)
