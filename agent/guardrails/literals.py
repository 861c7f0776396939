"""What a pattern cannot match without: literals, found by reading the pattern, so that most texts never meet it.

A requirement is a conjunction of clauses; each clause is a set of literals one of which every match contains. RE2's own
prefilter does the same, but looks for its atoms with an automaton that thrashes over thousands of Chinese literals
(9 ms a note with 120 rules); ours come from the one pass over the text that finds all terms.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from re import _constants as op  # type: ignore[attr-defined]  # the parse tree has no public home
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Final

import numpy as np

__all__ = ["Clause", "ClauseFilter", "known_clauses", "pattern_key", "required_literals", "write_known"]

Clause = frozenset[str]
_TABLE: Final = Path(str(files("agent.guardrails").joinpath("data/patterns.json")))
_CLAUSES: Final = 4
_ENOUGH: Final = 2  # characters; more say little more
_MOST: Final = 24  # literals a clause
_CODE: Final = re.compile(r"\\x\{([0-9a-fA-F]+)\}")
_PROPERTY: Final = re.compile(r"\\[pP]\{[^}]+\}")
_WIDEST: Final = 12  # characters of a class that are still spelled out
_LONGEST: Final = 8

Exact = tuple[str, ...]  # every text that a node can match, when those are few


def required_literals(pattern: str) -> tuple[Clause, ...]:
    """Return the clauses of a pattern, the most telling one first; none when nothing is certain."""
    try:
        tree = parser.parse(_PROPERTY.sub(r"\\w", _CODE.sub(lambda code: chr(int(code[1], 16)), pattern)))
    except (re.error, OverflowError, RecursionError):
        return ()
    clauses = {_shortest(clause) for clause in _sequence(tree)[1] if clause and all(clause)}
    chosen: list[Clause] = []
    for clause in sorted(clauses, key=_telling, reverse=True):
        if not any(_follows(clause, other) for other in chosen):
            chosen.append(clause)
    return tuple(chosen[:_CLAUSES])


def _follows(clause: Clause, other: Clause) -> bool:
    """Tell whether a clause says nothing more than another one: each literal of that one holds one of this."""
    return all(any(short in literal for short in clause) for literal in other)


class ClauseFilter:
    """Tell which patterns may match, from the literals that occur in a text.

    clauses: what each pattern cannot match without, by its number; a pattern without clauses may always match.
    """

    def __init__(self, clauses: Sequence[tuple[Clause, ...]]) -> None:
        numbers: dict[str, list[int]] = defaultdict(list)
        owners = [pattern for pattern, own in enumerate(clauses) for _ in own]
        for number, clause in enumerate(clause for own in clauses for clause in own):
            for literal in clause:
                numbers[literal].append(number)
        self._owners = np.array(owners, dtype=np.int64)
        self._needed = np.array([len(own) for own in clauses], dtype=np.int64)
        self._flat = np.array([number for some in numbers.values() for number in some], dtype=np.int64)
        ends = itertools.accumulate(map(len, numbers.values()))
        self._ranges = {literal: (end - len(numbers[literal]), end) for literal, end in zip(numbers, ends, strict=True)}

    @property
    def literals(self) -> tuple[str, ...]:
        """Return every literal that some clause names."""
        return tuple(self._ranges)

    def may_match(self, present: Iterable[str]) -> frozenset[int]:
        """Return the patterns of whose every clause some literal is present."""
        ranges = self._ranges
        slices = [self._flat[slice(*ranges[literal])] for literal in present if literal in ranges]
        met = np.zeros(len(self._owners), dtype=bool)
        if slices:
            met[np.concatenate(slices)] = True
        counts = np.bincount(self._owners[met], minlength=len(self._needed))
        return frozenset(np.flatnonzero(counts == self._needed).tolist())


def pattern_key(pattern: str) -> str:
    """Return the key of a pattern in the shipped table."""
    return hashlib.sha256(pattern.encode()).hexdigest()[:16]


@functools.cache
def known_clauses() -> Mapping[str, tuple[Clause, ...]]:
    """Return the shipped clauses by `pattern_key`: reading two thousand patterns anew takes a second.

    A pattern that is not in the table (a bank's own, one changed since) is read when it is added.
    """
    table: dict[str, list[list[str]]] = json.loads(_TABLE.read_text(encoding="utf-8")) if _TABLE.is_file() else {}
    return {key: tuple(map(frozenset, clauses)) for key, clauses in table.items()}


def write_known(patterns: Iterable[str]) -> Path:
    """Write the table of these patterns; return its place."""
    rows = {pattern_key(pattern): list(map(sorted, required_literals(pattern))) for pattern in patterns}
    lines = ",\n".join(f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in sorted(rows.items()))
    _TABLE.write_text("{\n" + lines + "\n}\n", encoding="utf-8")
    return _TABLE


def _shortest(clause: Clause) -> Clause:
    """Drop literals that hold another one of the clause."""
    kept: list[str] = []
    for literal in sorted(clause, key=len):
        if not any(other in literal for other in kept):
            kept.append(literal)
    return frozenset(kept)


def _telling(clause: Clause) -> tuple[int, int, tuple[str, ...]]:
    return min(min(map(len, clause)), _ENOUGH), -len(clause), tuple(sorted(clause))


def _sequence(nodes: Iterable[Any]) -> tuple[Exact | None, list[Clause]]:
    """Return the exact texts of a sequence when they are few, and its clauses."""
    clauses: list[Clause] = []
    exact: Exact | None = ("",)
    tail: Exact = ("",)  # what the texts read so far surely end with
    for node in nodes:
        texts, inner = _node(node)
        clauses.extend(inner)
        joined = _joined(tail, texts) if texts is not None else None
        exact = _joined(exact, texts) if exact is not None and texts is not None else None
        if joined is None:
            _add(clauses, tail)
            tail = texts if texts is not None else ("",)
        else:
            tail = joined
    _add(clauses, tail)
    return exact, clauses


def _joined(left: Exact, right: Exact) -> Exact | None:
    texts = tuple(dict.fromkeys(one + other for one in left for other in right))
    return texts if len(texts) <= _MOST and max(map(len, texts)) <= _LONGEST else None


def _add(clauses: list[Clause], texts: Exact) -> None:
    if all(texts):
        clauses.append(frozenset(texts))


def _node(node: tuple[Any, Any]) -> tuple[Exact | None, list[Clause]]:
    kind, value = node
    if kind is op.LITERAL:
        return (chr(value),), []
    if kind is op.IN:
        return _class(value), []
    if kind is op.SUBPATTERN:
        return _sequence(value[3])
    if kind is op.BRANCH:
        return _branch([_sequence(branch) for branch in value[1]])
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
        return _repeat(value[0], value[1], _sequence(value[2]))
    if kind is op.AT:
        return ("",), []
    return None, []


def _class(items: Sequence[tuple[Any, Any]]) -> Exact | None:
    chars: list[str] = []
    for kind, value in items:
        if kind is op.LITERAL:
            chars.append(chr(value))
        elif kind is op.RANGE and value[1] - value[0] < _WIDEST:
            chars.extend(map(chr, range(value[0], value[1] + 1)))
        else:
            return None
    return tuple(chars) if len(chars) <= _WIDEST else None


def _branch(branches: Sequence[tuple[Exact | None, list[Clause]]]) -> tuple[Exact | None, list[Clause]]:
    texts = [exact for exact, _ in branches if exact is not None]
    exact: Exact | None = None
    if len(texts) == len(branches):
        merged = tuple(dict.fromkeys(text for some in texts for text in some))
        exact = merged if len(merged) <= _MOST else None
        if exact is not None and not all(exact):
            return exact, []
    best: list[Clause] = []
    for some, clauses in branches:
        if some is not None and all(some):
            best.append(frozenset(some))
        elif clauses:
            best.append(max(clauses, key=_telling))
        else:
            return exact, []
    union = frozenset().union(*best)
    return exact, [union] if len(union) <= _MOST * 4 else []


def _repeat(least: int, most: Any, inner: tuple[Exact | None, list[Clause]]) -> tuple[Exact | None, list[Clause]]:
    texts, clauses = inner
    if least == 0:
        return (("", *texts) if texts is not None and most == 1 else None), []
    if least == most == 1:
        return texts, clauses
    if texts is not None and all(texts):
        return None, [*clauses, frozenset(texts)]
    return None, clauses
