"""Take one part of the engine away and ask again: what each is worth.

Owns the packs without disguises (nothing is revealed; folding of widths and traditional characters stays) and without
contexts (no guard clears anything; benign superstrings stay). The reader is taken away from outcomes, not asked again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from agent.guardrails import Packs
from agent.guardrails.disguises import Disguises
from agent.guardrails.document import Document, Reveal
from agent.guardrails.guesses import Guesses
from evals.guardrail.outcomes import Outcome, outcomes, without_likeness

__all__ = ["ABLATIONS", "ablate", "without_contexts", "without_disguises"]

ABLATIONS: Final = ("完整", "没有统计读者", "没有伪装还原", "没有语境")


class _Unseeing(Disguises):
    """Reveal nothing."""

    def __init__(self) -> None:
        """Hold no word."""

    def find(self, document: Document) -> Iterator[Reveal]:
        """Yield no reading."""
        yield from ()


class _Unguessing(Guesses):
    """Read a text in no other way."""

    def __init__(self) -> None:
        """Hold no word."""

    def readings(self, document: Document) -> Iterator[tuple[Reveal, ...]]:
        """Yield no reading."""
        yield from ()


def ablate(found: Sequence[Outcome], packs: Packs) -> dict[str, list[Outcome]]:
    """Return the outcomes of the whole engine (given) and without each of its parts, by the names of `ABLATIONS`."""
    texts = [one.text for one in found]
    whole, reader, disguises, contexts = ABLATIONS
    return {
        whole: list(found),
        reader: without_likeness(found),
        disguises: outcomes(texts, without_disguises(packs)),
        contexts: outcomes(texts, without_contexts(packs)),
    }


def without_disguises(packs: Packs) -> Packs:
    """Return packs that see words only as they are written."""
    return replace(packs, disguises=_Unseeing(), guesses=_Unguessing())


def without_contexts(packs: Packs) -> Packs:
    """Return packs whose rules no guard clears."""
    bare = (replace(rule, rule=rule.rule.model_copy(update={"clear_by": ()})) for rule in packs.rules)
    return replace(packs, rules=tuple(bare))
