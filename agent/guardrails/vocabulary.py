"""All terms of all rules in one automaton, all patterns behind one filter.

Owns interning and scanning of the norm plane. A term written in a rule is normalised by the same table as the text, so
穩賺 in a rule equals 稳赚. Disguised spellings are not looked for here: `agent.guardrails.disguises` restores them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import re2

from agent.guardrails.disguises import latin_border
from agent.guardrails.document import Document, Hit
from agent.guardrails.literals import Clause, ClauseFilter, pattern_key, required_literals
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
    """Intern terms and patterns, then scan documents. `seal` builds the automaton once.

    known: clauses by `pattern_key` of patterns that are known to compile; any other is read and compiled when added.
    """

    known: Mapping[str, tuple[Clause, ...]] = field(default_factory=dict)
    _ids: dict[str, int] = field(default_factory=dict)
    _terms: list[str] = field(default_factory=list)
    _disguisable: dict[str, None] = field(default_factory=dict)
    _matcher: Matcher | None = None
    _pattern_ids: dict[str, int] = field(default_factory=dict)
    _sources: list[str] = field(default_factory=list)
    _patterns: dict[int, Any] = field(default_factory=dict)
    _clauses: list[tuple[Clause, ...]] = field(default_factory=list)
    _filter: ClauseFilter = field(default_factory=lambda: ClauseFilter(()))
    _texts: list[tuple[int, str]] = field(default_factory=list)  # what the automaton finds: term (-1: none), text

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

    def add_pattern(self, pattern: str) -> int:
        """Return the id of an RE2 pattern; raise `re2.error` when it is broken."""
        number = self._pattern_ids.get(pattern)
        if number is None:
            number = len(self._sources)
            clauses = self.known.get(pattern_key(pattern)) if self.known else None
            if clauses is None:
                self._patterns[number] = re2.compile(_BY_LINE + pattern, _OPTIONS)
                clauses = required_literals(pattern)
            self._sources.append(pattern)
            self._pattern_ids[pattern] = number
            self._clauses.append(clauses)
        return number

    @property
    def patterns(self) -> tuple[str, ...]:
        """Return every pattern, in the order of its id."""
        return tuple(self._sources)

    def find(self, number: int, text: str) -> Iterator[tuple[int, int]]:
        """Yield the non-empty spans of one pattern in a norm text."""
        pattern = self._patterns.get(number)
        if pattern is None:
            pattern = self._patterns[number] = re2.compile(_BY_LINE + self._sources[number], _OPTIONS)
        return (match.span() for match in pattern.finditer(text) if match.end() > match.start())

    def seal(self) -> None:
        """Build the automaton over terms and literals; call once after the last `add`."""
        self._filter = ClauseFilter(self._clauses)
        texts = dict.fromkeys([*self._terms, *(literal for literal in self._filter.literals if len(literal) > 1)])
        self._texts = [(self._ids.get(text, -1), text) for text in texts]
        self._matcher = build_matcher(list(texts))

    def scan(self, document: Document) -> Scan:
        """Return every hit by term id, in text order, and the patterns whose literals occur."""
        scan = Scan()
        norm = document.norm
        present: set[str] = set(norm)
        for number, start, end in self._matcher.find(norm) if self._matcher else ():
            term, text = self._texts[number]
            if term >= 0 and latin_border(norm, start, end):
                scan.hits[term].append(Hit(start, end, _disguise(document, start, end)))
            present.add(text)
        scan.patterns = self._filter.may_match(present)
        return scan


def _disguise(document: Document, start: int, end: int) -> tuple[str, ...]:
    kinds = document.disguise_of(start, end)
    return kinds or (("invisible",) if document.view.deleted_inside(start, end) else ())
