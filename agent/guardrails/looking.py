"""Sentences that read like a violation, as a report asks about them: what each reads like, or that nobody can tell.

Owns the words of these lines and reads the question that a finding holds (`agent.guardrails.alike` writes it). What
cannot be named shares a line a grade. Refuses to decide which sentence is worth a look.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from agent.guardrails.wording import cite, label_of, word
from agent.models import Finding

__all__ = ["look_lines", "question_of"]

_GRADES: Final = ("fix", "warn")


def question_of(finding: Finding) -> str:
    """Return the question about a sentence that reads like a violation, without the example it reads like."""
    return finding.message.partition(word("alike_example").partition("{")[0])[0]


def look_lines(looks: Sequence[Finding], *, full: bool) -> Iterator[str]:
    """Ask about each sentence, those that cannot be named last and together; in full each with its example."""
    if full:
        yield from (_in_full(finding) for finding in looks)
        return
    unnamed = [finding for finding in looks if not _readings(finding)]
    yield from (_look(finding) for finding in looks if finding not in unnamed)
    for severity in _GRADES:
        quotes = dict.fromkeys(_quoted(finding) for finding in unnamed if finding.severity == severity)
        if quotes:
            yield word("look_unnamed").format(grade=label_of("alike_severity", severity), quotes="、".join(quotes))


def _look(finding: Finding) -> str:
    """Say what words read like: one rule, or one of two; law where there is any."""
    basis = cite(finding.basis[0]) if finding.basis else ""
    first, *others = _readings(finding)
    code = "look_either" if others else "look"
    return word(code).format(
        grade=label_of("alike_severity", finding.severity), quote=_quoted(finding), title=first, other="".join(others),
        rule=finding.rule, basis=basis,
    )  # fmt: skip


def _in_full(finding: Finding) -> str:
    basis = cite(finding.basis[0]) if finding.basis else ""
    grade, field = label_of("alike_severity", finding.severity), label_of("field", finding.field)
    return word("look_in_full").format(
        grade=grade, field=field, message=finding.message, rule=finding.rule, basis=basis
    )  # fmt: skip


def _quoted(finding: Finding) -> str:
    before, after = word("alike").split("{words}")
    told = finding.message.removeprefix(before).partition(after.partition("{")[0].partition("：")[0])[0]
    return f"{label_of('field', finding.field)} “{told}”"


def _readings(finding: Finding) -> list[str]:
    """Return the titles of the rules that a sentence is said to read like; none where it is said of no rule."""
    lead, between = word("alike_either").partition("：")[2].split("{title}")
    asked = question_of(finding).partition(lead)[2].rpartition("”")[0]
    return asked.split(between.partition("{")[0]) if asked else []
