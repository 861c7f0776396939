"""Inspect a template before it is ever rendered: what it may be made of, and that no outside text gets out unfenced.

Works on the parsed trees of a prompt and everything it includes, as one: a name tainted in one place is tainted in all.
That is stricter than needed and cannot be talked around by scopes, loops, assignments or includes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import nodes

from agent.errors import ConfigurationError

__all__ = ["Parsed", "inspect", "layout"]

ROLES = ("system", "user", "assistant")
STATEMENTS = (nodes.Output, nodes.If, nodes.For, nodes.Assign, nodes.Include, nodes.Block)
TAGS = {"CallBlock": "call", "FilterBlock": "filter", "AssignBlock": "set … endset", "FromImport": "from … import"}
LOOP = "loop"
COUNTERS = frozenset({"index", "index0", "revindex", "revindex0", "first", "last", "length", "depth", "depth0"})


@dataclass(frozen=True)
class Parsed:
    """Hold one file's text and tree."""

    file: Path
    text: str
    tree: nodes.Template


def inspect(files: Iterable[Parsed], inputs: Mapping[str, bool]) -> None:
    """Refuse, naming file and line, what a prompt may not do; `inputs` tells which names are untrusted.

    Refused: tags other than block, if, for, set and include; a name that is no input; an untrusted value that is
    printed by anything but `fence`.
    """
    parsed = tuple(files)
    for file in parsed:
        _demand_statements(file)
        _demand_names(file, frozenset(inputs) | {LOOP} | _assigned(parsed))
    tainted = _tainted(parsed, frozenset(name for name, untrusted in inputs.items() if untrusted))
    for file in parsed:
        for name, line in _leaks(file.tree, tainted):
            raise ConfigurationError("prompt_unfenced", file=str(file.file), line=line, name=name)


def layout(file: Parsed) -> None:
    """Refuse a prompt with anything but blocks on its top level, or a block whose name begins with no role."""
    blocks = [node for node in file.tree.body if isinstance(node, nodes.Block)]
    if not blocks:
        raise _misnamed(file, 1, "—")
    for node in file.tree.body:
        line = _outside(node)
        if line:
            raise ConfigurationError("prompt_outside_block", file=str(file.file), line=line)
    for block in file.tree.find_all(nodes.Block):
        if block not in blocks or block.name.split("_")[0] not in ROLES:
            raise _misnamed(file, block.lineno, block.name)


def _misnamed(file: Parsed, line: int, name: str) -> ConfigurationError:
    roles = "、".join(ROLES)
    return ConfigurationError("prompt_block_wrong", file=str(file.file), line=line, name=name, roles=roles)


def _outside(node: nodes.Node) -> int:
    """Return the line of something that no message would hold; 0 for a block or white space."""
    if isinstance(node, nodes.Block):
        return 0
    if not isinstance(node, nodes.Output):
        return node.lineno
    for part in node.nodes:
        if not isinstance(part, nodes.TemplateData):
            return part.lineno
        if part.data.strip():
            return part.lineno + part.data[: -len(part.data.lstrip())].count("\n")
    return 0


def _demand_statements(file: Parsed) -> None:
    for node in file.tree.find_all(nodes.Stmt):
        if not isinstance(node, STATEMENTS):
            kind = type(node).__name__
            raise ConfigurationError(
                "prompt_tag_refused", file=str(file.file), line=node.lineno, name=TAGS.get(kind, kind.lower())
            )


def _demand_names(file: Parsed, known: frozenset[str]) -> None:
    for node in file.tree.find_all(nodes.Name):
        if node.name not in known:
            wanted = "、".join(sorted(known - {LOOP}))
            raise ConfigurationError(
                "prompt_name_unknown", file=str(file.file), line=node.lineno, name=node.name, known=wanted
            )


def _bindings(files: Iterable[Parsed]) -> Iterator[tuple[frozenset[str], nodes.Node, bool]]:
    """Yield (names bound, the value they come from, whether by a loop) of every file."""
    for file in files:
        for node in file.tree.find_all((nodes.For, nodes.Assign)):
            if isinstance(node, nodes.For):
                yield _names(node.target), node.iter, True
            elif isinstance(node, nodes.Assign):
                yield _names(node.target), node.node, False


def _assigned(files: Iterable[Parsed]) -> frozenset[str]:
    return frozenset(name for names, _, _ in _bindings(files) for name in names)


def _tainted(files: tuple[Parsed, ...], untrusted: frozenset[str]) -> frozenset[str]:
    """Return every name that may hold a part of an untrusted input."""
    found, before = untrusted, None
    while found != before:
        before = found
        for names, value, by_loop in _bindings(files):
            if _names(value) & found:
                found |= names | ({LOOP} if by_loop else set())
    return found


def _leaks(tree: nodes.Template, tainted: frozenset[str]) -> Iterator[tuple[str, int]]:
    for output in tree.find_all(nodes.Output):
        for printed in output.nodes:
            yield from _leaks_of(printed, tainted)


def _leaks_of(printed: nodes.Node, tainted: frozenset[str]) -> Iterator[tuple[str, int]]:
    if isinstance(printed, nodes.Filter) and printed.name == "fence":
        return
    if isinstance(printed, nodes.CondExpr):  # a condition chooses; it is not printed
        for branch in (printed.expr1, printed.expr2):
            if branch is not None:
                yield from _leaks_of(branch, tainted)
        return
    for name in sorted(_names(printed) & tainted):
        yield name, printed.lineno


def _names(node: nodes.Node) -> frozenset[str]:
    """Return the names an expression is made of; what `loop` counts holds nothing of the list."""
    if isinstance(node, nodes.Name):
        return frozenset({node.name})
    if isinstance(node, nodes.Getattr) and node.attr in COUNTERS and _is_loop(node.node):
        return frozenset()
    return frozenset(name for child in node.iter_child_nodes() for name in _names(child))


def _is_loop(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == LOOP
