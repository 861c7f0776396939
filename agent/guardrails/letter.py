"""A note that is to be written anew, as its author is told: paragraph by paragraph, each sentence with its reason.

Owns the order of what is told of one paragraph, and the words around it. No sentence is told another wording, which
would outlive it; a claim that lacks its conditions goes too, and is told what it needs to come back. Refuses to judge:
what goes, what is missing and what needs a look is in `agent.guardrails.todo`, what is said of one sentence in
`agent.guardrails.saying`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, NamedTuple

from agent.guardrails.joining import Passage
from agent.guardrails.keeping import kept_words, life_step
from agent.guardrails.label import advert_mark
from agent.guardrails.owing import Missing, add_lines, mark_line
from agent.guardrails.saying import Saying, claim_saying, look_sayings, passage_saying
from agent.guardrails.todo import Todo, close_lines, reason_lines, section
from agent.guardrails.topics import is_to_report, says_of
from agent.guardrails.wording import label_of, word, words_of_group
from agent.models import Category, FieldName, Finding, NoteInput, Report

__all__ = ["added_lines", "is_claim", "is_offer", "letter_lines", "never_words", "paragraph_at", "paragraphs_of"]

_ORDER: Final[tuple[FieldName, ...]] = ("title", "cover", "body", "tags", "note")
_GRADES: Final = ("gone_grade", "asked_grade", "completed_grade")
_WORST: Final = 3  # sentences that are named before all others
_OPENING: Final = 10  # characters that show which paragraph is meant
_MARKS: Final = "，。！？；：、,.!?;:… "


class _Place(NamedTuple):
    """Hold where something is said of: a field, for the body one of its paragraphs, counted from 1."""

    order: int
    paragraph: int = 0

    @property
    def field(self) -> FieldName:
        """Return the name of the field."""
        return _ORDER[self.order]


@dataclass(frozen=True)
class _Said:
    """Hold what is said of one place, and where it begins there."""

    place: _Place
    start: int
    saying: Saying


def letter_lines(
    note: NoteInput, report: Report, todo: Todo, *, full: bool = False, subject: Iterable[str] = ()
) -> Iterator[str]:
    """Say how to go about it, then what goes, by paragraph and with its reason; then what the note must hold anew.

    Without `full` a sentence is told what it does, the point of one reason and one clause. `subject`: for which product
    the note was checked.
    """
    owed = _owed(todo)
    everything = list(_said(note, todo, report.products if is_offer(report) else (), full=full))
    said = [one for one in everything if one.saying.unnamed is None] or everything
    named = {one.place for one in said}
    unnamed = [one for one in everything if one not in said]
    asked = [one for one in unnamed if one.place not in named]
    too = [one for one in unnamed if one.place in named]
    mark = _mark(note, report, owed)
    yield word("anew_first")
    yield from _gravest(said)
    yield word("anew_how")
    yield from _steps(note, said, asked, len(owed) + bool(mark))
    yield from subject
    yield from ("", word("by_paragraph"))
    yield "  " + "".join(label_of("how_to_read", grade) for grade in _GRADES if grade in _grades(said))
    for place, group in groupby(said, key=lambda one: one.place):
        yield "  " + _heading(note, place)
        yield from (f"    {line}" for one in group for line in one.saying.lines)
        yield from _gone_too([one for one in too if one.place == place])
    yield from _untouched(note, everything)
    yield from _for_reviewer(asked)
    yield from ("", never_words(report))
    yield from section("must_add_anew", added_lines(note, report, todo, full=full))
    asked_for = owed + [one.saying.owes for one in said if one.saying.owes]
    yield from close_lines(report, asked_for, anew=is_offer(report))


def added_lines(note: NoteInput, report: Report, todo: Todo, *, full: bool = False, reasons: bool = True) -> list[str]:
    """Return what the note must hold anew: its mark, the lines it lacks, what is told of its products in full.

    reasons: whether each line says why it is wanted and how it is written.
    """
    owed = _owed(todo)
    mark = _mark(note, report, owed)
    lines = [mark_line(mark, anew=True)] if mark else []
    told = (_owed_lines(note, item, full=full) if reasons else add_lines(note, item, anew=True) for item in owed)
    lines += [line for each in told for line in each]
    return lines + _written_of(note, report)


def _owed(todo: Todo) -> list[Missing]:
    return [item for item in todo.adding if not is_claim(item)]


def _mark(note: NoteInput, report: Report, owed: Sequence[Missing]) -> str:
    return advert_mark(note, report, asked=[line for item in owed for line in item.lines], anew=True)


def _owed_lines(note: NoteInput, item: Missing, *, full: bool) -> Iterator[str]:
    """Ask for the lines that are missing together, then say why, by which clauses and how to write them."""
    yield from add_lines(note, item, anew=True)
    yield from (f"  {line}" for line in reason_lines([item], full=full, others=full, named=False))


def is_offer(report: Report) -> bool:
    """Tell whether a note offers a product."""
    return bool(report.products) and report.note_type in ("marketing", "benefit")


def never_words(report: Report) -> str:
    """Say what is never written, of whatever product, and of those on offer."""
    told = [
        word("never_written_of").format(product=label_of("product", one), told=label_of("never_of", one))
        for one in (report.products if is_offer(report) else ())
    ]  # fmt: skip
    return word("never_written") + "".join(told)


def _steps(note: NoteInput, said: Sequence[_Said], asked: Sequence[_Said], added: int) -> Iterator[str]:
    """Say what to do, the easiest first: to ask and to tell of life alone, or to write of the product anew."""
    named, reviewed = ({one.place.paragraph for one in some} for some in (said, asked))
    yield life_step(kept_words(paragraphs_of(note), named=named, asked=reviewed))
    yield word("step_product")
    more = word("step_added").format(added=added) if added else ""
    yield word("step_points").format(all=len(said), points=_points(said), added=more)
    yield _to_report(said)


def _for_reviewer(asked: Sequence[_Said]) -> Iterator[str]:
    """Name the sentences that nobody can name to their author, with what each may be."""
    told = []
    for one in asked:
        may_be = one.saying.unnamed or ()
        given = {"place": _heading_of(one.place), "quote": one.saying.quote}
        code = "one_of_two" if may_be else "one_for_reviewer"
        told.append(word(code).format(**given, **dict(zip(("says", "other"), may_be, strict=False))))
    if told:
        yield "  " + word("for_reviewer").format(told="；".join(told))


def _points(said: Sequence[_Said]) -> str:
    """Count what is said of sentences, by what becomes of them."""
    number = _grades(said)
    return "，".join(
        word("so_many").format(name=word(grade), number=number[grade]) for grade in _GRADES if grade in number
    )


def _grades(said: Sequence[_Said]) -> Counter[str]:
    return Counter(one.saying.grade for one in said)


def _to_report(said: Sequence[_Said]) -> str:
    """Say what is not mended by other words, if it was really done, and what of the note reads like that."""
    grave: dict[str, dict[str, None]] = {}
    for one in said:
        if is_to_report(one.saying.says):
            grave.setdefault(_heading_of(one.place), {})[one.saying.says] = None
    told = [word("done_at").format(place=place, says="；".join(says)) for place, says in grave.items()]
    seen = word("seen").format(told="、".join(told)) if told else ""
    return word("step_report").format(seen=seen)


def is_claim(item: Missing) -> bool:
    """Tell whether lines are missing for what a sentence says, and not for the product of the note."""
    return bool(item.first.text and says_of(item.first.rule))


def _said(note: NoteInput, todo: Todo, products: Sequence[Category], *, full: bool) -> Iterator[_Said]:
    """Yield in reading order what is said of each sentence; what is wrong with what it does is told once."""
    told: set[str] = set()
    for place, start, item in sorted(_spoken_of(note, todo), key=lambda one: one[:2]):
        if isinstance(item, Passage):
            sayings = [passage_saying(note, item, products, told, full=full)]
        elif isinstance(item, Missing):
            sayings = [claim_saying(note, item, told, full=full)]
        else:
            sayings = look_sayings(note, item, products, told, full=full)
        yield from (_Said(place, start, saying) for saying in sayings)


def _spoken_of(note: NoteInput, todo: Todo) -> Iterator[tuple[_Place, int, Passage | Finding | Missing]]:
    """Yield what something is said of, and where; not a claim in a sentence that goes for something else."""
    going = (*todo.going, *todo.doubted)
    yield from ((*_where(note, passage.first), passage) for passage in going)
    yield from ((*_where(note, finding), finding) for finding in todo.looks)
    spans = [(passage.start, passage.end) for passage in going if passage.first.field == "body"]
    spans += [(finding.start, finding.end) for finding in todo.looks if finding.field == "body"]
    for item in filter(is_claim, todo.adding):
        start = max(0, note.body.find(item.first.text))
        if not any(first is not None and last is not None and first <= start < last for first, last in spans):
            yield _Place(_ORDER.index("body"), paragraph_at(note, start)), start, item


def _where(note: NoteInput, finding: Finding) -> tuple[_Place, int]:
    start = finding.start or 0
    paragraph = paragraph_at(note, start) if finding.field == "body" and finding.start is not None else 0
    return _Place(_ORDER.index(finding.field), paragraph), start


def paragraphs_of(note: NoteInput) -> list[str]:
    """Return the paragraphs of a body, which are counted from 1."""
    return [line.strip() for line in note.body.split("\n") if line.strip()]


def paragraph_at(note: NoteInput, start: int) -> int:
    """Return the number of the paragraph of the body in which a place lies."""
    return max(1, sum(bool(line.strip()) for line in (note.body[:start] + "x").split("\n")))


def _gravest(said: Sequence[_Said]) -> Iterator[str]:
    """Say where to look first: at what their topics make the gravest, where there are more places than that."""
    known = sorted((one for one in said if one.saying.weight is not None), key=lambda one: one.saying.weight or 0)
    worst = list({one.saying.says: one for one in reversed(known)}.values())[::-1][:_WORST]
    if len(said) > len(worst) > 0:
        yield word("anew_worst").format(told="；".join(map(_grave, worst)))


def _grave(one: _Said) -> str:
    says = word("asked_as").format(says=one.saying.says) if one.saying.asks else one.saying.says
    return word("gravest").format(place=_heading_of(one.place), quote=_opening(one.saying.quote), says=says)


def _gone_too(asked: Sequence[_Said]) -> Iterator[str]:
    """Name the sentences that go with those of their paragraph although nobody can say what they do."""
    if asked:
        yield "    " + word("gone_too").format(quotes="、".join(one.saying.quote for one in asked))


def _opening(quote: str) -> str:
    """Quote the beginning of a sentence."""
    text = quote.removeprefix("“").removesuffix("”")
    return f"“{text[:_OPENING].rstrip(_MARKS)}…”" if len(text) > _OPENING else quote


def _heading(note: NoteInput, place: _Place) -> str:
    if place.field == "body" and place.paragraph:
        text = paragraphs_of(note)[place.paragraph - 1]
        opening = text[:_OPENING].rstrip(_MARKS) + ("…" if len(text) > _OPENING else "")
        return word("paragraph").format(place=_heading_of(place), opening=opening)
    return _heading_of(place)


def _heading_of(place: _Place) -> str:
    numbered = place.field == "body" and place.paragraph
    return word("numbered").format(number=place.paragraph) if numbered else label_of("field", place.field)


def _untouched(note: NoteInput, said: Sequence[_Said]) -> Iterator[str]:
    """Say that paragraphs of which nothing is said are not therefore clean."""
    if {one.place.paragraph for one in said} < set(range(len(paragraphs_of(note)) + 1)):
        yield "  " + word("untouched")


def _written_of(note: NoteInput, report: Report) -> list[str]:
    """Say what must be told of each product on offer, once it is told of at all, and more for what the note names."""
    if not is_offer(report):
        return []
    text = "".join((note.title, note.body, *note.tags))
    return [
        word("in_full").format(told="；".join((label_of("written_of", product), *_more_of(product, text))))
        for product in report.products
    ]


def _more_of(product: str, text: str) -> Iterator[str]:
    for entry in words_of_group("written_more"):
        if entry["of"] == product and any(name in text for name in entry["has"]):
            yield str(entry["told"])
