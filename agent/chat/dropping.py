"""Find the sentence that had better go than be replaced: boilerplate in the middle of a story reads like a notice."""

from __future__ import annotations

from agent.authors.revising import reads_on
from agent.chat.blocks import touched
from agent.chat.rewording import MANDATORY
from agent.chat.values import Selection
from agent.guardrails.placement import sentence_around
from agent.models import Finding, Note
from agent.results import DraftResult
from agent.text.shingles import similarity

__all__ = ["sentence_to_drop"]

REPEATED = 0.5  # bigrams that two sentences share; a repetition in other words is none
_CLOSING = "。！？!?…”」"


def sentence_to_drop(result: DraftResult, finding: Finding) -> Selection | None:
    """Return the sentence of a finding that may go whole instead of becoming a statement; None where it should stay.

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
    low, high = sentence_around(note.body, start, end)
    while high < len(note.body) and note.body[high] in _CLOSING:
        high += 1
    return Selection(start=low, end=high, text=note.body[low:high])


def _is_said(statement: str, note: Note, *, without: tuple[int, ...]) -> bool:
    others = (segment.text for index, segment in enumerate(note.segments) if index not in without)
    return any(statement in other or similarity(statement, other, size=2) > REPEATED for other in others)
