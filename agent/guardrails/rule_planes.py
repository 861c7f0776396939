"""Which disguises a rule sees through: `match.disguise` names the planes on which its words count.

Owns what lies on which plane and the reading of a note that a rule with fewer planes gets. Refuses searching: see
`agent.guardrails.disguises`. What the norm table folds (width, traditional, invisible) is seen by every rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from agent.guardrails.document import Reveal
from agent.guardrails.evidence import Evidence
from agent.guardrails.rules import EVERY_PLANE, Plane, Rule
from agent.guardrails.spellings import apart
from agent.guardrails.vocabulary import Vocabulary

__all__ = ["PLANE_OF", "plain_for", "seen_by", "sees"]

PLANE_OF: Final[Mapping[str, Plane]] = {
    "alias": "norm",
    "encoded": "norm",
    "mask": "norm",
    "number": "norm",
    "shape": "norm",
    "acrostic": "skeleton",
    "components": "skeleton",
    "repeat": "skeleton",
    "reversed": "skeleton",
    "split": "skeleton",
    "homophone": "syllable",
    "pinyin": "letters",
}
"""Kind of disguise → the plane on which it is read."""


def sees(rule: Rule, kinds: Iterable[str]) -> bool:
    """Tell whether a rule has every plane that these kinds of disguise need."""
    return all(PLANE_OF[kind] in rule.match.disguise for kind in kinds if kind in PLANE_OF)


def seen_by(rule: Rule, readings: Iterable[Reveal]) -> tuple[Reveal, ...]:
    """Choose, among the readings on a rule's planes, those that do not overlap.

    A reading on a plane that the rule does not have takes no place from one that it has.
    """
    return apart(reveal for reveal in readings if sees(rule, reveal.kinds))


def plain_for(rule: Rule, evidence: Evidence, vocabulary: Vocabulary) -> Evidence | None:
    """Return the note with those disguised words in plain spelling that a rule sees; None when there are none."""
    plain = evidence.plain
    if plain is None or rule.match.disguise == EVERY_PLANE:
        return plain
    kept = seen_by(rule, evidence.readings)
    if not kept or kept == evidence.reveals:
        return plain if kept else None
    document = evidence.document.revealed(kept)
    return replace(plain, document=document, scan=vocabulary.scan(document))
