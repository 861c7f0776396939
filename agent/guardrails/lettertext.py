"""A letter to the author of a note that somebody has read: what is wrong with each sentence, in the order of the note.

Owns what a reader's advice is, once it was vetted, and the lines it is told in. Refuses to read or to vet: who reads
may be a model, and what of its words counts is in `agent.readers`. Clauses and mandatory lines come from the rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from agent.guardrails.advice import headline, verdict_words
from agent.guardrails.keeping import life_step
from agent.guardrails.letter import added_lines, is_claim, is_offer, paragraph_at
from agent.guardrails.owing import Missing, add_lines, fill_lines
from agent.guardrails.quoting import within_quotes
from agent.guardrails.todo import section, todo_of
from agent.guardrails.topics import weight_of
from agent.guardrails.wording import brief, label_of, word
from agent.models import FieldName, Finding, NoteInput, Report

__all__ = ["Advice", "Point", "advised_lines", "place_words"]

_WORST: Final = 3  # points that are named before all others
_SHORT: Final = 12  # characters that show which sentence is meant
_LONGEST: Final = 100  # characters of a quotation
_MARKS: Final = "，。！？；：、,.!?;:… "
_LAST: Final = 1_000
_PICTURE: Final = re.compile("图[一二三四五六七八九十0-9]{1,2}|封面图?")


@dataclass(frozen=True)
class Point:
    """Hold what is wrong with one place of a note.

    start: in the raw field; None for what has no place. why: the line that tells it, clause and rule at its end.
    says: what the sentence does, as the topics name it; does: as its reader names it, in short. grave: 3 is the
    gravest. deed: whether it is to be reported if really done.
    """

    field: FieldName
    start: int | None
    quote: str
    why: str
    says: str
    grave: int = 2
    deed: bool = False
    does: str = ""


@dataclass(frozen=True)
class Advice:
    """Hold what a reader tells the author and the reviewer of a note.

    keep: the numbers of paragraphs that may stay. misread: guesses that the reader finds innocent. unread: those of
    which the reader says nothing. claims: lines that are missing for words which no point speaks against.
    """

    opening: str = ""
    product: str = ""
    points: tuple[Point, ...] = ()
    keep: tuple[int, ...] = ()
    ask: str = ""
    misread: tuple[Finding, ...] = ()
    unread: tuple[str, ...] = ()
    claims: tuple[Missing, ...] = ()


def advised_lines(note: NoteInput, report: Report, advice: Advice, *, before: Report | None = None) -> Iterator[str]:
    """Say that the note is not to be sent and what may stay, then what is wrong where, then what it must hold anew.

    before: the report that decides, where the note was checked once more for the product that it reads like.
    """
    told = [*_to_author(note, report, advice), *_added(note, report, advice)]
    yield _headline(report, advice)
    yield from told
    yield from section("advised_reviewer", _to_reviewer(note, before or report, advice, told))


def place_words(note: NoteInput, field: FieldName, start: int | None) -> str:
    """Name a place: a field, of the body the paragraph."""
    if field != "body" or start is None:
        return label_of("field", field)
    return word("numbered").format(number=paragraph_at(note, start))


def _headline(report: Report, advice: Advice) -> str:
    """Say what becomes of the note and what it promotes; nobody holds back a note against which nothing is said."""
    if not advice.points:
        return headline(report.model_copy(update={"products": ()}))
    products = (advice.product,) if advice.product else report.products
    offer = {"products": products} | ({"note_type": "marketing"} if products else {})
    return headline(report.model_copy(update=offer)).replace(verdict_words(report), word("anew_verdict"), 1)


def _to_author(note: NoteInput, report: Report, advice: Advice) -> Iterator[str]:
    yield advice.opening or _opening(advice)
    if len(advice.points) > _WORST:
        yield word("anew_worst").format(told="；".join(_grave(note, point) for point in _gravest(advice.points)))
    yield from _steps(report, advice)
    if first := _at_once(advice.points):
        yield word("advised_now").format(told="，".join(first))
    if deeds := _deeds(note, advice):
        yield word("advised_deeds").format(told="、".join(deeds))
    if advice.points:
        yield word("advised_posted")
    yield from section("advised_points", _pointed_out(note, advice.points))


def _at_once(points: Sequence[Point]) -> list[str]:
    """Say which pictures that a point speaks of come out, and that a title with a point is written anew."""
    pictures = dict.fromkeys(name for point in _in_order(points) for name in _PICTURE.findall(point.quote))
    told = [word("now_pictures").format(told="、".join(pictures))] if pictures else []
    return told + [word("now_title")] * any(point.field == "title" for point in points)


def _deeds(note: NoteInput, advice: Advice) -> list[str]:
    """Name what is to be reported if it was really done: the author is told, and the reviewer asks for the same."""
    return list(dict.fromkeys(_named(note, point) for point in _in_order(advice.points) if point.deed))


def _opening(advice: Advice) -> str:
    if not advice.points:
        return word("advised_nothing")
    numbers = "、".join(map(str, advice.keep))
    return word("advised_opening_keep").format(numbers=numbers) if numbers else word("advised_opening")


def _steps(report: Report, advice: Advice) -> Iterator[str]:
    """Say what to do: of a note that offers something to write of life alone or anew, of another to take out."""
    if not advice.points:
        return
    if not (is_offer(report) or advice.product):
        yield word("advised_take_out")
        return
    life = word("these_paragraphs").format(numbers="、".join(map(str, advice.keep))) if advice.keep else ""
    yield from (word("anew_how"), life_step(life), word("step_product"))


def _pointed_out(note: NoteInput, points: Sequence[Point]) -> Iterator[str]:
    """Tell the points in the order of the note, what is said of one quotation together."""
    for (place, quote), group in groupby(
        _in_order(points), key=lambda one: (place_words(note, one.field, one.start), one.quote)
    ):
        yield f"{place}“{_begun(within_quotes(quote), _LONGEST)}”" if quote else place
        yield from (f"  {why}" for why in dict.fromkeys(one.why for one in group))


def _stays(note: NoteInput, guess: Finding, advice: Advice) -> bool:
    """Tell whether words stay that were guessed at: those of a paragraph that may stay, all where nothing goes."""
    kept = guess.field == "body" and guess.start is not None and paragraph_at(note, guess.start) in advice.keep
    return kept or not advice.points


def _in_order(points: Iterable[Point]) -> list[Point]:
    order = ("title", "cover", "body", "tags", "note")
    return sorted(points, key=lambda one: (order.index(one.field), _LAST**2 if one.start is None else one.start))


def _gravest(points: Sequence[Point]) -> list[Point]:
    """Return the gravest points, one of each kind: by how grave the reader finds them, deeds first, then by topics."""
    ordered = sorted(points, key=_gravity)
    return list({one.says: one for one in reversed(ordered)}.values())[::-1][:_WORST]


def _gravity(point: Point) -> tuple[int, bool, int]:
    weight = weight_of(point.says)
    return -point.grave, not point.deed, _LAST if weight is None else weight


def _grave(note: NoteInput, point: Point) -> str:
    quote = _shortly(point.quote)
    return word("gravest").format(
        place=place_words(note, point.field, point.start), quote=quote, says=point.does or point.says
    )


def _named(note: NoteInput, point: Point) -> str:
    return place_words(note, point.field, point.start) + _shortly(point.quote)


def _shortly(quote: str) -> str:
    return f"“{_begun(within_quotes(quote), _SHORT)}”"


def _begun(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[:longest].rstrip(_MARKS) + "…"


def _added(note: NoteInput, report: Report, advice: Advice) -> Iterator[str]:
    """Tell the lines that the note must hold anew, and those of words that may stay with their conditions alone."""
    todo = todo_of(note, report)
    lines = [line for item in advice.claims for line in add_lines(note, item)]
    lines += added_lines(note, report, todo, reasons=False)
    yield from section("must_add_anew" if is_offer(report) else "must_add", lines)
    filling = fill_lines([*advice.claims, *(item for item in todo.adding if not is_claim(item))], anew=is_offer(report))
    yield from (f"  {line}" for line in filling)


def _to_reviewer(note: NoteInput, report: Report, advice: Advice, told: Sequence[str]) -> Iterator[str]:
    if deeds := _deeds(note, advice):
        yield word("advised_asked_deeds").format(number=len(deeds))
    if asked := advice.ask or (word("advised_ask") if advice.points else ""):
        yield asked
    if advice.product and report.products and advice.product not in report.products:
        checked = "、".join(label_of("product", one) for one in report.products)
        yield word("advised_other_product").format(product=label_of("product", advice.product), checked=checked)
    if misread := [one for one in advice.misread if _stays(note, one, advice)]:
        quotes = "、".join(_shortly(one.text) for one in misread)
        yield word("advised_misread").format(number=len(misread), quotes=quotes)
    if advice.unread:
        quotes = "、".join(f"“{brief(within_quotes(quote))}”" for quote in advice.unread)
        yield word("advised_unread").format(quotes=quotes)
    if any(word("unverified_mark") in line for line in told):
        yield word("unverified_note")
    yield word("advised_by")
