"""Ask the rule engine about every text and keep what it told.

Owns what counts: open findings of block or fix. An absence (a missing disclosure) counts for a violation only when it
is what the label says, and never against an innocent text; whole notes are held to absences too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from agent.guardrails import Packs, check
from agent.guardrails.findings import is_alike
from agent.guardrails.loader import load_packs
from agent.models import Finding, Material
from evals.guardrail.texts import Text

__all__ = ["AS_OF", "Outcome", "Told", "ask", "outcomes", "without_likeness"]

AS_OF = date(2026, 11, 24)
WHOLE = "note"
OVERLAP = 0.5  # of the shorter of both spans


@dataclass(frozen=True)
class Told:
    """Hold one open block or fix; `start` is None for an absence, `alike` marks the statistical reader's."""

    rule: str
    severity: str
    start: int | None
    end: int | None
    field: str
    alike: bool


@dataclass(frozen=True)
class Outcome:
    """Hold what the engine said about one text."""

    text: Text
    told: tuple[Told, ...] = ()

    @property
    def rules(self) -> frozenset[str]:
        """Return the rules told, absences included."""
        return frozenset(one.rule for one in self.told)

    @property
    def wording(self) -> frozenset[str]:
        """Return the rules that point at words."""
        return frozenset(one.rule for one in self.told if one.start is not None)

    @property
    def is_named(self) -> bool:
        """Tell whether a rule of the label was told."""
        return bool(self.rules & set(self.text.rules))

    @property
    def is_found(self) -> bool:
        """Tell whether a rule of the label, or any block or fix on the wording, was told."""
        return self.is_named or bool(self.wording)

    @property
    def wrong(self) -> frozenset[str]:
        """Return the rules told of an innocent text: of a whole note all, of a sentence those on its wording."""
        if self.text.is_violation:
            return frozenset()
        return self.rules if self.text.kind == WHOLE else self.wording

    @property
    def is_right(self) -> bool:
        """Tell whether a violation was found, or an innocent text left alone."""
        return self.is_found if self.text.is_violation else not self.wrong

    def seed(self, number: int) -> Outcome:
        """Return the outcome of one seeded violation of a bad note: what was told of those very words."""
        rule, words = self.text.seeded[number]
        place = self.text.note.body.index(words)
        span = (place, place + len(words))
        text = replace(self.text, id=f"{self.text.id}-{number + 1}", rules=(rule,), seeded=(), kind="seed")
        there = tuple(one for one in self.told if one.field == "body" and _overlaps(one, span))
        return Outcome(replace(text, note=self.text.note.model_copy(update={"title": "", "body": words})), there)


def ask(text: Text, packs: Packs, *, likeness: bool = True) -> Outcome:
    """Check one text as a human's; a whole note without seeds is told by somebody who lived it."""
    lived = text.kind == WHOLE and not text.seeded
    material = (Material(id="m1", text=f"{text.note.title}\n{text.note.body}"),) if lived else ()
    report = check(text.note, material=material, as_of=AS_OF, packs=packs, likeness=likeness)
    told = tuple(_told(finding) for finding in report.open("block", "fix"))
    return Outcome(text, tuple(one for one in told if not text.words or _is_of(one, text)))


def outcomes(texts: Iterable[Text], packs: Packs | None = None, *, likeness: bool = True) -> list[Outcome]:
    """Check every text, in order."""
    packs = packs or load_packs(examples=False)
    return [ask(text, packs, likeness=likeness) for text in texts]


def without_likeness(found: Sequence[Outcome]) -> list[Outcome]:
    """Return what the rules alone told: the reader only adds, where no rule has spoken."""
    return [Outcome(one.text, tuple(told for told in one.told if not told.alike)) for one in found]


def _told(finding: Finding) -> Told:
    return Told(finding.rule, finding.severity, finding.start, finding.end, finding.field, is_alike(finding))


def _is_of(told: Told, text: Text) -> bool:
    """Tell whether something told of a passage is an absence, or points at the words that violate."""
    place = text.note.body.index(text.words)
    return told.start is None or (told.field == "body" and _overlaps(told, (place, place + len(text.words))))


def _overlaps(told: Told, span: tuple[int, int]) -> bool:
    if told.start is None or told.end is None:
        return False
    shared = min(told.end, span[1]) - max(told.start, span[0])
    return shared > 0 and shared >= OVERLAP * min(told.end - told.start, span[1] - span[0])
