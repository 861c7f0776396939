"""Sentences that read like a violation, as a report asks about them: what each reads like, or that nobody can tell.

Owns the words of these lines and reads the question that a finding holds (`agent.guardrails.alike` writes it). What
cannot be named shares a line a grade. Refuses to decide which sentence is worth a look.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from agent.guardrails.likeness import sentences
from agent.guardrails.quoting import within_quotes
from agent.guardrails.wording import cite, label_of, word
from agent.models import Finding, NoteInput

__all__ = ["has_one_reading", "look_lines", "question_of", "quoted_window"]

_GRADES: Final = ("fix", "warn")
_LONGEST: Final = 100  # characters of two sentences that are quoted whole
_ENDS: Final = "。；;"
_BRIEF: Final = 8  # characters of a question that says nothing without its answer
_ASKING: Final = ("？", "?")


def question_of(finding: Finding) -> str:
    """Return the question about a sentence that reads like a violation, without the example it reads like."""
    return finding.message.partition(word("alike_example").partition("{")[0])[0]


def look_lines(looks: Sequence[Finding], *, full: bool) -> Iterator[str]:
    """Ask about each sentence, those that cannot be named last and together; in full each with its example."""
    if full:
        yield from (_in_full(finding) for finding in looks)
        return
    unnamed = [finding for finding in looks if not _readings(finding)]
    yield from (_look(finding, _quoted(finding)) for finding in looks if finding not in unnamed)
    for severity in _GRADES:
        quotes = dict.fromkeys(_quoted(finding) for finding in unnamed if finding.severity == severity)
        if quotes:
            yield word("look_unnamed").format(grade=label_of("alike_severity", severity), quotes="、".join(quotes))


def has_one_reading(finding: Finding) -> bool:
    """Tell whether a sentence is said to read like one rule."""
    return len(_readings(finding)) == 1


def quoted_window(note: NoteInput, finding: Finding) -> str:
    """Quote all that was read together, a question with what answers it; of much, what tells most."""
    whole = within_quotes(finding.text.strip() + _answer(note, finding)).rstrip(_ENDS)
    return f"“{whole}”" if len(whole) <= _LONGEST else f"“{_telling(finding)}”"


def _answer(note: NoteInput, finding: Finding) -> str:
    """Return the sentence that answers a short question at the end of what was read; empty where there is none."""
    spans, end = sentences(finding.text), finding.end or 0
    asked = finding.text[slice(*spans[-1])] if spans else ""
    if finding.field != "body" or not asked.endswith(_ASKING) or len(asked) > _BRIEF:
        return ""
    following = next(iter(sentences(note.body[end:])), (0, 0))
    answer = note.body[end : end + following[1]]
    return "" if "\n" in answer else answer


def _look(finding: Finding, quote: str) -> str:
    """Say what quoted words read like: one rule, or one of two; law where there is any."""
    basis = cite(finding.basis[0]) if finding.basis else ""
    first, *others = _readings(finding)
    grade = label_of("alike_severity", finding.severity)
    told = {"grade": grade, "quote": quote, "title": first, "rule": finding.rule, "basis": basis}
    return word("look_either" if others else "look").format(**told, other="".join(others))


def _in_full(finding: Finding) -> str:
    basis = cite(finding.basis[0]) if finding.basis else ""
    grade, field = label_of("alike_severity", finding.severity), label_of("field", finding.field)
    return word("look_in_full").format(
        grade=grade, field=field, message=finding.message, rule=finding.rule, basis=basis
    )  # fmt: skip


def _quoted(finding: Finding) -> str:
    return f"{label_of('field', finding.field)} “{_telling(finding)}”"


def _telling(finding: Finding) -> str:
    """Return the words that a question quotes."""
    before, after = word("alike").split("{words}")
    return finding.message.removeprefix(before).partition(after.partition("{")[0].partition("：")[0])[0]


def _readings(finding: Finding) -> list[str]:
    """Return the titles of the rules that a sentence is said to read like; none where it is said of no rule."""
    lead, between = word("alike_either").partition("：")[2].split("{title}")
    asked = question_of(finding).partition(lead)[2].rpartition("”")[0]
    return asked.split(between.partition("{")[0]) if asked else []
