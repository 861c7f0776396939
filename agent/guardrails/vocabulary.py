"""All terms of all rules in one automaton, all patterns behind one filter.

Owns interning and scanning of the norm plane. A term written in a rule is normalised by the same table as the text, so
穩賺 in a rule equals 稳赚. Disguised spellings are not looked for here: `agent.guardrails.disguises` restores them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import re2

from agent.guardrails.disguises import latin_border
from agent.guardrails.document import Document, Hit
from agent.guardrails.matchers import Matcher, build_matcher
from agent.guardrails.normalize import fold

__all__ = ["Scan", "Vocabulary"]

_BY_LINE = "(?m)"
_OPTIONS = re2.Options()
_OPTIONS.log_errors = False


@dataclass
class Scan:
    """Hold the hits of one document by term id, and which patterns occur in it at all."""

    hits: dict[int, list[Hit]] = field(default_factory=lambda: defaultdict(list))
    patterns: frozenset[int] = frozenset()


@dataclass
class Vocabulary:
    """Intern terms, then scan documents. `seal` builds the automata once."""

    _ids: dict[str, int] = field(default_factory=dict)
    _terms: list[str] = field(default_factory=list)
    _disguisable: dict[str, None] = field(default_factory=dict)
    _matcher: Matcher | None = None
    _pattern_ids: dict[str, int] = field(default_factory=dict)
    _patterns: list[Any] = field(default_factory=list)
    _in_set: list[int] = field(default_factory=list)
    _rare: frozenset[int] = frozenset()
    _filter: Any = field(default_factory=re2.Filter)

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
    def disguisable(self) -> tuple[str, ...]:
        """Return the terms, on the norm plane, that people disguise."""
        return tuple(self._disguisable)

    def add_pattern(self, pattern: str, *, rare: bool = False) -> int:
        """Return the id of an RE2 pattern; raise `re2.error` when it is broken.

        A `rare` one (long mandatory wording) stays out of the set: its rule runs it only when it is triggered.
        """
        number = self._pattern_ids.get(pattern)
        if number is None:
            number = len(self._patterns)
            self._patterns.append(self._compile(_BY_LINE + pattern, rare=rare))
            self._pattern_ids[pattern] = number
            if not rare:
                self._in_set.append(number)
        return number

    def find(self, number: int, text: str) -> Iterator[tuple[int, int]]:
        """Yield the non-empty spans of one pattern in a norm text."""
        return (match.span() for match in self._patterns[number].finditer(text) if match.end() > match.start())

    def seal(self) -> None:
        """Build the automata and the pattern filter; call once after the last `add`."""
        self._matcher = build_matcher(self._terms)
        self._rare = frozenset(range(len(self._patterns))) - frozenset(self._in_set)
        if self._in_set:
            self._filter.Compile()

    def scan(self, document: Document) -> Scan:
        """Return every hit by term id, in text order."""
        scan = Scan(patterns=self._screen(document.norm))
        if self._matcher is None:
            return scan
        for number, start, end in self._matcher.find(document.norm):
            if latin_border(document.norm, start, end):
                scan.hits[number].append(Hit(start, end, _disguise(document, start, end)))
        return scan

    def _compile(self, pattern: str, *, rare: bool) -> Any:
        """Compile a pattern once: the filter owns those it screens, and a broken one is compiled alone to say why."""
        if rare:
            return re2.compile(pattern, _OPTIONS)
        try:
            return self._filter.re(self._filter.Add(pattern, _OPTIONS))
        except re2.error:
            return re2.compile(pattern, _OPTIONS)

    def _screen(self, norm: str) -> frozenset[int]:
        """Return the patterns whose required literals occur; rare ones are always worth a look.

        Measured: RE2's `Set` over gapped Chinese patterns thrashes its DFA (8 ms a note); literals first cost 0.02 ms.
        """
        seen = (self._filter.Match(norm, True) or ()) if self._in_set else ()
        return self._rare.union(self._in_set[index] for index in seen)


def _disguise(document: Document, start: int, end: int) -> tuple[str, ...]:
    kinds = document.disguise_of(start, end)
    return kinds or (("invisible",) if document.view.deleted_inside(start, end) else ())
