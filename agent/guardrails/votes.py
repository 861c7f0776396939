"""Which product a note sells where its words do not tell: the sentences that read like a seller's vote.

A seller may name no product (搁咱家放三年), or another one than the one on offer (从消费贷里倒五万囤金条). Owns the
count and when it counts: where nobody declared a product and no mandatory sentence tells one. It decides what the note
is taken to promote, and so which lines it owes and which rules of a product see it as well; what its words alone
promote is still looked through for words. Refuses to judge a sentence (`agent.guardrails.alike`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from agent.guardrails.calling import lined
from agent.guardrails.inference import Offer, reads_like_a_sellers
from agent.guardrails.likeness import Likeness
from agent.guardrails.packs import Packs
from agent.models import Category, NoteInput

__all__ = ["as_voted"]

_ENOUGH: Final = 0.7  # votes that decide; one sentence has one vote at most
_TIMES: Final = 3.0  # how many times the votes of the runner-up
_MONEY: Final = ("money-talk",)


def as_voted(offer: Offer, note: NoteInput, norm: str, packs: Packs, reader: Likeness) -> Offer:
    """Return what a note offers, corrected by the vote where it is clear."""
    if note.products or note.note_type != "auto" or lined(norm):
        return offer
    if not (offer.promotes or _sells(norm, packs, reader)):  # asked first: most notes speak of no money
        return offer
    winner = _winner(reader.votes(norm, packs.owners))
    if winner is None or winner in offer.promoted:
        return offer
    outvoted = (offer.promoted | offer.outvoted) - {winner}
    return replace(offer, products=offer.products | {winner}, promoted=frozenset({winner}), words={}, outvoted=outvoted)


def _winner(votes: Mapping[Category, float]) -> Category | None:
    ordered = sorted(votes, key=lambda product: -votes[product])
    most, next_most = (*(votes[product] for product in ordered[:2]), 0.0, 0.0)[:2]
    return ordered[0] if most >= max(_ENOUGH, _TIMES * next_most) else None


def _sells(norm: str, packs: Packs, reader: Likeness) -> bool:
    money = [(start, end) for _, start, end in packs.lists.find(_MONEY, norm)]
    return bool(money) and reads_like_a_sellers(norm, money, reader.sells)
