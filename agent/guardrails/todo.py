"""What a report asks for, first as a short list, a line each, then the reason of every rule once.

Owns what is told together: findings on the same words with the same remedy, and lines that are missing for the same
words. Leaves out a line that is missing beside words which have to go anyway. Refuses to change the report.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from agent.guardrails.findings import about_of, is_alike
from agent.guardrails.placement import blanks_in, field_text, is_mark, sentence_around
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

__all__ = ["Todo", "todo_lines", "todo_of"]

_ORDER: Final[dict[FieldName, int]] = {"title": 0, "cover": 1, "body": 2, "tags": 3, "note": 4}
_GRAVITY: Final = ("block", "fix", "warn")
_SHORT: Final = 6  # characters of a hit that does not speak for itself without its sentence


@dataclass
class _Item:
    """Hold what is told in one line: the first finding speaks, the others are named."""

    findings: list[Finding]

    @property
    def first(self) -> Finding:
        return self.findings[0]

    @property
    def rules(self) -> str:
        return "、".join(dict.fromkeys(finding.rule for finding in self.findings))

    @property
    def grade(self) -> str:
        return label_of("severity", min((f.severity for f in self.findings), key=_GRAVITY.index))


@dataclass
class Todo:
    """Hold what one report asks for, as it is told: what must go, what must be added, what needs a look."""

    going: list[_Item]
    adding: list[_Item]
    looks: list[Finding]

    def count(self) -> dict[str, int]:
        """Return how many places are told, by the name of their grade, the worst first."""
        graded = [item.grade for item in (*self.going, *self.adding)]
        graded += [label_of("alike_severity", finding.severity) for finding in self.looks]
        names = [label_of("severity", level) for level in _GRAVITY]
        order = [*names[:2], label_of("alike_severity", "fix"), names[2]]
        return {name: graded.count(name) for name in order if name in graded}


def todo_of(report: Report) -> Todo:
    """Part the open findings into what must go, what must be added and what needs a look."""
    found = sorted(report.open(), key=_reading_order)
    return Todo(
        going=_together([f for f in found if not _is_missing(f) and not is_alike(f)]),
        adding=_missing_together([f for f in found if _is_missing(f) and not _is_moot(f, found)]),
        looks=[finding for finding in found if is_alike(finding)],
    )


def todo_lines(note: NoteInput, report: Report, todo: Todo, *, full: bool = False) -> Iterator[str]:
    """Tell what must go, what must be added and what needs a look, then why and how, once a rule.

    Without `full` hits of one rule with one remedy share a line, and a rule gives its first reason; law and remedy are
    told in either case.
    """
    yield from _section("must_go", _going(note, todo.going, full=full))
    yield from _section("must_add", (line for item in todo.adding for line in _add(item)))
    if blanks := tuple(dict.fromkeys(b for item in todo.adding for line in _lines_of(item) for b in blanks_in(line))):
        yield f"  {word('fill').format(blanks=name_blanks(blanks))}"
    yield from _section("must_look", (_look(finding, full=full) for finding in todo.looks))
    if todo.looks:
        yield f"  {word('alike_advice')}"
    yield from _section("reasons" if full else "reasons_short", _reasons([*todo.going, *todo.adding], full=full))
    if any(not basis.verified for finding in report.open() for basis in finding.basis):
        yield from ("", word("unverified_note"))


def _is_missing(finding: Finding) -> bool:
    """Tell a line that is missing from what is too long or too much as a whole."""
    return finding.start is None and (finding.fix is not None or not finding.text)


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    told = list(lines)
    if told:
        yield from ("", word(title))
        yield from (f"  {line}" for line in told)


def _together(findings: Sequence[Finding]) -> list[_Item]:
    """Join findings that touch and have the same remedy; a tag goes once, whatever speaks against it."""
    items: list[_Item] = []
    for finding in findings:
        twin = next((item for item in items if any(_is_same(finding, other) for other in item.findings)), None)
        if twin is None:
            items.append(_Item([finding]))
        elif finding.rule not in {other.rule for other in twin.findings}:
            twin.findings.append(finding)
    return items


def _is_same(one: Finding, other: Finding) -> bool:
    if (one.field, one.index) != (other.field, other.index):
        return False
    if one.field == "tags":
        return True
    if one.start is None or other.start is None:
        return False
    touches = one.start < (other.end or 0) and other.start < (one.end or 0)
    return touches and one.fix is not None and one.fix == other.fix


def _missing_together(findings: Sequence[Finding]) -> list[_Item]:
    """Join the lines of one pack that are missing for the same words, and the same line asked for twice."""
    items: list[_Item] = []
    for finding in findings:
        twin = next((item for item in items if _is_missing_with(finding, item.first)), None)
        if twin is None:
            items.append(_Item([finding]))
        elif finding.rule not in {other.rule for other in twin.findings}:
            twin.findings.append(finding)
    return items


def _is_missing_with(one: Finding, other: Finding) -> bool:
    return one.rule == other.rule or (bool(one.text) and (one.pack, one.text) == (other.pack, other.text))


def _is_moot(missing: Finding, found: Sequence[Finding]) -> bool:
    """Tell whether a line is missing for words that may not stay: what a block has hit holds them, or they it."""
    return bool(missing.text) and any(
        other.severity == "block" and other.start is not None and other.field == "body"
        and (missing.text in other.text or other.text in missing.text)
        for other in found
    )  # fmt: skip


def _going(note: NoteInput, items: Sequence[_Item], *, full: bool) -> Iterator[str]:
    """Tell what must go, a line an item, or a line for all that one rule asks the same of."""
    groups: dict[object, list[_Item]] = {}
    for item in items:
        grouped = not full and item.first.fix is not None and item.first.field != "tags"
        alike = (item.grade, item.first.field, item.rules, _after(item.first)) if grouped else id(item)
        groups.setdefault(alike, []).append(item)
    yield from (_go(note, group) for group in groups.values())


def _go(note: NoteInput, group: Sequence[_Item]) -> str:
    item, finding = group[0], group[0].first
    told = {"grade": item.grade, "field": label_of("field", finding.field), "rules": item.rules}
    if finding.field == "tags":
        return word("go").format(**told, quote=f"#{note.tags[finding.index]}", after=word("whole_tag"))
    quote = "、".join(dict.fromkeys(_quote(note, each.first) for each in group))
    code = "go_bare" if finding.fix is None else "go"
    return word(code).format(**told, quote=quote, after=_after(finding))


def _after(finding: Finding) -> str:
    """Say what is written instead of a hit; nothing where the rule proposes nothing."""
    if finding.fix is None or finding.fix.replacement:
        return finding.fix.replacement if finding.fix else ""
    return word("fill_slot") if blanks_in(finding.text) else word("whole_sentence")


def _quote(note: NoteInput, finding: Finding) -> str:
    """Quote the words, with their sentence where they are few, and with their disguise."""
    text = one_line(finding.text)
    told = f"“{text}”" if finding.start is not None else f"“{brief(text)}”"
    if len(text) < _SHORT and finding.start is not None and finding.end is not None:
        whole = field_text(note, finding.field, finding.index)
        start, end = sentence_around(whole, finding.start, finding.end)
        if one_line(whole[start:end]) != text:
            told = word("within").format(text=text, sentence=brief(whole[start:end]))
    hidden = "、".join(label_of("disguise", kind) for kind in finding.disguise)
    return told + (f"（{hidden}）" if hidden else "")


def _add(item: _Item) -> Iterator[str]:
    lines = list(_lines_of(item))
    told = {"grade": item.grade, "rules": item.rules}
    if not lines:
        yield word("add_bare").format(**told, text=one_line(item.first.message))
    elif len(item.findings) == 1:
        about = about_of(item.first)
        code = "add_one_for" if item.first.text else "add_one_about" if about else "add_one"
        yield word(code).format(**told, text=brief(item.first.text or about), line=lines[0])
    else:
        yield word("add_for").format(**told, text=brief(item.first.text), number=len(lines))
        yield from (f"  + {line}" for line in lines)


def _lines_of(item: _Item) -> Iterator[str]:
    found = (finding.fix.replacement for finding in item.findings if finding.fix)
    yield from dict.fromkeys(
        word("mark_first").format(line=line) if is_mark(line) else spelled(line) for line in found if line
    )


def _look(finding: Finding, *, full: bool) -> str:
    """Ask about words that read like a violation; the example they read like is told in full."""
    basis = cite(finding.basis[0]) if finding.basis else ""
    grade = label_of("alike_severity", finding.severity)
    field = label_of("field", finding.field)
    message = finding.message if full else finding.message.partition(word("alike_example").partition("{")[0])[0]
    return word("look").format(grade=grade, field=field, message=message, rule=finding.rule, basis=basis)


def _reasons(items: Sequence[_Item], *, full: bool) -> Iterator[str]:
    """Tell every rule that speaks first for something; lines missing together share one advice."""
    reason, law = (str, cite) if full else (gist, cite_shortly)
    told: set[str] = set()
    for item in items:
        speaking = item.findings if _is_missing(item.first) else [item.first]
        fresh = [finding for finding in speaking if finding.rule not in told]
        if not fresh:
            continue
        told |= {finding.rule for finding in fresh}
        basis = dict.fromkeys(law(basis) for finding in fresh for basis in finding.basis)
        rules, why = "、".join(finding.rule for finding in fresh), " ".join(reason(f.message) for f in fresh)
        yield f"{rules} {word('why')}：{why}"
        yield f"  {word('basis')}：{'；'.join(basis)}"
        yield f"  {word('advice')}：{fresh[0].advice if len(fresh) == 1 else word('add_or_drop')}"


def _reading_order(finding: Finding) -> tuple[int, int, int, int, str]:
    severity = _GRAVITY.index(finding.severity)
    if finding.start is None:
        return len(_ORDER), 0, 0, severity, finding.rule
    return _ORDER[finding.field], finding.index, finding.start, severity, finding.rule
