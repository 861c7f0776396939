"""All terms of all rules in one automaton a plane.

Owns interning, scanning and the verdict on a disguised candidate (gap, runs, Latin borders). A term written in a
rule is normalised by the same table as the text, so 穩賺 in a rule equals 稳赚.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import ahocorasick_rs
import re2

from agent.guardrails.document import Document, Hit
from agent.guardrails.normalize import LETTERS, fold, skeleton_of

__all__ = ["Scan", "Vocabulary"]

_NATURAL = re.compile(r"[\s,、:…—“”‘’\"'「」『』《》()【】\[\]<>|]")
_LETTER = re2.compile(f"[{LETTERS}]")  # re needs 4 ms for these ranges
_MAX_STRETCH = 6
_MIN_SKELETON = 2
_ASCII_LETTER = re.compile("[a-z]")
_ASCII_DIGIT = re.compile("[0-9]")

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
    _skeletons: dict[str, list[tuple[int, list[int]]]] = field(default_factory=lambda: defaultdict(list))
    _with_skeleton: set[int] = field(default_factory=set)
    _norm: ahocorasick_rs.AhoCorasick | None = None
    _skeleton: ahocorasick_rs.AhoCorasick | None = None
    _skeleton_terms: list[str] = field(default_factory=list)
    _pattern_ids: dict[str, int] = field(default_factory=dict)
    _patterns: list[Any] = field(default_factory=list)
    _in_set: list[int] = field(default_factory=list)
    _rare: frozenset[int] = frozenset()
    _filter: Any = field(default_factory=re2.Filter)

    def add(self, term: str, *, disguise: bool = False) -> int:
        """Return the id of a term; `disguise` puts it on the skeleton plane too."""
        text = fold(term)
        number = self._ids.setdefault(text, len(self._terms))
        if number == len(self._terms):
            self._terms.append(text)
        if disguise and number not in self._with_skeleton:
            self._with_skeleton.add(number)
            skeleton, runs = skeleton_of(text)
            if len(skeleton) >= _MIN_SKELETON and not set(skeleton) & set("。!?;"):
                self._skeletons[skeleton].append((number, runs))
        return number

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
        self._norm = ahocorasick_rs.AhoCorasick(self._terms) if self._terms else None
        self._skeleton_terms = list(self._skeletons)
        self._skeleton = ahocorasick_rs.AhoCorasick(self._skeleton_terms) if self._skeletons else None

        self._rare = frozenset(range(len(self._patterns))) - frozenset(self._in_set)
        if self._in_set:
            self._filter.Compile()

    def scan(self, document: Document) -> Scan:
        """Return every verified hit by term id, in text order, plain hits before disguised ones of the same span."""
        scan = Scan(patterns=self._screen(document.norm))
        found = scan.hits
        if self._norm is not None:
            for number, start, end in self._norm.find_matches_as_indexes(document.norm, overlapping=True):
                if _latin_border(document.norm, start, end):
                    found[number].append(Hit(start, end, _spelling(document, start, end)))
        if self._skeleton is not None:
            self._scan_skeleton(document, found)
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

    def _scan_skeleton(self, document: Document, found: dict[int, list[Hit]]) -> None:
        assert self._skeleton is not None
        view = document.view
        for number, start, end in self._skeleton.find_matches_as_indexes(view.skeleton, overlapping=True):
            for term, runs in self._skeletons[self._skeleton_terms[number]]:
                if any(int(view.runs[start + i]) < run for i, run in enumerate(runs)):
                    continue
                span = view.norm_span(start, end)
                if any(hit.start <= span[0] and span[1] <= hit.end for hit in found.get(term, ())):
                    continue
                disguise = _verify(document, span, self._terms[term], end - start)
                if disguise:
                    found[term].append(Hit(*span, disguise))


def _latin_border(norm: str, start: int, end: int) -> bool:
    """Refuse a Latin term inside a longer Latin word, and a number inside a longer number."""
    for inner, outer in ((start, start - 1), (end - 1, end)):
        if not 0 <= outer < len(norm):
            continue
        for shape in (_ASCII_LETTER, _ASCII_DIGIT):
            if shape.match(norm[inner]) and shape.match(norm[outer]):
                return False
    return not (norm[start].isdigit() and start > 1 and norm[start - 1] == "." and norm[start - 2].isdigit())


def _spelling(document: Document, start: int, end: int) -> tuple[str, ...]:
    return ("invisible",) if document.view.deleted_inside(start, end) else ()


def _verify(document: Document, span: tuple[int, int], term: str, length: int) -> tuple[str, ...]:
    """Name the disguise of a skeleton hit, or return nothing when it is an accident of neighbouring words."""
    text = document.norm[span[0] : span[1]]
    if len(text) > _MAX_STRETCH * length or not _latin_border(document.norm, *span):
        return ()
    noise = _LETTER.sub("", text)
    kinds = []
    if noise:
        if _accident(document.norm, span, text, noise, length):
            return ()
        kinds.append("split")
    if len(text) - len(noise) > len(term):
        kinds.append("repeat")
    kinds.extend(_spelling(document, *span))
    return tuple(kinds) or ("split",)


def _accident(norm: str, span: tuple[int, int], text: str, noise: str, length: int) -> bool:
    """Tell two neighbouring words from a split term.

    Ordinary punctuation, spaces and emoji end words everywhere in notes, so a two-character term that they part
    counts only when it stands alone; a line break must leave a whole line inside the hit.
    """
    if "\n" in text and not _line_inside(norm, span):
        return True
    if length > 2:
        return False
    if not _NATURAL.search(noise):
        return False
    before = norm[span[0] - 1] if span[0] else " "
    after = norm[span[1]] if span[1] < len(norm) else " "
    return "\u3400" <= before <= "\u9fff" or "\u3400" <= after <= "\u9fff"


def _line_inside(norm: str, span: tuple[int, int]) -> bool:
    begin = norm.rfind("\n", 0, span[0]) + 1
    stop = norm.find("\n", span[1])
    lines = norm[begin : stop if stop >= 0 else len(norm)].split("\n")
    whole_first = begin == span[0]
    whole_last = span[1] == (stop if stop >= 0 else len(norm))
    return len(lines) > 2 or whole_first or whole_last
