"""Fence text from outside, so that a model reads it as data; and prove that a template lets none out unfenced.

A fence cannot be closed from inside: its marks are replaced in the text. What cannot be seen is dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jinja2 import nodes

from agent.text.clean import clean

__all__ = ["Unfenced", "fence", "unfenced"]

OPEN, CLOSE = "⟦", "⟧"
_INSIDE = str.maketrans({OPEN: "[", CLOSE: "]"})
LONGEST_LABEL = 40


@dataclass(frozen=True)
class Unfenced:
    """Name an input that a template prints without a fence, and the line."""

    name: str
    line: int


def fence(text: object, label: str = "") -> str:
    """Return the text between marks that name it; both text and label lose every mark of their own."""
    inside = clean(str(text)).text.translate(_INSIDE).strip("\n")
    name = " ".join(clean(label).text.translate(_INSIDE).split())[:LONGEST_LABEL]
    return f"{OPEN}{name}{CLOSE}\n{inside}\n{OPEN}/{name}{CLOSE}"


def unfenced(template: nodes.Template, untrusted: Iterable[str]) -> tuple[Unfenced, ...]:
    """Return every place where a value that comes from an untrusted input is printed and not by `fence`."""
    return tuple(_walk(template, frozenset(untrusted)))


def _walk(node: nodes.Node, tainted: frozenset[str]) -> Iterator[Unfenced]:
    if isinstance(node, nodes.Output):
        for printed in node.nodes:
            yield from _leaks(printed, tainted)
        return
    if isinstance(node, nodes.For) and _roots(node.iter) & tainted:
        tainted |= _names(node.target)
    if isinstance(node, nodes.Macro | nodes.CallBlock | nodes.FilterBlock | nodes.AssignBlock):
        yield Unfenced(type(node).__name__, node.lineno)  # shapes whose output cannot be followed are not used here
        return
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.Assign) and _roots(child.node) & tainted:
            tainted |= _names(child.target)
        yield from _walk(child, tainted)


def _leaks(printed: nodes.Node, tainted: frozenset[str]) -> Iterator[Unfenced]:
    if isinstance(printed, nodes.TemplateData) or (isinstance(printed, nodes.Filter) and printed.name == "fence"):
        return
    if isinstance(printed, nodes.CondExpr):
        for branch in (printed.expr1, printed.expr2):
            if branch is not None:
                yield from _leaks(branch, tainted)
        return
    for name in sorted(_roots(printed) & tainted):
        yield Unfenced(name, printed.lineno)


def _roots(node: nodes.Node) -> frozenset[str]:
    return _names(node)


def _names(node: nodes.Node) -> frozenset[str]:
    found = {name.name for name in node.find_all(nodes.Name)}
    return frozenset(found | ({node.name} if isinstance(node, nodes.Name) else set()))
