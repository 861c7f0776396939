"""A report as advice in plain Chinese: by sentence, what is wrong, why, the clause, and what to write instead.

Owns the order in which a person reads (title, body from top to bottom, what is missing, what could not be judged).
Refuses layout for programs: JSON, HTML and SARIF are in `rendering` and `sarif`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agent.guardrails.placement import blanks_in, field_text, sentence_around
from agent.guardrails.wording import cite, idle_words, label_of, waiver_words, word
from agent.models import FieldName, Finding, NoteInput, Report

__all__ = ["finding_lines", "headline", "left_open_lines", "name_blanks", "place_of", "to_text", "verdict_words"]

_ORDER: dict[FieldName, int] = {"title": 0, "cover": 1, "body": 2, "tags": 3, "note": 4}
_LONGEST = 90

LONGEST_QUOTE = 40


def to_text(notes: Sequence[NoteInput], reports: Sequence[Report]) -> str:
    """Say, for each note, which sentence, why (clause), how to change it, and what is left for a person."""
    told = ["\n".join(_report_lines(note, report)) for note, report in zip(notes, reports, strict=True)]
    return "\n\n".join([*told, word("not_a_licence")])


def headline(report: Report) -> str:
    """Return the verdict, the type of note and the products on one line."""
    products = "、".join(label_of("product", product) for product in report.products)
    parts = [verdict_words(report), label_of("note_type", report.note_type), products]
    called = word("one_text") if report.id == "text" else report.id  # what `--text` gives has no name of its own
    name = f"[{called}] " if called else ""
    return name + " · ".join(part for part in parts if part)


def verdict_words(report: Report) -> str:
    """Return the verdict in words; a pass with something to look at is not called clean."""
    if report.verdict == "pass" and report.open("warn"):
        return word("pass_with_a_look")
    return label_of("verdict", report.verdict)


def finding_lines(finding: Finding, explained: set[str] | None = None) -> Iterator[str]:
    """Tell one finding; a rule in `explained` was told above and is not told again."""
    explained = set() if explained is None else explained
    if finding.status != "open":
        yield f"  - {_cleared(finding)}"
        return
    yield f"  * {label_of('severity', finding.severity)} {finding.rule} {place_of(finding)}"
    if finding.rule in explained:
        yield f"    {word('as_above').format(rule=finding.rule)}"
        if finding.field == "tags":
            yield f"    {word('drop_tag')}"
    else:
        yield f"    {word('why')}：{finding.message}"
        yield f"    {word('basis')}：{'；'.join(cite(basis) for basis in finding.basis)}"
        yield f"    {word('advice')}：{finding.advice}"
        yield from _remedy(finding)
    explained.add(finding.rule)


def place_of(finding: Finding) -> str:
    """Quote what was hit, with its disguise; for an absence, what gave rise to it."""
    if finding.start is None:
        related = word("related").format(text=_brief(finding.text)) if finding.text else ""
        return word("missing") + related
    hidden = "、".join(label_of("disguise", kind) for kind in finding.disguise)
    return f"“{_one_line(finding.text)}”" + (f"（{hidden}）" if hidden else "")


def _brief(text: str) -> str:
    """Quote on one line, no more than shows which place is meant."""
    line = _one_line(text)
    return line if len(line) <= LONGEST_QUOTE else f"{line[:LONGEST_QUOTE]}…"


def name_blanks(blanks: Sequence[str]) -> str:
    """List slots with their Chinese names."""
    named = {blank: label_of("slot", blank.strip("{}")) for blank in blanks if blank.startswith("{")}
    return "、".join(f"{blank}（{named[blank]}）" if blank in named else blank for blank in blanks)


def left_open_lines(report: Report) -> Iterator[str]:
    """Tell what could not be judged and what that would need, then the label the note owes."""
    if report.undetermined:
        yield word("undetermined")
    for needs, rules in _by_needs(report).items():
        yield f"  ? {word('needs')}{'、'.join(needs)}：{'、'.join(rules)}"
    if report.label.required:
        yield f"{word('label')}：{' / '.join(report.label.text.splitlines())}"
        yield from (f"  {reason}" for reason in report.label.reasons)
        yield from (f"  {word('step')}：{step}" for step in report.label.platform_step.splitlines())


def _report_lines(note: NoteInput, report: Report) -> Iterator[str]:
    yield headline(report)
    yield _count(report)
    if report.open() and not note.products:
        yield _subject(report)
    explained: set[str] = set()
    for heading, findings in _grouped(note, report).items():
        yield from ("", heading)
        for finding in findings:
            yield from finding_lines(finding, explained)
    for title, states in (("known_before", ("known",)), ("let_pass", ("cleared", "waived"))):
        rest = [finding for finding in report.findings if finding.status in states]
        if rest:
            yield from ("", word(title))
            yield from (f"  - {_cleared(finding)}" for finding in rest)
    yield from (f"    {waiver_words(waiver)}" for waiver in report.waivers)
    if report.idle_waivers:
        yield from ("", word("idle_waivers"), *(f"  - {idle_words(entry)}" for entry in report.idle_waivers))
    open_lines = list(left_open_lines(report))
    if open_lines:
        yield from ("", *open_lines)


def _count(report: Report) -> str:
    """Say how much is to be done, the worst first."""
    found = [(label_of("severity", level), len(report.open(level))) for level in ("block", "fix", "warn")]
    parts = "，".join(word("so_many").format(name=name, number=number) for name, number in found if number)
    if parts:
        return word("to_do").format(parts=parts)
    known = any(finding.status == "known" for finding in report.findings)
    return word("nothing_new" if known else "nothing_to_do")


def _subject(report: Report) -> str:
    """Say what the note was taken to speak of, and how to say better."""
    products = "、".join(label_of("product", product) for product in report.products)
    return word("taken_for").format(products=products) if products else word("taken_for_nothing")


def _grouped(note: NoteInput, report: Report) -> dict[str, list[Finding]]:
    """Group the open findings under the sentence they stand in, in reading order; absences come last."""
    grouped: dict[str, list[Finding]] = {}
    for finding in sorted(report.open(), key=_reading_order):
        grouped.setdefault(_heading(note, finding), []).append(finding)
    return grouped


def _reading_order(finding: Finding) -> tuple[int, int, int, int, str]:
    severity = ("block", "fix", "warn").index(finding.severity)
    if finding.start is None:
        return len(_ORDER), 0, 0, severity, finding.rule
    return _ORDER[finding.field], finding.index, finding.start, severity, finding.rule


def _heading(note: NoteInput, finding: Finding) -> str:
    if finding.start is None or finding.end is None:
        return word("still_missing")
    name = label_of("field", finding.field)
    if finding.field == "tags":
        return f"{name} #{note.tags[finding.index]}"
    text = field_text(note, finding.field, finding.index)
    start, end = sentence_around(text, finding.start, finding.end)
    return f"{name} “{_shortened(text, (start, end), (finding.start, finding.end))}”"


def _shortened(text: str, sentence: tuple[int, int], hit: tuple[int, int]) -> str:
    """Return the sentence, or the part around the hit when it is very long."""
    start, end = sentence
    if end - start <= _LONGEST:
        return _one_line(text[start:end])
    left, right = max(start, hit[0] - _LONGEST // 3), min(end, hit[1] + _LONGEST // 3)
    return ("…" if left > start else "") + _one_line(text[left:right]) + ("…" if right < end else "")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _remedy(finding: Finding) -> Iterator[str]:
    if finding.fix is None:
        return
    replacement = finding.fix.replacement
    if finding.start is None:
        if replacement:
            yield f"    {word('insert')}：{replacement}"
    elif finding.field == "tags":
        yield f"    {word('drop_tag')}"
    else:
        yield f"    {word('replacement')}：{replacement}" if replacement else f"    {word('drop')}"
    if replacement and blanks_in(replacement):
        yield f"    {word('fill').format(blanks=name_blanks(blanks_in(replacement)))}"


def _cleared(finding: Finding) -> str:
    reason = label_of("guard", finding.status_by)
    return f"{label_of('status', finding.status)} {finding.rule} {place_of(finding)}（{reason}）"


def _by_needs(report: Report) -> dict[tuple[str, ...], list[str]]:
    grouped: dict[tuple[str, ...], list[str]] = {}
    for entry in report.undetermined:
        needs = tuple(label_of("input", need) for need in entry.needs)
        grouped.setdefault(needs, []).append(entry.rule)
    return grouped
