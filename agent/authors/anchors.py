"""Find in the material what a sentence can take up: a shared word, a sum, something said, a clause that tells a turn.

Everything found is a verbatim piece of one item, so that it can be traced; nothing is made up here.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from agent.authors.phrasebank import load_bridges, load_common, load_scenes
from agent.models import Material
from agent.text.numbers import find_numbers
from agent.text.sentences import clauses, sentences

__all__ = ["Anchor", "details_in", "hints_in", "objects_in", "quotes_in", "shared_pieces", "shared_words", "sums_in"]

QUOTE = (3, 12)
CALLED = 2  # 妈，先问我: whoever is called is left out
DETAIL = (4, 16)
HINT = (4, 9)
BEFORE = 3  # characters before a sum that tell what it was
SELF = re.compile("[我俺咱]")  # who speaks of themselves does so in the body only, where the material is cited
MARKS = "，,、；;：:。！？!?… "
NUMERALS = "一两半几二三四五六七八九十百"
PIECE = (2, 4)
MAX_THING, LONGEST_THING = 8, {"个": 4, "家": 4}  # 几个孙辈轮流守夜: a measure of anything counts people too


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
    """Return the sums somebody is told to have spent, as told but without spaces.

    The price of a piece, a saving, and what was received, found, lent or left unbought are none.
    """
    return tuple(
        Anchor("amount", re.sub(r"\s", "", claim.text), item.id, claim.value or Decimal(0))
        for item in material
        for claim in find_numbers(item.text)
        if claim.kind == "amount" and claim.unit == "元" and _is_spent(item.text, claim.start, claim.end)
    )


def quotes_in(material: Iterable[Material]) -> tuple[Anchor, ...]:
    """Return what somebody said, short enough to be said again; a long saying gives a clause that stands alone."""
    found = []
    for item in material:
        for pattern in load_bridges().speech:
            for match in re.finditer(pattern, item.text):
                said = match.group(1).strip(MARKS)
                pieces = (piece for piece in _short_enough(said) if not SELF.search(piece))
                found += [Anchor("quote", piece, item.id) for piece in pieces]
    return tuple(dict.fromkeys(found))


def details_in(material: Iterable[Material]) -> tuple[str, ...]:
    """Return what sentences begin with, one clause or two, those that tell a turn first; in the order they were told.

    A later clause may have left its subject behind: 两个大学生在背单词，笑得停不下来。
    """
    told = [span.text for item in material for span in sentences(item.text)]
    pieces = [piece for sentence in told for piece in _standing(sentence, DETAIL)]
    telling = load_bridges().telling
    return tuple(sorted(dict.fromkeys(pieces), key=lambda piece: not any(mark in piece for mark in telling)))


def objects_in(text: str) -> tuple[str, ...]:
    """Return the things a text counts out, pointed at: 那双开胶的靴子, 那二十包猫砂; the last told first.

    Only one that ends its clause, or that is carried somewhere, is taken: the rest may run on into what happened.
    """
    bank = load_bridges()
    count = rf"(?<![0-9{NUMERALS}第])([0-9]+|[{NUMERALS}]+)([{bank.measures}])"
    found = [
        f"那{'' if match.group(1) == '一' else match.group(1)}{match.group(2)}{match.group(3)}"
        for match in re.finditer(rf"{count}([^\W0-9{NUMERALS}]{{1,8}}?)(?=[，。！？；：、…]|$|[去回]\w)", text)
        if 1 < len(match.group(3)) <= LONGEST_THING.get(match.group(2), MAX_THING)
        and not match.group(3).endswith(tuple(bank.never_last))
        and not any(w in match.group(3) for w in bank.verbs)
    ]
    return tuple(dict.fromkeys(reversed(found)))


def shared_pieces(left: str, right: str) -> tuple[str, ...]:
    """Return the words two texts share, guessed: what stands in both, cut by words of grammar in one of them."""
    grammar = f"[\\W{load_bridges().grammar}]"
    found: list[str] = []
    for run in (run for run in re.split(f"{grammar}+", left) if run):
        start = 0
        while start < len(run) - 1:
            size = next((n for n in range(len(run) - start, 1, -1) if run[start : start + n] in right), 0)
            found.append(run[start : start + size])
            start += size or 1
    words = dict.fromkeys(_without_measure(piece) for piece in found if _is_whole(piece, left, right))
    return tuple(word for word in words if PIECE[0] <= len(word) <= PIECE[1])


def _is_whole(piece: str, *texts: str) -> bool:
    """Tell whether a piece is cut by grammar at both its ends, each in one of the texts at least."""
    grammar, told = f"[\\W{load_bridges().grammar}]", "|".join(texts)
    word = re.escape(piece)
    ends = all(re.search(f"(?:{side})", told) for side in (f"(?<={grammar}){word}|^{word}", f"{word}(?={grammar}|$)"))
    return bool(piece) and ends and f"{piece[0]}{piece}" not in told


def _without_measure(piece: str) -> str:
    return piece[1:] if len(piece) > PIECE[0] and piece[0] in load_bridges().measures else piece


def hints_in(lines: Iterable[str]) -> tuple[str, ...]:
    """Return the sentences that lines of a scene begin with, where they are one clause and short enough for a title.

    A clause cut from a longer sentence has left its object or its condition behind. A line that goes on must begin
    with advice; one that is nothing else is advice by itself.
    """
    first = tuple(load_bridges().hint_first)
    heads = [(line, sentences(line)[0].text) for line in lines if line.strip()]
    found = [head.strip(MARKS) for line, head in heads if head == line or head.startswith(first)]
    return tuple(dict.fromkeys(head for head in found if head in _standing(head, HINT)))


def _standing(text: str, size: tuple[int, int]) -> list[str]:
    """Return the first clause, or the first two, where they lose nothing by standing alone."""
    body = text.strip().strip(MARKS)
    if re.search("[：:“”]", body):
        return []
    parts = [span.text.strip(MARKS) for span in clauses(body)]
    pair = "，".join(parts[:2])
    low, high = size
    never = tuple(load_bridges().never_first)
    heads = dict.fromkeys(
        piece
        for piece in (pair, *parts[:1])
        if piece in body and not piece.startswith(never) and not _begins_in_time(piece)
    )
    fitting = [piece for piece in heads if low <= len(piece) <= high and len(_without_numbers(piece)) >= low]
    speaks = tuple(load_bridges().speaks)
    leads_on = [any(clause.endswith(speaks) for clause in piece.split("，")) for piece in fitting]
    return [piece for piece, leads in zip(fitting, leads_on, strict=True) if not leads and not SELF.search(piece)]


def _begins_in_time(piece: str) -> bool:
    return any(claim.start == 0 and claim.kind == "date" for claim in find_numbers(piece))


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
    whole = tuple(load_bridges().own_subject)
    return [part for part in reversed(parts) if low < len(part) <= high and part.startswith(whole)][:1]


def _is_spent(text: str, start: int, end: int) -> bool:
    bank = load_bridges()
    saved = any(word in text[max(0, start - BEFORE) : start] for word in bank.saved)
    pieces = tuple(bank.piece_prices)
    if saved or text[end:].startswith(pieces) or text[:start].endswith(pieces):
        return False
    sentence = next(span.text for span in sentences(text) if span.start <= start < span.end)
    spent = any(re.search(pattern, _clause_of(text, start)) for pattern in bank.spent)
    return spent and not any(re.search(pattern, sentence) for pattern in bank.not_spent)


def _clause_of(text: str, place: int) -> str:
    """Return the clause at this place; one that is nothing but a sum (点了一杯，32 块) with the clause before it."""
    parts = [span.text for span in clauses(text) if span.start <= place]
    bare = len(_without_numbers(parts[-1])) < CALLED
    return "".join(parts[-2:] if bare else parts[-1:])


@functools.cache
def _known_words() -> frozenset[str]:
    """Return the words by which scenes know their topics, without those that only tell the time."""
    cues = (cue for scene in load_scenes() for facet in scene.facets for cue in facet.cues)
    strong = (cue for scene in load_scenes() for cue in scene.strong)
    return frozenset((*cues, *strong)) - frozenset(load_common().time_heads)
