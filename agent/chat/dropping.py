"""Find the words that had better go than be replaced: boilerplate in the middle of a story reads like a notice."""

from __future__ import annotations

import re

from agent.authors.revising import reads_on
from agent.chat.blocks import touched
from agent.chat.rewording import MANDATORY
from agent.chat.values import Selection
from agent.guardrails.placement import sentence_around
from agent.models import Finding, Note
from agent.results import DraftResult
from agent.text.sentences import clauses
from agent.text.shingles import similarity

__all__ = ["sentence_to_drop"]

REPEATED = 0.5  # bigrams that two sentences share; a repetition in other words is none
FEWEST_LETTERS = 6  # of what stays of a sentence
_CLOSING = "。！？!?…”」"
_LETTERS = re.compile(r"\W+")


def sentence_to_drop(result: DraftResult, finding: Finding) -> Selection | None:
    """Return the sentence or clause of a finding that may go instead of becoming a statement; None where it stays.

    It may where the note says nothing about a product, or says elsewhere what the statement would say.
    """
    note = result.note
    if note is None or finding.field != "body" or finding.start is None or finding.end is None:
        return None
    if finding.fix is None or not reads_on(finding.fix.replacement):
        return None
    sentence = _sentence(note, finding.start, finding.end)
    hit = touched(note, sentence)
    if not hit or len(hit) == len(note.segments) or any(note.segments[index].kind in MANDATORY for index in hit):
        return None
    speaks = any(fact.id in segment.sources for segment in note.segments for fact in result.sources.facts)
    if speaks and not _is_said(finding.fix.replacement, note, without=hit):
        return None
    return sentence


def _sentence(note: Note, start: int, end: int) -> Selection:
    """Return the clause that holds a finding where its sentence tells more than that, else the sentence."""
    low, high = sentence_around(note.body, start, end)
    while high < len(note.body) and note.body[high] in _CLOSING:
        high += 1
    for clause in clauses(note.body[low:high]):
        first, last = low + clause.start, low + clause.end
        rest = _LETTERS.sub("", note.body[low:first] + note.body[last:high])
        if first <= start and end <= last and len(rest) >= FEWEST_LETTERS:
            if last == high:  # the sentence keeps its full stop and loses the comma before
                first, last = max(first - 1, low), last - len(clause.text) + len(clause.text.rstrip(_CLOSING))
            return Selection(start=first, end=last, text=note.body[first:last])
    return Selection(start=low, end=high, text=note.body[low:high])


def _is_said(statement: str, note: Note, *, without: tuple[int, ...]) -> bool:
    others = (segment.text for index, segment in enumerate(note.segments) if index not in without)
    return any(statement in other or similarity(statement, other, size=2) > REPEATED for other in others)
