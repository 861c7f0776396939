"""What a change of rules does to notes: findings that come, go or change, rule by rule, before the change is made.

Only rules whose digest differs between the two states run (`edition`): an unchanged rule finds the same in the same
text. Two things act on every rule, and then all of them run: another state of the lists that the engine reads by name,
for every note; other words behind disguises, for the notes in which something else is revealed now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from agent.guardrails import Packs, check
from agent.guardrails.document import Document
from agent.guardrails.findings import place_of, touch
from agent.guardrails.guessing import guessed_texts
from agent.models import Finding, NoteInput, Severity
from agent.screening.edition import Circumstances, edition_of

__all__ = ["Effect", "Impact", "weigh_impact"]


@dataclass(frozen=True)
class Effect:
    """Tell one finding that is new, gone or changed; `was` and `now` say how grave it is and whether it is cleared."""

    note: str
    rule: str
    change: Literal["new", "gone", "changed"]
    field: str
    start: int | None
    text: str
    was: tuple[Severity, str] | None
    now: tuple[Severity, str] | None


@dataclass(frozen=True)
class Impact:
    """Run the rules that differ between two states over notes."""

    old: Packs
    new: Packs
    under: Circumstances
    rules: frozenset[str]
    everywhere: bool

    def effects(self, notes: Iterable[NoteInput]) -> Iterator[Effect]:
        """Yield the effects on each note, in input order; a note without an id is named by its number."""
        old, new = _only(self.old, self.rules), _only(self.new, self.rules)
        for number, note in enumerate(notes, 1):
            name = note.id or f"#{number}"
            if self.everywhere or _reveals(note, self.old) != _reveals(note, self.new):
                yield from _differences(name, self._find(note, self.old), self._find(note, self.new))
            elif self.rules:
                yield from _differences(name, self._find(note, old), self._find(note, new))

    def _find(self, note: NoteInput, packs: Packs) -> tuple[Finding, ...]:
        under = self.under
        return check(
            note, packs=packs, as_of=under.as_of, stage=under.stage, facts=under.facts, points=under.points,
            waivers=under.waivers, likeness=False,
        ).findings  # fmt: skip


def weigh_impact(old: Packs, new: Packs, under: Circumstances) -> Impact:
    """Find out which rules have to run to see what a change does."""
    before, after = edition_of(old, under), edition_of(new, under)
    first, second = ({rule: digest for rule, digest, _ in edition.rules} for edition in (before, after))
    rules = frozenset(rule for rule in first.keys() | second.keys() if first.get(rule) != second.get(rule))
    return Impact(old, new, under, rules, everywhere=before.surroundings != after.surroundings)


def _only(packs: Packs, rules: frozenset[str]) -> Packs:
    """Leave these rules; vocabulary and disguises stay whole, so that a rule sees what it always saw."""
    return replace(packs, rules=tuple(compiled for compiled in packs.rules if compiled.rule.id in rules))


def _reveals(note: NoteInput, packs: Packs) -> object:
    return packs.revealed(Document(note)), guessed_texts(note, packs)


def _differences(note: str, old: Sequence[Finding], new: Sequence[Finding]) -> Iterator[Effect]:
    """Pair findings of one rule that are at the same place, or overlap; tell those that differ or have no partner."""
    left = list(old)
    for finding in new:
        partner = next((f for f in left if place_of(f) == place_of(finding)), None)
        partner = partner or next((f for f in left if touch(f, finding) and not _has(new, f)), None)
        if partner is None:
            yield _effect(note, "new", None, finding)
            continue
        left.remove(partner)
        if (_weight(partner), partner.text) != (_weight(finding), finding.text):
            yield _effect(note, "changed", partner, finding)
    yield from (_effect(note, "gone", finding, None) for finding in left)


def _has(findings: Sequence[Finding], finding: Finding) -> bool:
    return any(place_of(other) == place_of(finding) for other in findings)


def _weight(finding: Finding) -> tuple[Severity, str]:
    return finding.severity, finding.status if finding.status == "open" else f"{finding.status}:{finding.status_by}"


def _effect(note: str, change: Literal["new", "gone", "changed"], old: Finding | None, new: Finding | None) -> Effect:
    one = new or old
    assert one is not None
    was, now = (_weight(finding) if finding else None for finding in (old, new))
    return Effect(note, one.rule, change, one.field, one.start, one.text, was, now)
