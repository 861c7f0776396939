"""Count false alarms on innocent texts and notes, and seeded violations in bad notes.

Owns the figures that staff feel: clean notes stopped, and which rules do it. It refuses labelled violations: `rates`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from evals.guardrail.outcomes import Outcome
from evals.guardrail.rates import Share, share

__all__ = ["Alarms", "Seeds", "alarms", "noisiest", "seeds"]

MOST = 10


@dataclass(frozen=True)
class Alarms:
    """Hold one set of clean notes: those with a block, with a block or fix, and findings per note."""

    family: str
    blocked: Share
    told: Share
    per_note: float


@dataclass(frozen=True)
class Seeds:
    """Hold bad notes: seeds found at their words by any rule and by the right one, and notes that were stopped."""

    found: Share
    named: Share
    stopped: Share


def alarms(found: Sequence[Outcome], family: str) -> Alarms:
    """Count the false alarms of one set of notes; raises `ValueError` for an empty one."""
    notes = [one for one in found if one.text.family == family]
    if not notes:
        raise ValueError(f"no notes of {family}: nothing to count")
    return Alarms(
        family,
        share(notes, lambda one: any(told.severity == "block" for told in one.told)),
        share(notes, lambda one: bool(one.told)),
        sum(len(one.told) for one in notes) / len(notes),
    )


def noisiest(found: Sequence[Outcome]) -> list[tuple[str, int]]:
    """Return the rules told of most innocent texts, at most ten, with the number of texts."""
    counted = Counter(rule for one in found for rule in one.wrong)
    return sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:MOST]


def seeds(found: Sequence[Outcome]) -> Seeds:
    """Count the seeded violations of bad notes, each at its own words (half of the shorter span overlaps)."""
    bad = [one for one in found if one.text.seeded]
    each = [one.seed(number) for one in bad for number in range(len(one.text.seeded))]
    return Seeds(
        share(each, lambda one: one.is_found),
        share(each, lambda one: one.is_named),
        share(bad, lambda one: one.is_found),
    )
