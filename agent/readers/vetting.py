"""What counts of an adviser's words: quotations that stand in the note, rules that were offered, reasons fit to print.

Nothing a rule found is lost: where no point speaks against its sentence, the program's own saying is added. Only what
was guessed can be called misread. Clauses are the rules', never the adviser's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple, get_args

from pydantic import BaseModel, ConfigDict

from agent.guardrails import Packs, Rule
from agent.guardrails.findings import is_alike
from agent.guardrails.joining import Passage
from agent.guardrails.letter import is_claim, paragraph_at, paragraphs_of
from agent.guardrails.lettertext import Advice, Point
from agent.guardrails.owing import Missing
from agent.guardrails.placement import field_text, sentence_around
from agent.guardrails.saying import claim_saying, passage_saying
from agent.guardrails.todo import Todo, todo_of
from agent.guardrails.topics import is_final, is_to_report, own_law_of, says_of, why_of
from agent.guardrails.wording import clause_of, word, word_list
from agent.models import Basis, Category, FieldName, Finding, NoteInput, Report
from agent.readers.fitness import Fitness, sentences_of

__all__ = ["AdviceDraft", "numbered", "vetted"]

LONGEST_OPENING, LONGEST_WHY, LONGEST_ASK, LONGEST_DOES = 110, 80, 90, 16
_SHORTEST: Final = 2  # characters of a quotation that shows anything
_LONGEST_QUOTE: Final = 100
_GRADES: Final = range(1, 4)
_MARKS: Final = "，。！？；：、,.!?;:… "


class PointDraft(BaseModel):
    """Quote one sentence, name the rule that it breaks, say in short what it does, and why that is wrong."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    quote: str
    rule: str
    does: str = ""
    why: str = ""
    deed: bool = False
    grave: int = 2


class MisreadDraft(BaseModel):
    """Name a guess that is wrong, by its number."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    number: int


class AdviceDraft(BaseModel):
    """Tell an author what is wrong with a note, and a reviewer what to look at."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    opening: str = ""
    product: str = ""
    points: tuple[PointDraft, ...]
    misread: tuple[MisreadDraft, ...] = ()
    keep: tuple[int, ...] = ()
    ask: str = ""


class _Span(NamedTuple):
    """Hold a place of a note, in the offsets of its raw field."""

    field: FieldName
    part: int
    start: int
    end: int

    def meets(self, other: _Span) -> bool:
        """Tell whether two places overlap."""
        return self[:2] == other[:2] and self.start < other.end and other.start < self.end

    def lies_in(self, other: _Span) -> bool:
        """Tell whether a place lies within another."""
        return self[:2] == other[:2] and other.start <= self.start and self.end <= other.end


class _Placed(NamedTuple):
    """Hold a point with its place and its rule."""

    span: _Span
    rule: str
    point: Point


def numbered(report: Report) -> dict[int, Finding]:
    """Return the open findings that have a place, by the numbers that an adviser is told."""
    return dict(enumerate((finding for finding in report.open() if finding.start is not None), 1))


def vetted(
    draft: AdviceDraft, note: NoteInput, report: Report, *, rules: Mapping[str, Rule], packs: Packs, as_of: date
) -> Advice:
    """Return what counts of a draft, with what the rules found and it leaves out."""
    fitness = Fitness(note, report, packs=packs, as_of=as_of)
    todo = todo_of(note, report)
    placed = list(_placed(draft, note, report, rules, fitness))
    guesses = {number: f for number, f in numbered(report).items() if f in todo.looks and not _is_met(_span(f), placed)}
    misread = dict.fromkeys(entry.number for entry in draft.misread if entry.number in guesses)
    claims = [item for item in todo.adding if is_claim(item) and not _is_met(_claim_span(note, item), placed)]
    final = [item for item in claims if is_final(item.first.rule, _sentence(note, _claim_span(note, item)))]
    unread = [finding for number, finding in guesses.items() if number not in misread]
    unread += [passage.first for passage in todo.doubted if not _is_covered(note, passage, placed)]
    points = [one.point for one in placed]
    titles = {rule.id: rule.title for _, rule in packs.entries()}
    points += _left_out(note, report, todo, placed, titles) + _final_claims(note, final)
    barred: list[Point | Finding] = [*points, *(p.first for p in todo.doubted), *unread]
    return Advice(
        opening=_held_back(fitness.fit(draft.opening, LONGEST_OPENING), points),
        product=draft.product if draft.product in get_args(Category) else "",
        points=tuple(points),
        keep=tuple(_kept(draft.keep, note, barred, claims)),
        ask=fitness.fit(draft.ask, LONGEST_ASK),
        misread=tuple(guesses[number] for number in misread),
        unread=tuple(finding.text for finding in unread),
        claims=tuple(item for item in claims if item not in final),
    )  # fmt: skip


def _held_back(opening: str, points: Sequence[Point]) -> str:
    """Return an opening that tells its author to wait, where of two sentences only the praise was fit to print."""
    lost = len(sentences_of(opening)) == 1 and not any(words in opening for words in word_list("advised_holds"))
    return opening + word("advised_hold") if points and lost else opening


def _placed(
    draft: AdviceDraft, note: NoteInput, report: Report, rules: Mapping[str, Rule], fitness: Fitness
) -> Iterator[_Placed]:
    """Yield the points whose quotation stands in the note and whose rule was offered, each once."""
    seen: set[tuple[_Span, str]] = set()
    told: set[str] = set()
    for one in draft.points:
        span = _located(note, one.quote)
        if span is None or one.rule not in rules or (span, one.rule) in seen:
            continue
        seen.add((span, one.rule))
        yield _Placed(span, one.rule, _point(one, span, note, report, rules[one.rule], fitness, told))


def _located(note: NoteInput, quote: str) -> _Span | None:
    """Return where a quotation stands first, word for word and in one paragraph; None where it stands nowhere."""
    fields: list[tuple[FieldName, int, str]] = [("title", 0, note.title), ("cover", 0, note.cover)]
    fields += [("body", 0, note.body), *(("tags", index, tag) for index, tag in enumerate(note.tags))]
    told = quote.strip()
    for words in (told, told.removeprefix("“").removesuffix("”"), told.removeprefix("#")):
        if len(words) < _SHORTEST or "\n" in words:
            continue
        for field, index, text in fields:
            if (start := text.find(words)) >= 0:
                return _Span(field, index, start, start + len(words))
    return None


def _point(
    draft: PointDraft, span: _Span, note: NoteInput, report: Report, rule: Rule, fitness: Fitness, told: set[str]
) -> Point:  # fmt: skip
    text = field_text(note, span.field, span.part)[span.start : span.end]
    says = says_of(rule.id, text) or rule.title
    found = [f for f in report.open() if f.start is not None and _span(f).meets(span)]
    law = own_law_of(says, report.products) or clause_of(_basis(rule, found, report.products))
    why = fitness.fit(draft.why, LONGEST_WHY, about=rule.id) or _own_why(says, told)
    return Point(
        field=span.field,
        start=span.start,
        quote=text.rstrip(_MARKS),
        why=word("reason").format(why=why.rstrip("。"), rule=rule.id, law=law),
        says=says,
        does=fitness.fit(draft.does, LONGEST_DOES, about=rule.id).rstrip(_MARKS),
        grave=min(max(draft.grave, _GRADES[0]), _GRADES[-1]),
        deed=(draft.deed and rule.id not in word_list("not_reported"))
        or any(is_to_report(says_of(f.rule, f.text)) for f in found if not is_alike(f)),
    )


def _own_why(says: str, told: set[str]) -> str:
    """Say what the program says is wrong with what a sentence does, the same once; else what it does."""
    why = why_of(says)
    new = why not in told
    told.add(why)
    return why if why and new else says


def _basis(rule: Rule, found: Sequence[Finding], products: Sequence[Category]) -> tuple[Basis, ...]:
    """Return the law of a rule: as it was found there, else for the products of the note, else its own."""
    there = next((finding.basis for finding in found if finding.rule == rule.id), None)
    told = (
        entry.basis
        for entry in rule.for_products
        if entry.basis and not entry.any_of and products and set(products) <= set(entry.products)
    )
    return there or next(told, rule.basis)


def _left_out(
    note: NoteInput, report: Report, todo: Todo, placed: Sequence[_Placed], titles: Mapping[str, str]
) -> list[Point]:
    """Return the program's own saying of each passage that must go and that no point speaks against."""
    told: set[str] = set()
    missed = [passage for passage in todo.going if not _is_covered(note, passage, placed)]
    return [_own(note, passage, report, told, titles) for passage in missed]


def _own(note: NoteInput, passage: Passage, report: Report, told: set[str], titles: Mapping[str, str]) -> Point:
    saying = passage_saying(note, passage, report.products, told, full=False)
    first, span = passage.first, _passage_span(note, passage)
    whole = "" if span is None else _sentence(note, span)
    says = saying.says or titles[first.rule]
    quote = whole if 0 < len(whole) <= _LONGEST_QUOTE else first.text
    grave = _GRADES[-1] if passage.gravity == "block" else _GRADES[1]
    why = saying.lines[-1].strip()
    return Point(first.field, first.start, quote.rstrip(_MARKS), why, says, grave, is_to_report(saying.says))


def _final_claims(note: NoteInput, claims: Sequence[Missing]) -> list[Point]:
    """Return the program's own saying of claims that no line makes right."""
    points = []
    for item in claims:
        span, saying = _claim_span(note, item), claim_saying(note, item, set(), full=False)
        quote = _sentence(note, span).rstrip(_MARKS)
        why, deed = saying.lines[-1].strip(), is_to_report(saying.says)
        points.append(Point("body", span.start, quote, why, saying.says, _GRADES[1], deed))
    return points


def _kept(
    numbers: Sequence[int], note: NoteInput, barred: Sequence[Point | Finding], claims: Sequence[Missing]
) -> Iterator[int]:
    """Yield the paragraphs that may stay: of the note, and nothing was found in them."""
    starts = [one.start for one in barred if one.field == "body" and one.start is not None]
    starts += [_claim_span(note, item).start for item in claims]
    touched = {paragraph_at(note, start) for start in starts}
    yield from sorted(set(numbers) & set(range(1, len(paragraphs_of(note)) + 1)) - touched)


def _is_met(span: _Span, placed: Sequence[_Placed]) -> bool:
    return any(one.span.meets(span) for one in placed)


def _is_covered(note: NoteInput, passage: Passage, placed: Sequence[_Placed]) -> bool:
    """Tell whether a point speaks against a passage: under one of its rules, or against its sentence alone."""
    span = _passage_span(note, passage)
    if span is None:
        return False
    rules = {finding.rule for finding in passage.findings}
    return any(one.span.meets(span) and (one.rule in rules or one.span.lies_in(span)) for one in placed)


def _passage_span(note: NoteInput, passage: Passage) -> _Span | None:
    """Return the place of a passage: its sentence, a tag as a whole; None for what has no place."""
    first = passage.first
    if passage.start is not None and passage.end is not None:
        text = field_text(note, first.field, first.index)
        end = passage.end + (text[passage.end : passage.end + 1] in _MARKS)  # the mark that ends a sentence is its own
        return _Span(first.field, first.index, passage.start, end)
    if first.start is None:
        return None
    return _Span(first.field, first.index, 0, len(field_text(note, first.field, first.index)))


def _span(finding: Finding) -> _Span:
    return _Span(finding.field, finding.index, finding.start or 0, finding.end or 0)


def _claim_span(note: NoteInput, item: Missing) -> _Span:
    start = max(0, note.body.find(item.first.text))
    return _Span("body", 0, *sentence_around(note.body, start, start + len(item.first.text)))


def _sentence(note: NoteInput, span: _Span) -> str:
    return field_text(note, span.field, span.part)[span.start : span.end]
