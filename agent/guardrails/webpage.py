"""Write reports as one page for a browser, to be opened from a mail or a build: no script, no network, no other file.

Owns layout. What it says of a finding is what `advice` says. Every text of a note and of a rule is escaped, and text
that runs backwards is kept inside its own box.
"""

from __future__ import annotations

import functools
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files

from agent.guardrails.advice import anew_words, counted_words, left_open_lines, name_blanks, verdict_words
from agent.guardrails.document import Document
from agent.guardrails.findings import is_alike
from agent.guardrails.joining import Passage
from agent.guardrails.letter import never_words
from agent.guardrails.owing import mark_line
from agent.guardrails.placement import blanks_in, field_text
from agent.guardrails.quoting import quotes_of
from agent.guardrails.saying import does_words
from agent.guardrails.todo import Todo, todo_of
from agent.guardrails.wording import cite, idle_words, label_of, spelled, waiver_words, word
from agent.models import Finding, NoteInput, Report, Severity

__all__ = ["to_html"]

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_GRAVITY: dict[Severity, int] = {"block": 0, "fix": 1, "warn": 2}
_VERDICTS = ("block", "revise", "pass")
_FIELDS = ("title", "cover", "body", "tags", "note")
_Numbered = list[tuple[int, Finding]]


def to_html(notes: Sequence[NoteInput], reports: Sequence[Report]) -> str:
    """Return one self-contained page, an article a note."""
    title = escape(word("title"))
    articles = "".join(
        _article(number, note, report) for number, (note, report) in enumerate(zip(notes, reports, strict=True), 1)
    )
    return (
        f'<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<style>{_style()}</style></head><body><main><h1>{title}</h1>{_overview(notes, reports)}{articles}"
        "</main></body></html>"
    )


@functools.cache
def _style() -> str:
    return files("agent.guardrails").joinpath("data/report.css").read_text(encoding="utf-8")


def _overview(notes: Sequence[NoteInput], reports: Sequence[Report]) -> str:
    """Count the verdicts; with several notes, list them with links."""
    ordered = sorted(reports, key=lambda report: _VERDICTS.index(report.verdict))
    parts = [f"{words} {number}" for words, number in Counter(map(verdict_words, ordered)).items()]
    total = (
        f'<p class="total">{escape(word("notes_checked").format(number=len(notes)))}：{escape("，".join(parts))}</p>'
    )
    if len(notes) == 1:
        return total
    rows = "".join(
        f'<li><a href="#n{number}">{_text(_name(note, report))}</a> {_verdict(report)}</li>'
        for number, (note, report) in enumerate(zip(notes, reports, strict=True), 1)
    )
    return f"{total}<nav><ol>{rows}</ol></nav>"


def _article(number: int, note: NoteInput, report: Report) -> str:
    numbered = list(enumerate(sorted(report.open(), key=_worst_first), 1))
    todo = todo_of(note, report)
    anew = bool(anew_words(report, todo))
    about = [label_of("note_type", report.note_type), *(label_of("product", name) for name in report.products)]
    return (
        f'<article id="n{number}"><div class="head"><h2>{_text(_name(note, report))}</h2>{_verdict(report)}'
        f'<span class="about">{escape(" · ".join(about))}</span></div>'
        f"{''.join(_summary(report, todo))}"
        f"{''.join(_fields(note, numbered, number))}"
        f"{_findings(note, report, numbered, number, (*todo.going, *todo.doubted), anew=anew)}"
        f"{''.join(_closed(report))}"
        f"{_rest(report)}</article>"
    )


def _summary(report: Report, todo: Todo) -> Iterator[str]:
    """Say what is to be done, as the text does: write anew, how much to mend, the mark that opens the note."""
    anew = anew_words(report, todo)
    lines = [
        anew,
        never_words(report) if anew else "",
        counted_words(report, todo),
        mark_line(todo.mark) if todo.mark else "",
    ]
    yield from (f'<p class="todo">{escape(line)}</p>' for line in lines if line)


def _worst_first(finding: Finding) -> tuple[int, bool, bool, int, int, int]:
    """Sort by gravity, then as a reader meets them; what is missing and what is only alike come last."""
    place = _FIELDS.index(finding.field), finding.index, finding.start or 0
    return _GRAVITY[finding.severity], is_alike(finding), finding.start is None, *place


def _name(note: NoteInput, report: Report) -> str:
    """Name a note by its id and title."""
    return " ".join(part for part in (f"[{report.id}]" if report.id else "", note.title) if part) or word("untitled")


def _verdict(report: Report) -> str:
    return f'<span class="badge {report.verdict}">{escape(verdict_words(report))}</span>'


def _fields(note: NoteInput, numbered: _Numbered, article: int) -> Iterator[str]:
    """Show every field with its marks; tags stand on one line."""
    document = Document(note)
    parts = sorted(document.parts, key=lambda part: (_FIELDS.index(part.field), part.index))
    for field, group in itertools.groupby(parts, key=lambda part: part.field):
        texts = []
        for part in group:
            here = [(n, f) for n, f in numbered if (f.field, f.index) == (field, part.index) and f.start is not None]
            text = _marked(document.raw[part.start : part.end], here, article)
            texts.append(f"#{text}" if field == "tags" else text)
        between = " " if field == "tags" else "\n"
        yield f'<p class="field">{escape(label_of("field", field))}</p><pre>{between.join(texts)}</pre>'


def _marked(raw: str, findings: _Numbered, article: int) -> str:
    """Mark every span, overlapping ones too: a stretch is as grave as the worst finding in it."""
    edges = sorted({0, len(raw), *(edge for _, f in findings for edge in (f.start or 0, f.end or 0))})
    pieces: list[str] = []
    for start, end in itertools.pairwise(edges):
        over = [f for _, f in findings if (f.start or 0) <= start and end <= (f.end or 0)]
        text = escape(raw[start:end])
        worst = min(over, key=lambda f: _GRAVITY[f.severity], default=None)
        pieces.append(f'<mark class="{worst.severity}">{text}</mark>' if worst else text)
        pieces += [f'<a class="ref" href="#n{article}f{n}">{n}</a>' for n, f in findings if f.end == end]
    return "".join(pieces)


def _findings(
    note: NoteInput, report: Report, numbered: _Numbered, article: int, passages: Sequence[Passage], *, anew: bool
) -> str:
    """Tell the findings, worst first; of those that one remedy answers, the one that speaks tells it.

    Of a note that is to be written `anew` a sentence is told what it does, and no other wording.
    What only reads like a violation tells its own question each time, and explains nothing for others.
    """
    numbers = {id(finding): number for number, finding in numbered}
    spoken = {id(finding): passage for passage in passages for finding in passage.findings}
    first: dict[tuple[str, str], int] = {}
    told = []
    for number, finding in numbered:
        passage = spoken.get(id(finding))
        speaker = numbers[id(passage.first)] if passage else number
        explained = number if is_alike(finding) else first.setdefault((finding.rule, finding.message), number)
        kept = not anew or finding.start is None or finding.field in ("title", "tags")
        if not kept:
            mends = [(word("does"), _text(does_words(finding, report.products)))]
        elif speaker != number:
            mends = _as_number(speaker, article)
        else:
            advice = [(word("advice"), _text(finding.advice))] if explained == number else []
            mends = advice + list(_remedy(finding, passage))
        told.append(_finding(note, number, finding, article, told=explained, mends=mends))
    return "".join(told)


_Rows = list[tuple[str, str]]


def _as_number(number: int, article: int) -> _Rows:
    link = f'<a href="#n{article}f{number}">{escape(word("as_number").format(number=number))}</a>'
    return [(word("advice"), f"{link}{escape(word('mended_with'))}")]


def _finding(note: NoteInput, number: int, finding: Finding, article: int, *, told: int, mends: _Rows) -> str:
    """Tell one finding; what an earlier one of the same rule (`told`) explained is not told again."""
    rows = list(_reasons(finding))
    if told != number:
        rows = [(word("why"), f'<a href="#n{article}f{told}">{escape(word("as_number").format(number=told))}</a>')]
    lines = "".join(f"<dt>{escape(name)}</dt><dd>{value}</dd>" for name, value in (*rows, *mends))
    group = "alike_severity" if is_alike(finding) else "severity"
    grade = f'<span class="badge {finding.severity}">{escape(label_of(group, finding.severity))}</span>'
    hidden = "、".join(label_of("disguise", kind) for kind in finding.disguise)
    disguise = f'<span class="hidden">{escape(hidden)}</span>' if hidden else ""
    quote = _quote(finding, note)
    return (
        f'<section class="finding {finding.severity}" id="n{article}f{number}"><h4>{grade}{quote}{disguise}'
        f'<span class="rule">{number} · {escape(finding.rule)} · {escape(label_of("field", finding.field))}</span></h4>'
        f"<dl>{lines}</dl></section>"
    )


def _reasons(finding: Finding) -> Iterator[tuple[str, str]]:
    yield word("why"), _text(finding.message)
    yield word("basis"), _text("；".join(cite(basis) for basis in finding.basis))


def _quote(finding: Finding, note: NoteInput | None = None) -> str:
    """Quote what was hit, by whole clauses of the note if it is given; for an absence, what gave rise to it."""
    if finding.start is not None and finding.end is not None and note is not None and finding.field != "tags":
        quote = quotes_of(field_text(note, finding.field, finding.index), [(finding.start, finding.end)])
        return f"<span>{_text(quote)}</span>"
    if finding.start is not None:
        return f"<span>“{_text(finding.text.strip())}”</span>"
    related = word("related").format(text=finding.text) if finding.text else ""
    return f"<span>{_text(word('missing') + related)}</span>"


def _remedy(finding: Finding, passage: Passage | None) -> Iterator[tuple[str, str]]:
    if finding.fix is None:
        return
    text = spelled(finding.fix.replacement)
    if finding.start is None:
        if text:
            yield word("insert_row"), f"<ins>{_text(text)}</ins>"
    elif passage and (passage.rewritten or not text):
        yield word("replacement"), _text(passage.cure)
    else:
        after = f" → <ins>{_text(text)}</ins>" if text and finding.field != "tags" else ""
        yield word("replacement"), f"<del>{_text(finding.text)}</del>{after}"
    if blanks_in(text):
        yield word("fill_row"), _text(name_blanks(blanks_in(text)))


def _closed(report: Report) -> Iterator[str]:
    """List what does not count this time, folded away."""
    for title, states in (("known_before", ("known",)), ("let_pass", ("cleared", "waived"))):
        found = [finding for finding in report.findings if finding.status in states]
        if found:
            rows = "".join(f"<li>{_closed_line(finding)}</li>" for finding in found)
            if title == "let_pass":
                rows += "".join(f"<li>{_text(waiver_words(waiver))}</li>" for waiver in report.waivers)
            yield f"<details><summary>{escape(word(title))} {len(found)}</summary><ul>{rows}</ul></details>"
    if report.idle_waivers:
        rows = "".join(f"<li>{_text(idle_words(entry))}</li>" for entry in report.idle_waivers)
        yield f"<details open><summary>{escape(word('idle_waivers'))}</summary><ul>{rows}</ul></details>"


def _closed_line(finding: Finding) -> str:
    reason = f"{label_of('status', finding.status)}：{label_of('guard', finding.status_by)}"
    return f'{_quote(finding)} <span class="rule">{escape(finding.rule)} · {_text(reason)}</span>'


def _rest(report: Report) -> str:
    lines = list(left_open_lines(report))
    return f'<p class="rest">{_text(chr(10).join(lines))}</p>' if lines else ""


def _text(text: str) -> str:
    """Escape a text and keep its direction to itself."""
    return f"<bdi>{escape(text)}</bdi>"
