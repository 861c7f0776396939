"""What a pattern cannot match without: literals, found by reading the pattern, so that most texts never meet it.

A requirement is a conjunction of clauses; each clause is a set of literals one of which every match contains. Where a
pattern is a choice between a few others, each of those has a requirement of its own. RE2's own prefilter does the same,
but looks for its atoms with an automaton that thrashes over thousands of Chinese literals (9 ms a note with 120 rules);
ours come from the one pass over the text that finds all terms.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from re import _constants as op  # type: ignore[attr-defined]  # the parse tree has no public home
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Final, Literal, NamedTuple

__all__ = [
    "UNITS",
    "Clause",
    "Need",
    "Reach",
    "Way",
    "known_need",
    "need_of",
    "pattern_key",
    "required_literals",
    "row_of",
    "write_known",
]

Clause = frozenset[str]
_TABLE: Final = Path(str(files("agent.guardrails").joinpath("data/patterns.json")))
_FORM: Final = "ways"
_CLAUSES: Final = 4
_ENOUGH: Final = 2  # characters; more say little more
_MOST: Final = 24  # literals a clause
_WAYS: Final = 4  # choices that a pattern is taken apart into; more make the table larger and hold little more back
_CODE: Final = re.compile(r"\\x\{([0-9a-fA-F]+)\}")
_PROPERTY: Final = re.compile(r"\\[pP]\{[^}]+\}")
_WIDEST: Final = 12  # characters of a class that are still spelled out
_LONGEST: Final = 8

_DOTALL: Final = re.compile(r"\(\?[a-zA-Z]*s")
_NEAR: Final = 16  # characters; a match that may be wider is better told by the sentence or line it lies in
_FAR: Final = 64  # characters; what lies farther apart is not told from what lies anywhere

Unit = Literal["sentence", "line"]
Reach = int | Unit
UNITS: Final[Mapping[Unit, str]] = {"sentence": "\n。!?", "line": "\n"}
"""What ends a sentence and a line, as far as patterns are concerned."""

Exact = tuple[str, ...]  # every text that a node can match, when those are few


class Way(NamedTuple):
    """Say what a match of one sort holds (`clauses`), and how near to one another.

    reach: characters from the start of the first literal to the end of the last (0: any number), or what they share.
    """

    clauses: tuple[Clause, ...]
    reach: Reach = 0


class Need(NamedTuple):
    """Say in which ways a pattern matches (none: nothing is certain), and whether a match keeps to one line."""

    ways: tuple[Way, ...] = ()
    in_line: bool = False


def required_literals(pattern: str) -> tuple[Clause, ...]:
    """Return the clauses of a pattern, the most telling one first; none when nothing is certain."""
    tree = _tree(pattern)
    return _clauses(tree) if tree is not None else ()


def need_of(pattern: str) -> Need:
    """Return what a match of a pattern needs."""
    tree = _tree(pattern)
    if tree is None:
        return Need()
    certain = not _DOTALL.search(pattern)
    trees = [parser.SubPattern(tree.state, nodes) for nodes in _alternatives(tree)]
    if not all(map(_clauses, trees)):
        trees = [tree] if _clauses(tree) else []
    return Need(
        tuple(Way(_clauses(one), _reach(_core(one)) if certain else 0) for one in trees),
        certain and not _may_hold(tree, UNITS["line"]),
    )


def _alternatives(nodes: Iterable[Any]) -> list[list[Any]]:
    """Take a sequence apart at its choices, as long as that makes few; each match is one of what is returned."""
    ways: list[list[Any]] = [[]]
    for node in nodes:
        chosen = _choices(node)
        if len(chosen) * len(ways) > _WAYS:
            chosen = [[node]]
        ways = [[*way, *choice] for way in ways for choice in chosen]
    return ways


def _choices(node: tuple[Any, Any]) -> list[list[Any]]:
    """Return the sequences that a node is a choice between; itself where its texts are few, or it is none."""
    kind, value = node
    if _node(node)[0] is None and kind is op.BRANCH:
        return [way for branch in value[1] for way in _alternatives(branch)]
    if _node(node)[0] is None and kind is op.SUBPATTERN:
        return _alternatives(value[3])
    return [[node]]


def _reach(core: Any) -> Reach:
    widest = int(core.getwidth()[1])
    if widest <= _NEAR:
        return widest
    unit: Unit | None = next((unit for unit, ends in UNITS.items() if not _may_hold(core, ends)), None)
    return unit or (widest if widest <= _FAR else 0)


def _core(tree: Any) -> Any:
    """Leave out what stands before the first and after the last literal of a pattern."""
    nodes = list(tree)
    while nodes and _node(nodes[0]) == (None, []):
        nodes.pop(0)
    while nodes and _node(nodes[-1]) == (None, []):
        nodes.pop()
    return parser.SubPattern(tree.state, nodes)


def _may_hold(nodes: Any, chars: str) -> bool:
    """Tell whether a match may hold one of these characters; yes where that is not certain."""
    return any(_node_may_hold(kind, value, chars) for kind, value in nodes)


def _node_may_hold(kind: Any, value: Any, chars: str) -> bool:
    if kind is op.LITERAL:
        return chr(value) in chars
    if kind is op.NOT_LITERAL:
        return any(chr(value) != char for char in chars)
    if kind is op.IN:
        return any(_class_holds(value, ord(char)) for char in chars)
    if kind is op.SUBPATTERN:
        return _may_hold(value[3], chars)
    if kind is op.BRANCH:
        return any(_may_hold(branch, chars) for branch in value[1])
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
        return _may_hold(value[2], chars)
    if kind is op.ANY:
        return chars != UNITS["line"]
    return kind is not op.AT or value not in (op.AT_BEGINNING, op.AT_END)


def _class_holds(items: Sequence[tuple[Any, Any]], code: int) -> bool:
    """Tell whether a class may match a character; a named class may match any."""
    if any(kind is op.CATEGORY for kind, _ in items):
        return True
    listed = any(
        (kind is op.LITERAL and value == code) or (kind is op.RANGE and value[0] <= code <= value[1])
        for kind, value in items
    )
    return listed != (items[0][0] is op.NEGATE)


def _tree(pattern: str) -> Any:
    """Read a pattern as Python does, property classes as if they were any letter; None when it cannot."""
    try:
        return parser.parse(_PROPERTY.sub(r"\\w", _CODE.sub(lambda code: chr(int(code[1], 16)), pattern)))
    except (re.error, OverflowError, RecursionError):
        return None


def _clauses(tree: Any) -> tuple[Clause, ...]:
    clauses = {_shortest(clause) for clause in _sequence(tree)[1] if clause and all(clause)}
    chosen: list[Clause] = []
    for clause in sorted(clauses, key=_telling, reverse=True):
        if not any(_follows(clause, other) for other in chosen):
            chosen.append(clause)
    return tuple(chosen[:_CLAUSES])


def _follows(clause: Clause, other: Clause) -> bool:
    """Tell whether a clause says nothing more than another one: each literal of that one holds one of this."""
    return all(any(short in literal for short in clause) for literal in other)


def pattern_key(pattern: str) -> str:
    """Return the key of a pattern in the shipped table; a row of another form has another key, and is never met."""
    return hashlib.sha256(f"{_FORM}\0{pattern}".encode()).hexdigest()[:16]


def known_need(pattern: str) -> Need | None:
    """Return what a shipped pattern needs, from a table: reading two thousand patterns anew takes a second.

    None for a pattern that is not in it (a bank's own, one changed since): it is read when it is added.
    """
    row = _known().get(pattern_key(pattern))
    if row is None:
        return None
    in_line, *ways = row
    return Need(tuple(Way(tuple(map(frozenset, clauses)), reach) for reach, *clauses in ways), bool(in_line))


@functools.cache
def _known() -> Mapping[str, list[Any]]:
    table: dict[str, list[Any]] = json.loads(_TABLE.read_text(encoding="utf-8")) if _TABLE.is_file() else {}
    return table


def write_known(patterns: Iterable[str]) -> Path:
    """Write the table of these patterns, a line each; return its place."""
    needs = {pattern_key(pattern): need_of(pattern) for pattern in patterns}
    rows = {key: row_of(need) for key, need in needs.items()}
    lines = ",\n".join(f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in sorted(rows.items()))
    _TABLE.write_text("{\n" + lines + "\n}\n", encoding="utf-8")
    return _TABLE


def row_of(need: Need) -> list[Any]:
    """Return what a pattern needs as the shipped table has it."""
    return [int(need.in_line), *([way.reach, *map(sorted, way.clauses)] for way in need.ways)]


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
