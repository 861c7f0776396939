"""Find in the material what a sentence can take up: a shared word, a sum, something said, a clause that tells a turn.

Everything found is a verbatim piece of one item, so that it can be traced; nothing is made up here.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from agent.authors.phrasebank import load_bridges, load_common, load_scenes
from agent.models import Material
from agent.text.numbers import find_numbers
from agent.text.sentences import clauses

__all__ = ["Anchor", "details_in", "hints_in", "quotes_in", "shared_words", "sums_in"]

QUOTE = (3, 12)
CALLED = 2  # 妈，先问我: whoever is called is left out
DETAIL = (4, 16)
HINT = (4, 9)
BEFORE = 3  # characters before a sum that tell what it was
SELF = re.compile("[我俺咱]")  # who speaks of themselves does so in the body only, where the material is cited
MARKS = "，,、；;：:。！？!?… "


@dataclass(frozen=True)
class Anchor:
    """Hold a verbatim piece of the item `source`; a sum holds its value in yuan."""

    kind: Literal["word", "amount", "quote"]
    text: str
    source: str
    value: Decimal = Decimal(0)


def shared_words(material: Iterable[Material], about: str, *, more: Iterable[str] = ()) -> tuple[Anchor, ...]:
    """Return the words that the material and a text share, the longest first; `more` are words worth knowing."""
    words = {word for word in (*_known_words(), *more) if len(word) > 1 and word in about}
    found = [Anchor("word", word, item.id) for item in material for word in words if word in item.text]
    return tuple(sorted(found, key=lambda anchor: (-len(anchor.text), anchor.text)))


def sums_in(material: Iterable[Material]) -> tuple[Anchor, ...]:
    """Return the sums that were spent, as told but without spaces; the price of a piece and a saving are none."""
    return tuple(
        Anchor("amount", re.sub(r"\s", "", claim.text), item.id, claim.value or Decimal(0))
        for item in material
        for claim in find_numbers(item.text)
        if claim.kind == "amount" and claim.unit == "元" and _is_spent(item.text, claim.start, claim.end)
    )


def quotes_in(material: Iterable[Material]) -> tuple[Anchor, ...]:
    """Return what somebody said, short enough to be said again; a long saying gives its last clause."""
    found = []
    for item in material:
        for pattern in load_bridges().speech:
            for match in re.finditer(pattern, item.text):
                said = match.group(1).strip(MARKS)
                pieces = (piece for piece in _short_enough(said) if not SELF.search(piece))
                found += [Anchor("quote", piece, item.id) for piece in pieces]
    return tuple(dict.fromkeys(found))


def details_in(material: Iterable[Material]) -> tuple[str, ...]:
    """Return told clauses that can stand alone, those that tell a turn first; in the order they were told."""
    pieces = [piece for item in material for piece in _standing(item.text, DETAIL)]
    telling = load_bridges().telling
    return tuple(sorted(dict.fromkeys(pieces), key=lambda piece: not any(mark in piece for mark in telling)))


def hints_in(lines: Iterable[str]) -> tuple[str, ...]:
    """Return clauses of the lines of a scene that are short enough for a title."""
    first = tuple(load_bridges().hint_first)
    pieces = (piece for line in lines for piece in _standing(line, HINT))
    return tuple(dict.fromkeys(piece for piece in pieces if piece.startswith(first) and not piece.endswith("的")))


def _standing(text: str, size: tuple[int, int]) -> list[str]:
    """Return one clause, or two in a row, that lose nothing by standing alone."""
    body = text.strip().strip(MARKS)
    if re.search("[：:“”]", body):
        return []
    parts = [span.text.strip(MARKS) for span in clauses(body)]
    pairs = [f"{left}，{right}" for left, right in itertools.pairwise(parts) if f"{left}，{right}" in body]
    low, high = size
    never = tuple(load_bridges().never_first)
    fitting = [piece for piece in (*pairs, *parts) if low <= len(piece) <= high and not piece.startswith(never)]
    return [piece for piece in fitting if len(_without_numbers(piece)) >= low and not SELF.search(piece)]


def _without_numbers(text: str) -> str:
    for claim in reversed(find_numbers(text)):
        text = text[: claim.start] + text[claim.end :]
    return text.strip(MARKS)


def _short_enough(said: str) -> Sequence[str]:
    low, high = QUOTE
    called, _, rest = said.partition("，")
    said = rest if rest and len(called) <= CALLED else said
    if low <= len(said) <= high:
        return (said,)
    parts = [span.text.strip(MARKS) for span in clauses(said)]
    return [part for part in reversed(parts) if low < len(part) <= high][:1]


def _is_spent(text: str, start: int, end: int) -> bool:
    bank = load_bridges()
    saved = any(word in text[max(0, start - BEFORE) : start] for word in bank.not_spent)
    pieces = tuple(bank.piece_prices)
    return not saved and not text[end:].startswith(pieces) and not text[:start].endswith(pieces)


@functools.cache
def _known_words() -> frozenset[str]:
    """Return the words by which scenes know their topics, without those that only tell the time."""
    cues = (cue for scene in load_scenes() for facet in scene.facets for cue in facet.cues)
    strong = (cue for scene in load_scenes() for cue in scene.strong)
    return frozenset((*cues, *strong)) - frozenset(load_common().time_heads)
