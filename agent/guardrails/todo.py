"""What a report asks for, first as a short list, then the reason of every rule that speaks once.

Owns what is told together: passages (`agent.guardrails.joining`), hits of one rule with one remedy, and lines that are
missing for the same words. Leaves out a line that is missing beside words which have to go anyway. Refuses to change
the report.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from agent.guardrails.findings import about_of, is_alike
from agent.guardrails.joining import GRAVITY, Passage, passages
from agent.guardrails.label import advert_mark
from agent.guardrails.looking import look_lines
from agent.guardrails.placement import blanks_in, field_text, is_mark
from agent.guardrails.quoting import quotes_of, whole_pairs, words_of
from agent.guardrails.wording import (
    brief,
    cite,
    cite_shortly,
    gist,
    label_of,
    name_blanks,
    one_line,
    spelled,
    word,
)
from agent.models import FieldName, Finding, NoteInput, Report

__all__ = ["Todo", "mark_line", "todo_lines", "todo_of"]

_NUMBER: Final = re.compile("[-–—~至到0-9.%％一二三四五六七八九十百千万零点半元块角分]+")
_ORDER: Final[dict[FieldName, int]] = {"title": 0, "cover": 1, "body": 2, "tags": 3, "note": 4}


@dataclass
class _Missing:
    """Hold the lines that are asked for together: the first finding speaks, the others are named."""

    findings: list[Finding]

    @property
    def first(self) -> Finding:
        return self.findings[0]

    @property
    def rules(self) -> str:
        return "、".join(dict.fromkeys(finding.rule for finding in self.findings))

    @property
    def grade(self) -> str:
        gravest = min((f.severity for f in self.findings), key=GRAVITY.index)
        return word("owed_gravely") if gravest == "block" else label_of("severity", gravest)


@dataclass
class Todo:
    """Hold what one report asks for, as it is told: what must go, what must be added, what needs a look.

    mark: the mark of an advertisement, where no rule asks for it yet.
    """

    going: list[Passage]
    adding: list[_Missing]
    doubted: list[Passage]
    looks: list[Finding]
    mark: str = ""

    def changes(self) -> dict[str, int]:
        """Return how many places are to be changed, by the name of their grade, the worst first."""
        graded = [_grade(passage) for passage in self.going] + [item.grade for item in self.adding]
        owed = [word("owed")] * bool(self.mark)
        gravest, *others = (label_of("severity", level) for level in GRAVITY)
        return _counted(graded + owed, [gravest, word("owed_gravely"), *others, *owed])

    def to_look_at(self) -> dict[str, int]:
        """Return how many places a person is to look at, by the name of their grade, what must be looked at first."""
        graded = [_grade(passage) for passage in self.doubted]
        graded += [label_of("alike_severity", finding.severity) for finding in self.looks]
        return _counted(graded, [label_of("alike_severity", level) for level in ("fix", "warn")])


def todo_of(note: NoteInput, report: Report) -> Todo:
    """Part the open findings into what must go, what must be added and what needs a look."""
    found = sorted(report.open(), key=_reading_order)
    told = passages(note, [f for f in found if not _is_missing(f) and not is_alike(f)], report.products)
    adding = _missing_together([f for f in found if _is_missing(f) and not _is_moot(f, found)])
    return Todo(
        going=[passage for passage in told if passage.gravity != "warn"],
        adding=adding,
        doubted=[passage for passage in told if passage.gravity == "warn"],
        looks=[f for f in found if is_alike(f) and not any(_is_asked_by(f, item) for item in adding)],
        mark=advert_mark(note, report, asked=[line for item in adding for line in _lines_of(item)]),
    )


def todo_lines(note: NoteInput, report: Report, todo: Todo, *, full: bool = False, anew: bool = False) -> Iterator[str]:
    """Tell what must go, what needs a look and what must be added, then why and how, once a rule.

    Without `full` hits of one rule with one remedy share a line, and a rule gives its first reason; law and remedy are
    told in either case. Of a note that is to be written `anew` no sentence is told another wording, which would outlive
    it; what it must hold after that is told as such.
    """
    going = _gone(note, todo.going) if anew else _going(note, todo.going, full=full)
    yield from _section("must_go_anew" if anew else "must_go", going)
    yield from _section("must_look", _looking(note, todo, full=full))
    if todo.looks:
        yield f"  {word('alike_advice')}"
    yield from _section("must_mark", _adding_mark(note, todo))
    adding = [line for item in todo.adding if not _is_mark(item) for line in _add(note, item, anew=anew)]
    adding += _written_of(report) if anew else []
    yield from _section("must_add_anew" if anew else "must_add", adding)
    if blanks := tuple(dict.fromkeys(b for item in todo.adding for line in _lines_of(item) for b in blanks_in(line))):
        yield f"  {word('fill').format(blanks=name_blanks(blanks))}"
    told: list[Passage | _Missing] = [*todo.going, *todo.adding, *todo.doubted]
    yield from _section("reasons" if full else "reasons_short", _reasons(told, full=full, others=full or anew))
    if any(not basis.verified for finding in report.open() for basis in finding.basis):
        yield from ("", word("unverified_note"))


def _written_of(report: Report) -> list[str]:
    """Say what must be told of each product on offer, once it is told of at all."""
    if report.note_type not in ("marketing", "benefit"):
        return []
    return [word("in_full").format(told=label_of("written_of", product)) for product in report.products]


def _is_missing(finding: Finding) -> bool:
    """Tell a line that is missing from what is too long or too much as a whole."""
    return finding.start is None and (finding.fix is not None or not finding.text)


def _grade(passage: Passage) -> str:
    return label_of("severity", passage.gravity)


def _counted(graded: Sequence[str], order: Sequence[str]) -> dict[str, int]:
    return {name: graded.count(name) for name in order if name in graded}


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    told = list(lines)
    if told:
        yield from ("", word(title))
        yield from (f"  {line}" for line in told)


def _missing_together(findings: Sequence[Finding]) -> list[_Missing]:
    """Join the lines of one pack that are missing for the same words, and the same line asked for twice."""
    items: list[_Missing] = []
    for finding in findings:
        twin = next((item for item in items if _is_missing_with(finding, item.first)), None)
        if twin is None:
            items.append(_Missing([finding]))
        elif finding.rule not in {other.rule for other in twin.findings}:
            twin.findings.append(finding)
    return items


def _is_missing_with(one: Finding, other: Finding) -> bool:
    if one.rule == other.rule or (bool(one.text) and (one.pack, one.text) == (other.pack, other.text)):
        return True
    lines = [finding.fix.replacement for finding in (one, other) if finding.fix and finding.fix.replacement]
    return len(lines) > 1 and not any(map(is_mark, lines)) and (lines[0] in lines[1] or lines[1] in lines[0])


def _is_asked_by(alike: Finding, item: _Missing) -> bool:
    """Tell whether lines are asked for, by the same rule, for words of a sentence that reads like a violation."""
    return any(alike.rule == other.rule and other.text and other.text in alike.text for other in item.findings)


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
        alike = (_grade(passage), first.field, first.rule, passage.cure) if grouped else id(passage)
        groups.setdefault(alike, []).append(passage)
    for group in groups.values():
        yield _go(note, group)
        yield from _further(note, group[0])


def _gone(note: NoteInput, told: Sequence[Passage]) -> Iterator[str]:
    """Tell what is not to be written again, with every rule against it; a title and a tag are told their remedy."""
    for passage in told:
        rules = "、".join(dict.fromkeys(finding.rule for finding in passage.findings))
        whole = passage.first.field in ("title", "tags") and bool(passage.cure)
        yield word("gone_whole" if whole else "gone").format(
            grade=_grade(passage), field=label_of("field", passage.first.field), quote=_quote(note, passage),
            after=passage.cure, rules=rules,
        )  # fmt: skip


def _go(note: NoteInput, group: Sequence[Passage]) -> str:
    passage, finding = group[0], group[0].first
    told = {"grade": _grade(passage), "field": label_of("field", finding.field), "rule": finding.rule}
    quote = "、".join(dict.fromkeys(_quote(note, each) for each in group))
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
        quote = _quote(note, Passage((finding,)))
        told += [quote] if quote != _quote(note, passage) else []
    basis = next((basis for basis in finding.basis if basis.verified and basis.article), None)
    told += [cite_shortly(each) for each in ([basis] if basis else finding.basis[:1])]
    return word("also_one").format(rule=finding.rule, told="，".join(told))


def _quote(note: NoteInput, passage: Passage) -> str:
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


def mark_line(mark: str) -> str:
    """Say where the mark of an advertisement goes that no rule asks for yet."""
    return word("mark_owed").format(grade=word("owed"), line=mark)


def _adding_mark(note: NoteInput, todo: Todo) -> Iterator[str]:
    if todo.mark:
        yield mark_line(todo.mark)
    for item in filter(_is_mark, todo.adding):
        yield from _add(note, item)


def _is_mark(item: _Missing) -> bool:
    """Tell whether all that is missing opens the note."""
    lines = [finding.fix.replacement for finding in item.findings if finding.fix and finding.fix.replacement]
    return bool(lines) and all(map(is_mark, lines))


def _looking(note: NoteInput, todo: Todo, *, full: bool) -> Iterator[str]:
    yield from _going(note, todo.doubted, full=full)
    yield from look_lines(todo.looks, full=full)


def _add(note: NoteInput, item: _Missing, *, anew: bool = False) -> Iterator[str]:
    lines = list(_lines_of(item))
    told = {"grade": item.grade, "rules": item.rules}
    if not lines:
        yield word("add_bare").format(**told, text=one_line(item.first.message))
    elif len(lines) == 1:
        about = about_of(item.first)
        code = "add_one_for" if item.first.text else "add_one_about" if about else "add_one"
        code = "add_one_anew" if anew and item.first.text else code
        yield word(code).format(**told, text=_asked_for(note, item.first) or brief(about), line=lines[0])
    else:
        drop = _or_drop(item.first.pack)
        yield word("add_anew" if anew else "add_for").format(
            **told, text=_asked_for(note, item.first), number=len(lines), drop=drop
        )
        yield from (f"  + {line}" for line in lines)


def _or_drop(pack: str) -> str:
    """Say when the words that ask for lines go instead: a pack may know more than that the lines cannot be had."""
    told = label_of("or_drop", pack)
    return told if told != pack else label_of("or_drop", "any")


def _asked_for(note: NoteInput, finding: Finding) -> str:
    """Return the words for which a line is missing, with the rest of a number that they end in."""
    start = note.body.find(finding.text) if finding.text else -1
    if start < 0:
        return brief(finding.text)
    numeric = _NUMBER.fullmatch(finding.text[-1])
    rest = _NUMBER.match(note.body, start + len(finding.text)) if numeric else None
    end = start + len(finding.text) + (len(rest[0]) if rest else 0)
    asked = note.body[slice(*whole_pairs(note.body, start, end))]
    return brief(words_of(asked, 0, len(asked))[1:-1])


def _lines_of(item: _Missing) -> Iterator[str]:
    """Yield the lines to add, once each; what another line says already is not asked for again."""
    found = [finding.fix.replacement for finding in item.findings if finding.fix and finding.fix.replacement]
    lines = dict.fromkeys(word("mark_first").format(line=line) if is_mark(line) else spelled(line) for line in found)
    yield from (line for line in lines if not any(line in other and line != other for other in lines))


def _reasons(items: Sequence[Passage | _Missing], *, full: bool, others: bool) -> Iterator[str]:
    """Tell every reason of a rule that speaks for something; of the others too if asked, which want nothing else."""
    told: set[tuple[str, str]] = set()
    for item in items:
        speaking = [item.first] if isinstance(item, Passage) else item.findings
        fresh = [finding for finding in speaking if (finding.rule, finding.message) not in told]
        several = isinstance(item, _Missing) and len(list(_lines_of(item))) > 1
        advice = word("add_or_drop") if several and len(fresh) > 1 else item.first.advice
        yield from _reason(fresh, full=full, advice=advice)
        told |= {(finding.rule, finding.message) for finding in speaking}
    if not others:
        return
    for finding in (finding for item in items for finding in item.findings):
        if (finding.rule, finding.message) not in told:
            yield from _reason([finding], full=full)
            told.add((finding.rule, finding.message))


def _reason(fresh: Sequence[Finding], *, full: bool, advice: str = "") -> Iterator[str]:
    """Tell why, by which clauses, and how to mend it; lines missing together share one advice."""
    if not fresh:
        return
    reason, law = (str, cite) if full else (gist, cite_shortly)
    basis = dict.fromkeys(law(basis) for finding in fresh for basis in finding.basis)
    rules, why = "、".join(finding.rule for finding in fresh), " ".join(reason(f.message) for f in fresh)
    yield f"{rules} {word('why')}：{why}"
    yield f"  {word('basis')}：{'；'.join(basis)}"
    if advice:
        yield f"  {word('advice')}：{advice}"


def _reading_order(finding: Finding) -> tuple[int, int, int, int, str]:
    severity = GRAVITY.index(finding.severity)
    if finding.start is None:
        return len(_ORDER), 0, 0, severity, finding.rule
    return _ORDER[finding.field], finding.index, finding.start, severity, finding.rule
