"""Where a note offers its own product, so that a sentence need not name it again (`about` in a rule).

A note names its product once and then speaks of its price, its speed, its conditions. What a sentence speaks of is
told by the nearest thing named: in its clause or before it, else later in it, else right after it. A thing of everyday
life named nearer than anything of the product makes the sentence one about life, so a coffee that is 全网最便宜 stays
innocent beside a card.
Word lists are data (`terms/offer.yaml`): `offer-words`, `offer-<category>` and `life-things`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from agent.guardrails.document import Document, Hit
from agent.guardrails.evidence import Evidence
from agent.guardrails.normalize import SEPARATOR
from agent.guardrails.terms import TermLists
from agent.models import Category

__all__ = ["Offering"]

_REACH: Final = 3  # sentences back to what is spoken of
_BARE: Final = 12  # characters beside a hit in a sentence that speaks of nothing else
_BLANK: Final = f"\n {SEPARATOR}"
_LIFE: Final = "life-things"
_ANY: Final = "offer-words"


class Offering:
    """Tell, for one note, which places belong to the offer of a product that the note promotes."""

    def __init__(self, evidence: Evidence, lists: TermLists) -> None:
        self._evidence = evidence
        self._lists = lists
        self._found: dict[frozenset[Category], list[tuple[int, int, bool]]] = {}

    def holds(self, hit: Hit, products: Iterable[Category]) -> bool:
        """Tell whether a place speaks of what the note promotes, where that is one of these categories (none: any)."""
        evidence = self._evidence
        offered = evidence.promoted & frozenset(products) if products else evidence.promoted
        if not offered:
            return False
        document = evidence.document
        if self._names_it(hit, offered):
            return True
        begin, stop = document.window("sentence", hit)
        named = self._named(offered)
        own = [thing for thing in named if begin <= thing[0] and thing[1] <= stop]
        nearest = _nearest(hit, own, document.window("clause", hit)[1])
        if nearest is not None:
            return nearest
        earliest = begin
        for first, last in _before(document, begin):
            told = [thing[2] for thing in named if first <= thing[0] and thing[1] <= last]
            if told:
                return told[-1]
            earliest = first
        after = _nearest(hit, own, stop)
        if after is None:
            after = _after(document, stop, named)
        if after is not None:
            return after
        bare = len(document.norm[begin:stop].strip(_BLANK)) - (hit.end - hit.start) <= _BARE
        return bare and earliest == 0 and bool(offered & set(evidence.note.products))

    def _names_it(self, hit: Hit, offered: frozenset[Category]) -> bool:
        """Tell whether the words found name the product themselves (拿信用卡垫首付), and no thing of everyday life."""
        lists = (_LIFE, *(f"offer-{category}" for category in sorted(offered)))
        names = {name for name, _, _ in self._lists.find(lists, self._norm[hit.start : hit.end])}
        return bool(names) and _LIFE not in names

    def _named(self, offered: frozenset[Category]) -> list[tuple[int, int, bool]]:
        """Return start, end and whether it is of the offer, for all that is named, in text order.

        A word inside a longer one (刷 in 刷剧) names nothing.
        """
        if offered not in self._found:
            lists = (_LIFE, _ANY, *(f"offer-{category}" for category in sorted(offered)))
            spans = [(start, end, name != _LIFE) for name, start, end in self._lists.find(lists, self._norm)]
            self._found[offered] = sorted(span for span in spans if not _is_inside(span, spans))
        return self._found[offered]

    @property
    def _norm(self) -> str:
        return self._evidence.document.norm


def _is_inside(span: tuple[int, int, bool], others: Iterable[tuple[int, int, bool]]) -> bool:
    return any(o[0] <= span[0] and span[1] <= o[1] and o[1] - o[0] > span[1] - span[0] for o in others)


def _nearest(hit: Hit, things: Sequence[tuple[int, int, bool]], stop: int) -> bool | None:
    """Tell whether the thing nearest before a hit, else after it up to a place, is of the offer.

    Its own words name nothing.
    """
    before = [thing for thing in things if thing[1] <= hit.start]
    after = [thing for thing in things if hit.end <= thing[0] < stop]
    if before:
        return max(before)[2]
    return min(after)[2] if after else None


def _before(document: Document, begin: int) -> Iterator[tuple[int, int]]:
    """Yield the sentences before a place that hold any text, the nearest first."""
    seen = 0
    while begin > 0 and seen < _REACH:
        first, last = document.window("sentence", Hit(begin - 1, begin))
        seen += bool(document.norm[first:last].strip(_BLANK))
        yield first, last
        begin = first


def _after(document: Document, stop: int, named: Iterable[tuple[int, int, bool]]) -> bool | None:
    """Tell whether the first thing named in the sentence after a place is of the offer."""
    while stop < len(document.norm):
        first, last = document.window("sentence", Hit(stop, stop + 1))
        if document.norm[first:last].strip(_BLANK):
            return next((thing[2] for thing in named if first <= thing[0] and thing[1] <= last), None)
        stop = last
    return None
