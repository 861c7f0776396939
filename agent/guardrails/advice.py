"""A report as advice in plain Chinese: by sentence, what is wrong, why, the clause, and what to write instead.

Owns the order in which a person reads: the verdict, what to do and why (`agent.guardrails.todo`), what a waiver let
pass, what could not be judged. What guards cleared is told in full alone, and to programs; options of a command are
no part of it. Refuses layout for programs: JSON, HTML and SARIF are in `rendering` and `sarif`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from agent.guardrails.findings import is_alike
from agent.guardrails.letter import is_offer, letter_lines, never_words
from agent.guardrails.placement import field_text
from agent.guardrails.quoting import quotes_of
from agent.guardrails.todo import Todo, todo_lines, todo_of
from agent.guardrails.wording import brief, idle_words, label_of, name_blanks, one_line, waiver_words, word
from agent.models import Finding, NoteInput, Report

__all__ = [
    "anew_words", "counted_words", "further_words", "headline", "left_open_lines", "name_blanks",
    "place_of", "to_text", "verdict_words",
]  # fmt: skip

Letters = Mapping[int, Sequence[str]]
_MANY: Final = 3  # sentences of a seller; beside so many, the ones that no rule has found are seldom clean


def to_text(
    notes: Sequence[NoteInput],
    reports: Sequence[Report],
    *,
    full: bool = False,
    letters: Letters = MappingProxyType({}),
) -> str:
    """Say, for each note, which sentence, why (clause), how to change it, and what is left for a person.

    letters: what a reader has written of a note, by its place among them, which is told instead of that.

    `full` tells every reason of a rule, what guards cleared and every rule that could not judge; law and remedy are
    told without it too.
    """
    told = [
        "\n".join(_report_lines(note, report, full=full, letter=letters.get(place, ())))
        for place, (note, report) in enumerate(zip(notes, reports, strict=True))
    ]
    return "\n\n".join([*told, word("not_a_licence")])


def further_words(notes: Sequence[NoteInput], reports: Sequence[Report], *, full: bool = False) -> str:
    """Say on one line, to whoever types a command, by which options it tells more; empty when by none."""
    asked = [] if full else [word("further_full")]
    for note, report in zip(notes, reports, strict=True):
        if report.open() and not note.products:
            asked += _options(report)
    return word("further").format(ways="；".join(dict.fromkeys(asked))) if asked else ""


def headline(report: Report) -> str:
    """Return the verdict, the type of note and the products on one line."""
    products = "、".join(label_of("product", product) for product in report.products)
    parts = [verdict_words(report), label_of("note_type", report.note_type), products]
    called = word("one_text") if report.id == "text" else report.id  # what `--text` gives has no name of its own
    name = f"[{called}] " if called else ""
    return name + " · ".join(part for part in parts if part)


def _anew_headline(report: Report) -> str:
    """Say of a note to be written anew, whatever its verdict, that it is not to be sent, and what it promotes."""
    offer = report.model_copy(update={"note_type": "marketing"})
    told = headline(offer if is_offer(report) else offer.model_copy(update={"products": ()}))
    return told.replace(verdict_words(report), word("anew_verdict"), 1)


def verdict_words(report: Report) -> str:
    """Return the verdict in words; a pass with something to look at is not called clean.

    Where nothing but sentences that read like a violation keep a note back, nobody has said that they must change; and
    where several do, little to mend beside them is no reason to send it.
    """
    if report.verdict == "pass" and report.open("warn"):
        return word("pass_with_a_look")
    if report.verdict == "revise" and _is_full_of_looks(report):
        return word("hold")
    if report.verdict == "revise" and all(map(is_alike, report.open("fix"))):
        return word("revise_by_look")
    return label_of("verdict", report.verdict)


def place_of(finding: Finding, note: NoteInput | None = None) -> str:
    """Quote what was hit, by whole clauses of the note if it is given, with its disguise; else what asks for a line."""
    if finding.start is None:
        related = word("related").format(text=brief(finding.text)) if finding.text else ""
        return word("missing") + related
    hidden = "、".join(label_of("disguise", kind) for kind in finding.disguise)
    quote = f"“{one_line(finding.text)}”"
    if note is not None and finding.end is not None and finding.field != "tags":
        quote = quotes_of(field_text(note, finding.field, finding.index), [(finding.start, finding.end)])
    return quote + (f"（{hidden}）" if hidden else "")


def left_open_lines(
    report: Report, *, full: bool = True, label: bool = True, short: str = "undetermined_short"
) -> Iterator[str]:
    """Tell what could not be judged and what that would need, then the label the note owes, unless it was told of.

    short: the words in which it is told where not in full.
    """
    if report.undetermined and not full:
        needed = dict.fromkeys(label_of("input", need) for entry in report.undetermined for need in entry.needs)
        yield word(short).format(needs="、".join(needed), number=len(report.undetermined))
    elif report.undetermined:
        needs = "；".join(f"{'、'.join(needs)} {'、'.join(rules)}" for needs, rules in _by_needs(report).items())
        yield word("undetermined").format(needs=needs)
    if report.label.required and label:
        yield f"{word('label')}：{' / '.join(report.label.text.splitlines())}"
        yield from (f"  {reason}" for reason in report.label.reasons)
        yield from (f"  {word('step')}：{step}" for step in report.label.platform_step.splitlines())


def _report_lines(note: NoteInput, report: Report, *, full: bool, letter: Sequence[str] = ()) -> Iterator[str]:
    todo = todo_of(note, report)
    anew = anew_words(report, todo)
    if letter:
        yield from letter
    else:
        yield from _advice_lines(note, report, todo, full=full, anew=bool(anew))
    yield from _let_be_lines(note, report, full=full)
    marked = bool(anew or letter) and (bool(todo.mark) or any(item.opens for item in todo.adding))
    short = "advised_undetermined" if letter else "undetermined_short"
    open_lines = list(left_open_lines(report, full=full, label=not marked, short=short))
    if letter:
        yield from (f"  {line}" for line in open_lines)
    elif open_lines:
        yield from ("", *open_lines)


def _advice_lines(note: NoteInput, report: Report, todo: Todo, *, full: bool, anew: bool) -> Iterator[str]:
    yield _anew_headline(report) if anew else headline(report)
    if anew:
        yield from letter_lines(note, report, todo, full=full, subject=_subject_of(note, report))
    else:
        if report.verdict != "pass" and not note.products and not is_offer(report):
            yield never_words(report)
        yield counted_words(report, todo)
        yield from _subject_of(note, report)
        yield from todo_lines(note, report, todo, full=full)


def _let_be_lines(note: NoteInput, report: Report, *, full: bool) -> Iterator[str]:
    """Tell what is known, what was let pass, and which waivers accept nothing."""
    let_pass = ("let_pass", ("cleared", "waived")) if full else ("let_pass_waived", ("waived",))
    for title, states in (("known_before", ("known",)), let_pass):
        rest = [finding for finding in report.findings if finding.status in states]
        if rest:
            yield from ("", word(title))
            yield from (f"  - {line}" for line in _cleared(note, rest))
    yield from (f"    {waiver_words(waiver)}" for waiver in report.waivers)
    if report.idle_waivers:
        yield from ("", word("idle_waivers"), *(f"  - {idle_words(entry)}" for entry in report.idle_waivers))


def anew_words(report: Report, todo: Todo) -> str:
    """Say that a note which reads like a seller's in several places is better written anew; empty for another."""
    grave = sum(passage.gravity == "block" for passage in todo.going if passage.first.field != "tags")
    return word("rather_anew") if _is_full_of_looks(report, grave=grave) else ""


def _is_full_of_looks(report: Report, *, grave: int = 0) -> bool:
    """Tell whether many sentences, with so many grave ones, read like a violation, one of them at least plainly."""
    plain, faint = (sum(map(is_alike, report.open(severity))) for severity in ("fix", "warn"))
    return bool(grave + plain) and grave + plain + faint >= _MANY


def counted_words(report: Report, todo: Todo) -> str:
    """Say how much is to be changed, as much as the lists below hold, the worst first, and how much to look at."""
    changes, looks = _so_many(todo.changes()), _so_many(todo.to_look_at())
    if changes:
        order = word("to_do_then" if anew_words(report, todo) else "to_do_first")
        return word("to_do_and_look" if looks else "to_do").format(parts=changes, looks=looks, order=order)
    if looks and anew_words(report, todo):
        return word("only_look_anew").format(looks=looks, order=word("to_do_then"))
    if looks:
        held_back = report.verdict != "pass"
        return word("only_look_first" if held_back else "only_look").format(looks=looks)
    known = any(finding.status == "known" for finding in report.findings)
    return word("nothing_new" if known else "nothing_to_do")


def _so_many(counted: Mapping[str, int]) -> str:
    return "，".join(word("so_many").format(name=name, number=number) for name, number in counted.items())


def _subject_of(note: NoteInput, report: Report) -> Iterator[str]:
    """Say where no product is promoted, or which ones were taken for merely named beside it, if nobody declared any."""
    if not report.open() or note.products:
        return
    if not is_offer(report):
        yield word("taken_for_nothing")
    elif report.beside:
        told, named = ("、".join(label_of("product", one) for one in some) for some in (report.products, report.beside))
        yield word("taken_for").format(products=told, others=named)


def _options(report: Report) -> Iterator[str]:
    """Say by which options of a command the note is checked for its own product."""
    if not is_offer(report):
        yield word("further_any")
    elif report.beside:
        named = "、".join(label_of("product", product) for product in report.beside)
        options = " ".join(f"--product {product}" for product in (*report.products, *report.beside))
        yield word("further_product").format(products=named, options=options)


def _cleared(note: NoteInput, findings: Sequence[Finding]) -> Iterator[str]:
    """Tell what was let pass, a line for the rules that say the same of one place; what one says twice stands twice."""
    together: dict[tuple[str, str, str, int], list[str]] = {}
    times: Counter[tuple[str, str]] = Counter()
    for finding in findings:
        place = place_of(finding, note if finding.status == "cleared" else None)  # a waiver holds for its very words
        times[finding.rule, place] += 1
        key = (label_of("status", finding.status), place, finding.status_by, times[finding.rule, place])
        together.setdefault(key, []).append(finding.rule)
    for (status, place, by, _), rules in together.items():
        yield f"{status} {'、'.join(rules)} {place}（{label_of('guard', by)}）"


def _by_needs(report: Report) -> dict[tuple[str, ...], list[str]]:
    grouped: dict[tuple[str, ...], list[str]] = {}
    for entry in report.undetermined:
        needs = tuple(label_of("input", need) for need in entry.needs)
        grouped.setdefault(needs, []).append(entry.rule)
    return grouped
