"""Why each rule speaks about a note, or does not: `agent rules explain --note`.

Owns no judgement: it asks the engine again with the rules' conditions taken away. What is found without any condition
and missing from the report is held back by those conditions whose return makes it vanish.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from agent.guardrails.compiled import CompiledRule, Selector
from agent.guardrails.document import Document, Hit
from agent.guardrails.engine import check
from agent.guardrails.findings import place_of, touch
from agent.guardrails.loader import Packs
from agent.guardrails.rule_planes import seen_by
from agent.guardrails.rules import EVERY_PLANE, Rule, Scope
from agent.models import FieldName, Finding, NoteInput, Report, Stage, Waiver

__all__ = ["Condition", "Plane", "Seen", "Trace", "Trail", "lacking", "trace"]

Condition = Literal[
    "date",
    "stage",
    "products",
    "note_types",
    "account_types",
    "field",
    "origin",
    "promotes",
    "places",
    "anchor",
    "about",
    "disguise",
]


@dataclass(frozen=True)
class Plane:
    """Hold the raw text of one field and what the rules read instead of it."""

    field: FieldName
    index: int
    raw: str
    norm: str


@dataclass(frozen=True)
class Seen:
    """Tell a place that was seen through: raw span and text, the plain words, and the kinds of disguise."""

    field: FieldName
    index: int
    start: int
    end: int
    raw: str
    plain: str
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Trail:
    """Tell one thing a rule found, and the conditions that keep it out of the report; none when it stands there."""

    finding: Finding
    held_by: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Trace:
    """Hold everything the engine saw in a note, and for each rule what it found there."""

    report: Report
    planes: tuple[Plane, ...]
    seen: tuple[Seen, ...]
    trails: Mapping[str, tuple[Trail, ...]]


def trace(
    note: NoteInput,
    packs: Packs,
    *,
    as_of: date | None = None,
    stage: Stage = "note",
    waivers: Sequence[Waiver] = (),
) -> Trace:
    """Check a note and find out what every rule saw in it."""
    document = Document(note)
    report = check(note, packs=packs, as_of=as_of, stage=stage, waivers=waivers, likeness=False)
    free = _found(note, packs, as_of, stage, frozenset(_RELAXED))
    without = {name: _places(_found(note, packs, as_of, stage, frozenset(_RELAXED) - {name})) for name in _RELAXED}
    trails: dict[str, list[Trail]] = {compiled.rule.id: [] for compiled in packs.rules}
    for finding in report.findings:
        trails[finding.rule].append(Trail(finding))
    told = _places(report.findings)
    for finding in free:
        held_by = tuple(name for name, places in without.items() if place_of(finding) not in places)
        if held_by and place_of(finding) not in told and not any(touch(finding, other) for other in report.findings):
            trails[finding.rule].append(Trail(finding, held_by))
    return Trace(report, _planes(document), _seen(document, packs), {rule: tuple(t) for rule, t in trails.items()})


def lacking(compiled: CompiledRule, note: NoteInput, packs: Packs) -> tuple[int, ...]:
    """Return the numbers (from 1) of the groups of a `combine` rule that have nothing in this note."""
    document = Document(note)
    reveals = seen_by(compiled.rule, packs.disguises.find(document))
    readings = [document, *([document.revealed(reveals)] if reveals else ())]
    scans = [(reading, packs.vocabulary.scan(reading)) for reading in readings]
    return tuple(
        number
        for number, group in enumerate(compiled.groups, 1)
        if not any(group.hits(reading, scan) for reading, scan in scans)
    )


def _scoped(**changes: object) -> Callable[[Rule], Rule]:
    return lambda rule: rule.model_copy(update={"scope": rule.scope.model_copy(update=changes)})


_RELAXED: Mapping[Condition, Callable[[Rule], Rule]] = {
    "date": lambda rule: rule.model_copy(update={"effective": date.min, "until": None}),
    "stage": lambda rule: rule.model_copy(update={"stage": "brief"}),
    "products": _scoped(products=()),
    "note_types": _scoped(note_types=()),
    "account_types": _scoped(account_types=()),
    "field": _scoped(field="any"),
    "origin": _scoped(origin="any"),
    "promotes": _scoped(promotes=None),
    "places": _scoped(places=Scope().places),
    "anchor": lambda rule: rule.model_copy(update={"anchor": None}),
    "about": lambda rule: rule.model_copy(update={"about": None}),
    "disguise": lambda rule: rule.model_copy(update={"match": rule.match.model_copy(update={"disguise": EVERY_PLANE})}),
}


def _found(
    note: NoteInput, packs: Packs, as_of: date | None, stage: Stage, taken: frozenset[Condition]
) -> tuple[Finding, ...]:
    """Check with these conditions taken away from every rule."""
    rules = tuple(_relaxed(compiled, taken) for compiled in packs.rules)
    return check(note, packs=replace(packs, rules=rules), as_of=as_of, stage=stage, likeness=False).findings


def _relaxed(compiled: CompiledRule, taken: frozenset[Condition]) -> CompiledRule:
    rule = compiled.rule
    for name in taken:
        rule = _RELAXED[name](rule)
    anchor = compiled.anchor if rule.anchor else Selector(compiled.anchor.vocabulary)
    return replace(compiled, rule=rule, anchor=anchor)


def _places(findings: Iterable[Finding]) -> set[tuple[object, ...]]:
    return {place_of(finding) for finding in findings}


def _planes(document: Document) -> tuple[Plane, ...]:
    return tuple(
        Plane(part.field, part.index, document.raw[part.start : part.end], document.norm[slice(*span)])
        for part in document.parts
        for span in [document.part_range(part)]
    )


def _seen(document: Document, packs: Packs) -> tuple[Seen, ...]:
    seen = []
    for reveal in packs.disguises.reveal(document):
        part, start, end, raw = document.locate(Hit(reveal.start, reveal.end))
        seen.append(Seen(part.field, part.index, start, end, raw, reveal.text, reveal.kinds))
    return tuple(seen)
