"""Go from the story to the point or the offer, and out of the note, by something the material holds.

A sentence here asserts nothing of its own: it names a word, a sum or a saying of the material, and cites it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from decimal import Decimal
from random import Random

from agent.authors.anchors import Anchor, quotes_in, shared_words, sums_in
from agent.authors.phrasebank import Anchored, load_bridges
from agent.models import Fact, Material, Point, Product, Segment, Sources
from agent.text.sentences import sentences

__all__ = ["Bridging", "mandatory_lines"]

Pick = Callable[[Iterable[str]], str]
THRESHOLD = "门槛"
YUAN = "元"
OF_A_BANK = ("card", "deposit", "loan", "gold")


class Bridging:
    """Lead over from what has been told so far; a bank is drawn from by `pick`."""

    def __init__(self, told: tuple[Material, ...], *, rng: Random, pick: Pick) -> None:
        self.told = told
        self.rng = rng
        self.pick = pick
        self.bank = load_bridges()
        self._used: set[str] = set()

    def to_point(self, point: Point) -> Segment | None:
        """Take up a sum for a point about small spending, else, before its bridge, what point and story share."""
        about = "".join((point.title, point.text, *point.keywords))
        sums = sums_in(self.told) if set(point.keywords) & set(self.bank.about_sums) else ()
        if anchor := self._choose(sums):
            return self._said(self.bank.points, anchor)
        anchor = self._first(shared_words(self.told, about, more=point.keywords))
        if anchor is None or not point.bridge:
            return self._said(self.bank.points, anchor)
        said = point.bridge if anchor.text in point.bridge else self._onward(anchor.text) + point.bridge
        return Segment(text=said, kind="life", sources=(anchor.source,) if anchor.source else ())

    def to_offer(self, fact: Fact, product: Product | None) -> Segment | None:
        """Say that a sum spent on what the offer is about meets its least sum, else take up the shared word."""
        name = product.name if product else ""
        if (met := self._met(fact, name)) is not None:
            return met
        return self._said(self.bank.benefits, self._first(self._words(fact, name)), product=name)

    def to_threshold(self, fact: Fact, product: Product | None) -> Segment | None:
        """Set a sum that was told beside the sum from which the offer holds, unless it has been said."""
        least, sums = _least(fact), self._sums_about(fact, product.name if product else "")
        anchor = max(sums, key=lambda found: found.value, default=None)
        if least is None or anchor is None or anchor.text in self._used:
            return None
        bank = self.bank.thresholds.above if anchor.value >= Decimal(least) else self.bank.thresholds.below
        text = self.pick(bank).format(amount=anchor.text, threshold=least)
        return Segment(text=text, kind="life", sources=(anchor.source, fact.id))

    def to_reader(self, story: tuple[Material, ...]) -> Segment | None:
        """Ask the reader about a saying of the story, else nothing: a question about anything else is not about it."""
        return self._said(self.bank.closings, self._choose(quotes_in(story)))

    def _met(self, fact: Fact, name: str) -> Segment | None:
        least, sums = _least(fact), self._sums_about(fact, name)
        enough = [anchor for anchor in sums if least is not None and anchor.value >= Decimal(least)]
        if not enough or not name:
            return None
        said = self._said(self.bank.benefits, enough[-1], product=name, threshold=str(least))
        return said.model_copy(update={"sources": (*said.sources, fact.id)}) if said else None

    def _onward(self, word: str) -> str:
        return self.pick(self.bank.onward).format(word=word)

    def _said(self, banks: Anchored, anchor: Anchor | None, **slots: str) -> Segment | None:
        phrases: tuple[str, ...] = getattr(banks, anchor.kind) if anchor else ()
        if anchor is None or not phrases:
            return None
        self._used.add(anchor.text)
        text = self.pick(phrases).format(**{anchor.kind: anchor.text}, **slots)
        return Segment(text=text, kind="life", sources=(anchor.source,) if anchor.source else ())

    def _words(self, fact: Fact, product: str) -> tuple[Anchor, ...]:
        return shared_words(self.told, _offer(fact, product))

    def _sums_about(self, fact: Fact, product: str) -> tuple[Anchor, ...]:
        """Return the sums of those sentences that name what the offer is about; the rest may have been anything.

        The only sum of a story also counts after such a sentence: 到咖啡店坐下。点了一杯，32 块。
        """
        said = [item.model_copy(update={"text": s.text}) for item in self.told for s in sentences(item.text)]
        named = [bool(shared_words((piece,), _offer(fact, product))) for piece in said]
        if found := sums_in(itertools.compress(said, named)):
            return found
        after = said[named.index(True) :] if True in named else []
        return sums_in(after) if len({found.value for found in sums_in(self.told)}) == 1 else ()

    def _first(self, anchors: Iterable[Anchor]) -> Anchor | None:
        return next((anchor for anchor in anchors if anchor.text not in self._used), None)

    def _choose(self, anchors: Iterable[Anchor]) -> Anchor | None:
        fresh = [anchor for anchor in anchors if anchor.text not in self._used]
        return self.rng.choice(fresh) if fresh else None


def mandatory_lines(facts: tuple[Fact, ...], sources: Sources, *, body: str) -> list[Segment]:
    """Say employer, provider and the card's conditions in two short lines, where the long ones would follow.

    Only for one product and an account that has to say who is speaking; all else is the assembler's.
    """
    products = [product for product in sources.products if any(fact.product == product.id for fact in facts)]
    account, bank = sources.account, load_bridges()
    employer = (account.employer if account else "") or sources.institution.full_name
    speaks = not account or not (account.role_on_profile or account.type == "institution")
    if len(products) != 1 or not speaks:
        return []
    product = products[0]
    line = bank.own_line if _is_own(product, employer) else bank.sold_line if _is_sold(product, employer) else ""
    said = line.format(employer=employer, full_name=product.full_name, issuer=product.issuer)
    lines = [Segment(text=said, kind="role")] if said else []
    if said and product.category == "card" and not any(word in body for word in bank.card_line_never_with):
        lines.append(Segment(text=bank.card_line, kind="disclosure"))
    return lines


def _least(fact: Fact) -> str | None:
    return next((n.value for n in fact.numbers if n.what == THRESHOLD and n.unit == YUAN), None)


def _is_own(product: Product, employer: str) -> bool:
    return product.category in OF_A_BANK and product.issuer == employer and product.seller in ("", employer)


def _is_sold(product: Product, employer: str) -> bool:
    """Tell whether the employer sells what somebody else issued; its own it answers for itself."""
    return product.seller == employer and product.issuer not in ("", employer)


def _offer(fact: Fact, product: str) -> str:
    return fact.claim.replace(product, "") if product else fact.claim
