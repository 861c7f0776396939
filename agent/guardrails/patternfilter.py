"""Which patterns may match a text, from where their literals stand in it.

A pattern needs one literal of each of its clauses, and all of them within its reach. Places are bits: a text is cut
into sentences, into lines, and into windows that overlap by half; a clause has the bits of the pieces in which one of
its literals begins. What the literals of a match span lies in one piece whole, so a pattern none of whose pieces has
every clause cannot match. Bits are counted modulo 64: a long text lets more patterns through, never fewer.
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
    sizes, pieces, in_line: of each pattern the number of its clauses, the kind of piece they share, and whether a match
    keeps to one line.
    """

    literals: tuple[str, ...] = ()
    owners: tuple[int, ...] = ()
    clauses: tuple[int, ...] = ()
    sizes: tuple[int, ...] = ()
    pieces: tuple[int, ...] = ()
    in_line: tuple[bool, ...] = ()


def tabulate(needs: Sequence[Need]) -> FilterTable:
    """Return what patterns need, by their numbers, as a table."""
    clauses: dict[str, list[int]] = defaultdict(list)
    every = (clause for need in needs for clause in need.clauses)
    for number, clause in enumerate(every):
        for literal in sorted(clause):
            clauses[literal].append(number)
    return FilterTable(
        literals=tuple(clauses),
        owners=tuple(map(len, clauses.values())),
        clauses=tuple(itertools.chain.from_iterable(clauses.values())),
        sizes=tuple(len(need.clauses) for need in needs),
        pieces=tuple(_piece_of(need.reach) for need in needs),
        in_line=tuple(need.in_line for need in needs),
    )


class PatternFilter:
    """Tell which patterns may match; the table says what each cannot match without, by its number."""

    def __init__(self, table: FilterTable) -> None:
        self.literals, self.in_line = table.literals, table.in_line
        sizes = np.array(table.sizes, dtype=np.int64)
        self._bare = frozenset(np.flatnonzero(sizes == 0).tolist())
        self._owners = np.flatnonzero(sizes)
        self._ends = np.cumsum(sizes)
        self._firsts = (self._ends - sizes)[self._owners]
        self._piece = np.repeat(np.array(table.pieces, dtype=np.int64), sizes)
        self._clauses = np.array(table.clauses, dtype=np.int64)
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
        seen, pieces = _pieces(literals, np.concatenate([places, np.array(starts, dtype=np.int64)]), codes)
        counts = self._counts[seen]
        ends = np.cumsum(counts)
        rows = np.repeat(self._begins[seen] - ends + counts, counts) + np.arange(ends[-1])
        clauses = self._clauses[rows]
        owners = np.repeat(np.arange(len(seen)), counts)
        met = self._met(clauses, pieces[owners, self._piece[clauses]])
        possible = np.bitwise_and.reduceat(met, self._firsts)
        return Possible(
            self._bare.union(self._owners[possible != 0].tolist()),
            lambda: self._met(clauses, pieces[owners, _LINE]),
            self._ends,
        )

    def _met(self, clauses: NDArray[np.int64], bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """Return the bits of the pieces in which each clause is met."""
        met = np.zeros(len(self._piece), dtype=np.uint64)
        np.bitwise_or.at(met, clauses, bits)
        return met


@dataclass(frozen=True)
class Possible:
    """Hold which patterns may match a text, and in which of its lines their clauses are met."""

    patterns: frozenset[int] = frozenset()
    _find_lines: Callable[[], NDArray[np.uint64]] | None = None
    _ends: NDArray[np.int64] | None = None

    def lines(self, number: int) -> int:
        """Return the bits, modulo 64, of the lines in which a pattern that keeps to a line may match."""
        if self._lines is None or self._ends is None:
            return EVERY_LINE
        first = int(self._ends[number - 1]) if number else 0
        return int(np.bitwise_and.reduce(self._lines[first : self._ends[number]], initial=_ALL))

    @functools.cached_property
    def _lines(self) -> NDArray[np.uint64] | None:
        return self._find_lines() if self._find_lines else None


def _piece_of(reach: Reach) -> int:
    """Return the number of the narrowest kind of piece in which all literals of a match lie."""
    if isinstance(reach, str):
        return len(_STEPS) + _UNITS.index(reach)
    return next((i for i, step in enumerate(_STEPS) if 0 < reach <= 1 << step), _ANYWHERE)


def _pieces(
    literals: NDArray[np.int64], starts: NDArray[np.int64], codes: NDArray[np.uint32]
) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Return each literal once, and for every kind of piece the bits of those in which it begins."""
    order = np.argsort(literals, kind="stable")
    ordered, begins = literals[order], starts[order]
    firsts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    bits = np.full((len(firsts), _ANYWHERE + 1), _ALL)
    for i, step in enumerate(_STEPS):
        bits[:, i] = np.bitwise_or.reduceat(_PAIRS[(begins >> step) & (_BITS - 1)], firsts)
    for i, ends in enumerate(_ends(), len(_STEPS)):
        bits[:, i] = np.bitwise_or.reduceat(_BIT[np.cumsum(ends[codes])[begins] & (_BITS - 1)], firsts)
    return ordered[firsts], bits


@functools.cache
def _ends() -> tuple[NDArray[np.bool_], ...]:
    """Tell for each unit which code points end it."""
    found = []
    for ends in UNITS.values():
        table = np.zeros(0x110000, dtype=bool)
        table[[ord(char) for char in ends]] = True
        found.append(table)
    return tuple(found)
