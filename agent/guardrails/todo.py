"""What a report asks for, first as a short list, then the reason of every rule that speaks once.

Owns what is told together: passages (`agent.guardrails.joining`), hits of one rule with one remedy, and lines that are
missing for the same words. Leaves out a line that is missing beside words which have to go anyway. Refuses to change
the report.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from agent.guardrails.findings import is_alike
from agent.guardrails.joining import GRAVITY, Passage, passages
from agent.guardrails.label import advert_mark
from agent.guardrails.looking import look_lines
from agent.guardrails.owing import Missing, add_lines, fill_lines, mark_line, missing_together
from agent.guardrails.placement import field_text
from agent.guardrails.quoting import quotes_of, words_of
from agent.guardrails.wording import brief, cite, cite_shortly, gist, label_of, word
from agent.models import FieldName, Finding, NoteInput, Report

__all__ = [
    "Todo", "close_lines", "grade_of", "mark_lines", "quote_of", "reason_lines", "section", "todo_lines", "todo_of",
]  # fmt: skip

_ORDER: Final[dict[FieldName, int]] = {"title": 0, "cover": 1, "body": 2, "tags": 3, "note": 4}


@dataclass
class Todo:
    """Hold what one report asks for, as it is told: what must go, what must be added, what needs a look.

    mark: the mark of an advertisement, where no rule asks for it yet.
    """

    going: list[Passage]
    adding: list[Missing]
    doubted: list[Passage]
    looks: list[Finding]
    mark: str = ""

    def changes(self) -> dict[str, int]:
        """Return how many places are to be changed, by the name of their grade, the worst first."""
        graded = [grade_of(passage) for passage in self.going] + [item.grade for item in self.adding]
        owed = [word("owed")] * bool(self.mark)
        gravest, *others = (label_of("severity", level) for level in GRAVITY)
        return _counted(graded + owed, [gravest, word("owed_gravely"), *others, *owed])

    def to_look_at(self) -> dict[str, int]:
        """Return how many places a person is to look at, by the name of their grade, what must be looked at first."""
        graded = [grade_of(passage) for passage in self.doubted]
        graded += [label_of("alike_severity", finding.severity) for finding in self.looks]
        return _counted(graded, [label_of("alike_severity", level) for level in ("fix", "warn")])


def todo_of(note: NoteInput, report: Report) -> Todo:
    """Part the open findings into what must go, what must be added and what needs a look."""
    found = sorted(report.open(), key=_reading_order)
    told = passages(note, [f for f in found if not _is_missing(f) and not is_alike(f)], report.products)
    adding = missing_together([f for f in found if _is_missing(f) and not _is_moot(f, found)])
    return Todo(
        going=[passage for passage in told if passage.gravity != "warn"],
        adding=adding,
        doubted=[passage for passage in told if passage.gravity == "warn"],
        looks=[f for f in found if is_alike(f) and not any(item.asks(f) for item in adding)],
        mark=advert_mark(note, report, asked=[line for item in adding for line in item.lines]),
    )


def todo_lines(note: NoteInput, report: Report, todo: Todo, *, full: bool = False) -> Iterator[str]:
    """Tell what must go, what needs a look and what must be added, then why and how, once a rule.

    Without `full` hits of one rule with one remedy share a line, and a rule gives its first reason; law and remedy are
    told in either case.
    """
    yield from section("must_go", _going(note, todo.going, full=full))
    yield from section("must_look", _looking(note, todo, full=full))
    if todo.looks:
        yield f"  {word('alike_advice')}"
    yield from section("must_mark", mark_lines(note, todo))
    yield from section("must_add", (line for item in todo.adding if not item.opens for line in add_lines(note, item)))
    told: list[Passage | Missing] = [*todo.going, *todo.adding, *todo.doubted]
    title = "reasons" if full else "reasons_short"
    yield from close_lines(report, todo.adding, section(title, reason_lines(told, full=full, others=full)))


def close_lines(
    report: Report, adding: Sequence[Missing], reasons: Iterable[str] = (), *, anew: bool = False
) -> Iterator[str]:
    """Tell which blanks are to be filled, of a note to be written `anew` by whom, the reasons, and what is unread."""
    yield from (f"  {line}" for line in fill_lines(adding, anew=anew))
    yield from reasons
    if any(not basis.verified for finding in report.open() for basis in finding.basis):
        yield from ("", word("unverified_note"))


def mark_lines(note: NoteInput, todo: Todo) -> Iterator[str]:
    """Say with which mark the note opens."""
    if todo.mark:
        yield mark_line(todo.mark)
    yield from (line for item in todo.adding if item.opens for line in add_lines(note, item))


def _is_missing(finding: Finding) -> bool:
    """Tell a line that is missing from what is too long or too much as a whole."""
    return finding.start is None and (finding.fix is not None or not finding.text)


def grade_of(passage: Passage) -> str:
    """Name the gravity of a passage."""
    return label_of("severity", passage.gravity)


def _counted(graded: Sequence[str], order: Sequence[str]) -> dict[str, int]:
    return {name: graded.count(name) for name in order if name in graded}


def section(title: str, lines: Iterable[str]) -> Iterator[str]:
    """Yield lines under the title of that name; nothing where there are none."""
    told = list(lines)
    if told:
        yield from ("", word(title))
        yield from (f"  {line}" for line in told)


def _is_moot(missing: Finding, found: Sequence[Finding]) -> bool:
    """Tell whether a line is missing for words that may not stay: what a block has hit holds them, or they it."""
    return bool(missing.text) and any(
        other.severity == "block" and other.start is not None and other.field == "body"
        and (missing.text in other.text or other.text in missing.text)
        for other in found
    )  # fmt: skip


def _going(note: NoteInput, told: Sequence[Passage], *, full: bool) -> Iterator[str]:
    """Tell what must go, a line a passage, or a line for all that one rule asks the same of."""
    groups: dict[object, list[Passage]] = {}
    for passage in told:
        first = passage.first
        grouped = not full and first.fix is not None and first.field != "tags" and not passage.others
        alike = (grade_of(passage), first.field, first.rule, passage.cure) if grouped else id(passage)
        groups.setdefault(alike, []).append(passage)
    for group in groups.values():
        yield _go(note, group)
        yield from _further(note, group[0])


def _go(note: NoteInput, group: Sequence[Passage]) -> str:
    passage, finding = group[0], group[0].first
    told = {"grade": grade_of(passage), "field": label_of("field", finding.field), "rule": finding.rule}
    quote = "、".join(dict.fromkeys(quote_of(note, each) for each in group))
    code = "go_bare" if not passage.cure else "doubted" if passage.gravity == "warn" else "go"
    return word(code).format(**told, quote=quote, after=passage.cure)


def _further(note: NoteInput, passage: Passage) -> Iterator[str]:
    """Name the other rules that speak against a passage, each with its clause; they ask for nothing else."""
    reasons = [_further_one(note, finding, passage) for finding in passage.others]
    if reasons:
        yield f"  {word('also').format(reasons='、'.join(reasons))}"


def _further_one(note: NoteInput, finding: Finding, passage: Passage) -> str:
    """Name a rule, the words it speaks against where the passage quotes others, and a clause that was read, if any."""
    told = []
    if finding.start is not None and finding.field != "tags":
        quote = quote_of(note, Passage((finding,)))
        told += [quote] if quote != quote_of(note, passage) else []
    basis = next((basis for basis in finding.basis if basis.verified and basis.article), None)
    told += [cite_shortly(each) for each in ([basis] if basis else finding.basis[:1])]
    return word("also_one").format(rule=finding.rule, told="，".join(told))


def quote_of(note: NoteInput, passage: Passage) -> str:
    """Quote the clauses that were hit, with their disguise; a whole line where nothing in it has a place."""
    first = passage.first
    if first.field == "tags":
        return f"#{note.tags[first.index]}"
    if first.start is None or first.end is None:
        return f"“{brief(first.text)}”"
    hidden = "、".join(dict.fromkeys(label_of("disguise", kind) for f in passage.findings for kind in f.disguise))
    text = field_text(note, first.field, first.index)
    told = words_of(text, first.start, first.end) if passage.is_of_words else quotes_of(text, passage.hits)
    return told + (f"（{hidden}）" if hidden else "")


def _looking(note: NoteInput, todo: Todo, *, full: bool) -> Iterator[str]:
    yield from _going(note, todo.doubted, full=full)
    yield from look_lines(todo.looks, full=full)


def reason_lines(items: Sequence[Passage | Missing], *, full: bool, others: bool, named: bool = True) -> Iterator[str]:
    """Tell every reason of a rule that speaks for something; of the others too if asked, which want nothing else.

    named: whether the rules are named, which another line may have done.
    """
    told: set[tuple[str, str]] = set()
    for item in items:
        speaking = [item.first] if isinstance(item, Passage) else item.findings
        fresh = [finding for finding in speaking if (finding.rule, finding.message) not in told]
        several = isinstance(item, Missing) and len(item.lines) > 1
        advice = word("add_or_drop") if several and len(fresh) > 1 else item.first.advice
        yield from _reason(fresh, full=full, advice=advice, named=named)
        told |= {(finding.rule, finding.message) for finding in speaking}
    if not others:
        return
    for finding in (finding for item in items for finding in item.findings):
        if (finding.rule, finding.message) not in told:
            yield from _reason([finding], full=full, named=named)
            told.add((finding.rule, finding.message))


def _reason(fresh: Sequence[Finding], *, full: bool, advice: str = "", named: bool = True) -> Iterator[str]:
    """Tell why, by which clauses, and how to mend it; lines missing together share one advice."""
    if not fresh:
        return
    reason, law = (str, cite) if full else (gist, cite_shortly)
    basis = dict.fromkeys(law(basis) for finding in fresh for basis in finding.basis)
    rules, why = "、".join(finding.rule for finding in fresh), " ".join(reason(f.message) for f in fresh)
    yield f"{rules} {word('why')}：{why}" if named else f"  {word('why')}：{why}"
    yield f"  {word('basis')}：{'；'.join(basis)}"
    if advice:
        yield f"  {word('advice')}：{advice}"


def _reading_order(finding: Finding) -> tuple[int, int, int, int, str]:
    severity = GRAVITY.index(finding.severity)
    if finding.start is None:
        return len(_ORDER), 0, 0, severity, finding.rule
    return _ORDER[finding.field], finding.index, finding.start, severity, finding.rule
