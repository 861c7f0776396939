"""All terms of all rules in one automaton, all patterns behind one filter.

Owns interning and scanning of the norm plane. A term written in a rule is normalised by the same table as the text, so
穩賺 in a rule equals 稳赚. Disguised spellings are not looked for here: `agent.guardrails.disguises` restores them.
"""

from __future__ import annotations

import operator
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import re2

from agent.guardrails.document import Document, Hit
from agent.guardrails.literals import Need, need_of
from agent.guardrails.matchers import Matcher, build_matcher
from agent.guardrails.normalize import fold
from agent.guardrails.partings import latin_border
from agent.guardrails.patternfilter import EVERY_LINE, FilterTable, PatternFilter, Possible, tabulate

__all__ = ["BY_LINE", "Scan", "Vocabulary", "sign_of"]

BY_LINE = "(?m)"  # stands before every pattern
_LONG: Final = 4096  # bytes; a shorter text is searched as a whole before it is known which of its lines to search
_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
# What counts up to hundreds has states of tens of kilobytes: out of memory for them, RE2 takes a hundred times as long.
_ROOMY = re2.Options()
_ROOMY.log_errors = False
_ROOMY.max_mem = 4 * _OPTIONS.max_mem
_COUNTS: Final = re.compile(r",[0-9]{3,}\}")


sign_of: Final[Callable[[int], int]] = operator.invert
"""Return the number of a pattern among the ids of terms, none of which is negative."""


@dataclass
class Scan:
    """Hold the hits of one document by term id, and which patterns occur in it at all."""

    hits: dict[int, list[Hit]] = field(default_factory=lambda: defaultdict(list))
    possible: Possible = field(default_factory=Possible)
    spans: dict[int, list[tuple[int, int]]] = field(default_factory=dict)  # of patterns, as far as somebody asked
    gathered: dict[int, list[Hit]] = field(default_factory=dict)  # of selectors, by their identity

    @property
    def patterns(self) -> frozenset[int]:
        """Return the patterns that may match."""
        return self.possible.patterns

    @cached_property
    def signs(self) -> frozenset[int]:
        """Return what occurs in one set: terms by their ids, patterns that may match as `sign_of` has them."""
        return frozenset(self.hits).union(map(sign_of, self.patterns))


@dataclass(repr=False)
class Vocabulary:
    """Intern terms and patterns, then scan documents. `seal` builds the automaton once.

    known: what a pattern needs that is known to compile; any other is read and compiled when added.
    """

    known: Callable[[str], Need | None] | None = None
    _ids: dict[str, int] = field(default_factory=dict)
    _terms: list[str] = field(default_factory=list)
    _disguisable: dict[str, None] = field(default_factory=dict)
    _matcher: Matcher | None = None
    _pattern_ids: dict[str, int] = field(default_factory=dict)
    _sources: list[str] = field(default_factory=list)
    _patterns: dict[int, Any] = field(default_factory=dict)
    _needs: list[Need] = field(default_factory=list)
    table: FilterTable = field(init=False)
    _filter: PatternFilter = field(init=False)
    # what the automaton finds, the terms first: the literal each is (-1: none), and of terms whether neighbours matter
    _literals: list[int] = field(default_factory=list)
    _edged: list[bool] = field(default_factory=list)

    @classmethod
    def restored(
        cls, terms: Sequence[str], disguisable: Sequence[str], patterns: Sequence[str], table: FilterTable
    ) -> Vocabulary:
        """Return a sealed vocabulary of what another one held; its terms are on the norm plane already."""
        vocabulary = cls(_terms=list(terms), _disguisable=dict.fromkeys(disguisable), _sources=list(patterns))
        vocabulary.seal(table)
        return vocabulary

    def add(self, term: str, *, disguise: bool = False) -> int:
        """Return the id of a term; `disguise` has it looked for behind disguises too."""
        text = fold(term)
        number = self._ids.setdefault(text, len(self._terms))
        if number == len(self._terms):
            self._terms.append(text)
        if disguise:
            self._disguisable[text] = None
        return number

    @property
    def terms(self) -> tuple[str, ...]:
        """Return every term on the norm plane, in the order of its id."""
        return tuple(self._terms)

    @property
    def disguisable(self) -> tuple[str, ...]:
        """Return the terms, on the norm plane, that people disguise."""
        return tuple(self._disguisable)

    def add_pattern(self, pattern: str) -> int:
        """Return the id of an RE2 pattern; raise `re2.error` when it is broken."""
        number = self._pattern_ids.get(pattern)
        if number is None:
            number = len(self._sources)
            need = self.known(pattern) if self.known else None
            if need is None:
                self._patterns[number] = _compiled(pattern)
                need = need_of(pattern)
            self._sources.append(pattern)
            self._pattern_ids[pattern] = number
            self._needs.append(need)
        return number

    @property
    def patterns(self) -> tuple[str, ...]:
        """Return every pattern, in the order of its id."""
        return tuple(self._sources)

    def find(self, number: int, document: Document, scan: Scan | None = None) -> list[tuple[int, int]]:
        """Return the non-empty spans of one pattern on the norm plane; a scan tells which lines are worth a look."""
        pattern = self._patterns.get(number)
        if pattern is None:
            pattern = self._patterns[number] = _compiled(self._sources[number])
        encoded = document.encoded
        spans: list[tuple[int, int]] = []
        by_line = scan is not None and self.table.in_line[number] and len(encoded) > _LONG
        lines = scan.possible.lines(number) if scan is not None and by_line else EVERY_LINE
        for first, last, position in document.stretches(lines):
            for match in pattern.finditer(encoded, first, last):
                start, end = match.span()
                if end > start:
                    begin = position + len(encoded[first:start].decode())
                    spans.append((begin, begin + len(encoded[start:end].decode())))
        return spans

    def seal(self, table: FilterTable | None = None) -> None:
        """Build the automaton over terms and literals; call once after the last `add`.

        table: what the patterns need, where it has been tabulated before.
        """
        self.table = table or tabulate(self._needs)
        self._filter = PatternFilter(self.table)
        literals = {text: number for number, text in enumerate(self.table.literals) if len(text) > 1}
        self._literals = [literals.pop(text, -1) for text in self._terms]
        self._literals += literals.values()
        self._edged = [_has_latin_edge(text) for text in self._terms]
        self._matcher = build_matcher([*self._terms, *literals])

    def scan(self, document: Document) -> Scan:
        """Return every hit by term id, in text order, and the patterns whose literals occur near one another."""
        scan = Scan()
        norm, literals, terms = document.norm, self._literals, len(self._edged)
        numbers: list[int] = []
        starts: list[int] = []
        for number, start, end in self._matcher.occurrences(norm) if self._matcher else ():
            literal = literals[number]
            if literal >= 0:
                numbers.append(literal)
                starts.append(start)
            if number < terms and (not self._edged[number] or latin_border(norm, start, end)):
                scan.hits[number].append(Hit(start, end, _disguise(document, start, end)))
        scan.possible = self._filter.may_match(document.view.codes, numbers, starts)
        return scan


def _compiled(pattern: str) -> Any:
    return re2.compile(BY_LINE + pattern, _ROOMY if _COUNTS.search(pattern) else _OPTIONS)


def _has_latin_edge(text: str) -> bool:
    """Tell whether what stands next to a text may decide whether it counts; see `latin_border`."""
    return bool(text) and (text[0].isascii() or text[-1].isascii() or text[0].isdigit())


def _disguise(document: Document, start: int, end: int) -> tuple[str, ...]:
    kinds = document.disguise_of(start, end)
    return kinds or (("invisible",) if document.view.deleted_inside(start, end) else ())
