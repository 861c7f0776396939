"""Apply the fixes of findings as a person accepts them, and show beforehand what one of them would do to the text."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import takewhile
from random import Random

from agent.authors.revising import Revisor
from agent.chat.cards import finding_id
from agent.chat.rewording import Rewording
from agent.guardrails.placement import sentence_around
from agent.models import Critique, Finding, Note, Plan
from agent.results import DraftResult

__all__ = ["accepted", "preview"]


def accepted(result: DraftResult, findings: Sequence[Finding]) -> Rewording:
    """Return the note of a run with the fixes of these findings applied; each of them has one."""
    assert result.note is not None and result.report is not None
    wanted = tuple(finding.model_copy(update={"severity": "fix"}) for finding in findings)
    report = result.report.model_copy(update={"findings": wanted})
    plan = Plan(angle="", keyword=result.brief.keyword)
    rng = Random(hashlib.sha256(result.note.text_hash.encode()).digest())
    revision = Revisor(result.note, plan=plan, sources=result.sources, rng=rng).revised(report, Critique(passed=True))
    return Rewording(revision.note, revision.changes)


def preview(result: DraftResult, finding: str) -> tuple[str, str] | None:
    """Return the words that would go and those that would come, a sentence at least; None when nothing would change.

    A fix that is a statement of its own takes the place of the whole sentence: who accepts it should see that first.
    """
    if result.note is None or result.report is None:
        return None
    known = [f for f in result.report.open() if finding_id(f) == finding and f.fix is not None]
    if not known:
        return None
    before, after = (_field(note, known[0]) for note in (result.note, accepted(result, known).note))
    if before == after:
        return None
    low = _shared(before, after)
    high = len(before) - _shared(before[low:][::-1], after[low:][::-1])
    start, end = sentence_around(before, low, high) if high > low else (low, high)
    start, end = min(start, low), max(end, high)
    return before[start:end].strip(), after[start : len(after) - (len(before) - end)].strip()


def _field(note: Note, finding: Finding) -> str:
    if finding.field == "title":
        return note.title
    if finding.field == "tags":
        return " ".join(note.tags)
    return note.cover if finding.field == "cover" else note.body


def _shared(one: str, other: str) -> int:
    """Count the characters that two texts begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
