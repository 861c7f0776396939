"""Which stored notes a changed lexical rule could say anything about: those whose planes hold its words at all.

Owns a search that may find too many and never too few: a note it leaves out cannot get a finding from these rules.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any

import numpy as np
import re2

from agent.guardrails import Packs, Rule
from agent.guardrails.literals import required_literals
from agent.guardrails.matchers import Matcher, build_matcher
from agent.guardrails.normalize import fold

__all__ = ["Planes", "Sieve"]

_BY_LINE = "(?m)"
_PATTERN = "re:"


@dataclass(frozen=True)
class Planes:
    """Hold one plane of a batch of notes as one text."""

    text: str
    lengths: tuple[int, ...]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Planes:
        """Join the texts of a batch."""
        return cls("".join(texts), tuple(map(len, texts)))

    @classmethod
    def unpack(cls, text: bytes, lengths: bytes) -> Planes:
        """Read what `pack` wrote."""
        return cls(text.decode(), tuple(np.frombuffer(lengths, dtype="<u4").tolist()))

    def pack(self) -> tuple[bytes, bytes]:
        """Return text and lengths as bytes."""
        return self.text.encode(), np.array(self.lengths, dtype="<u4").tobytes()

    @cached_property
    def starts(self) -> list[int]:
        """Return where each note begins."""
        return list(accumulate(self.lengths, initial=0))[:-1]

    @cached_property
    def texts(self) -> list[str]:
        """Return the text of each note."""
        return [self._text(number) for number in range(len(self.lengths))]

    def holding(self, matcher: Matcher) -> set[int]:
        """Return the notes that hold a literal; one that lies across two notes counts for the first."""
        return {bisect_right(self.starts, start) - 1 for _, start, _ in matcher.find(self.text)} if self.text else set()

    def matching(self, pattern: Any, among: Iterable[int] | None = None) -> set[int]:
        """Return the notes, all or among some, that a pattern matches."""
        numbers = range(len(self.lengths)) if among is None else among
        return {number for number in numbers if self.lengths[number] and pattern.search(self._text(number))}

    def _text(self, number: int) -> str:
        return self.text[self.starts[number] : self.starts[number] + self.lengths[number]]


@dataclass(frozen=True)
class _Pattern:
    """Hold a pattern, and the literals of which a text it matches holds at least one, where there are such."""

    pattern: Any
    literals: Matcher | None

    def find(self, plane: Planes) -> set[int]:
        return plane.matching(self.pattern, plane.holding(self.literals) if self.literals is not None else None)


@dataclass(frozen=True)
class _Group:
    matcher: Matcher | None
    patterns: tuple[_Pattern, ...]

    def find(self, planes: Iterable[Planes]) -> set[int]:
        found: set[int] = set()
        for plane in planes:
            if self.matcher is not None:
                found |= plane.holding(self.matcher)
            for pattern in self.patterns:
                found |= pattern.find(plane)
        return found


class Sieve:
    """Look for what some lexical rules need."""

    def __init__(self, packs: Packs, rule_ids: Iterable[str]) -> None:
        self._packs = packs
        wanted = frozenset(rule_ids)
        self._rules = [tuple(map(self._group, _needs(packs[rule_id].rule))) for rule_id in wanted]
        self._choosy = any(packs.rules[place].rule.id in wanted for place in packs.choosy)

    def candidates(self, planes: Sequence[Planes]) -> set[int]:
        """Return the numbers, within the batch, of the notes these rules must look at."""
        found: set[int] = set()
        if self._choosy:  # what such a rule reads of a disguised note stands on no stored plane
            found |= {number for plane in planes[1:] for number, length in enumerate(plane.lengths) if length}
        for groups in self._rules:
            sets = [group.find(planes) for group in groups]
            found |= set.intersection(*sets) if sets else set()
        return found

    def _group(self, entries: Sequence[str]) -> _Group:
        terms = self._packs.lists.expand(entry for entry in entries if not entry.startswith(_PATTERN))
        literals = list(dict.fromkeys(filter(None, map(fold, terms))))
        patterns = (entry.removeprefix(_PATTERN) for entry in entries if entry.startswith(_PATTERN))
        return _Group(build_matcher(literals) if literals else None, tuple(map(_compile, patterns)))


def _compile(pattern: str) -> _Pattern:
    options = re2.Options()
    options.log_errors = False
    clauses = required_literals(pattern)
    literals = build_matcher(sorted(clauses[0])) if clauses else None
    return _Pattern(re2.compile(_BY_LINE + pattern, options), literals)


def _needs(rule: Rule) -> Sequence[Sequence[str]]:
    """Return the groups of words a rule needs one each of."""
    if rule.kind == "combine":
        return rule.match.groups
    patterns = tuple(_PATTERN + pattern for pattern in rule.match.patterns)
    return ((*rule.match.terms, *patterns),)
