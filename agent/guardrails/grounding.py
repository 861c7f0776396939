"""Compare number claims and first-person claims with what was given: facts, points, material (`number` rules).

Owns the statuses supported, stale, contradicted, condition_missing and unsupported. Refuses guessing: with nothing to
compare to, the rule is undetermined.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from agent.guardrails.compiled import CompiledRule
from agent.guardrails.document import Hit, Part
from agent.guardrails.evidence import Candidate, Detected, Evidence, Missing
from agent.guardrails.normalize import fold
from agent.models import Fact, Note, Point, Segment
from agent.text.numbers import NumberClaim, find_numbers, same_number
from agent.text.provenance import (
    checkable_numbers,
    first_person_claims,
    is_told_briefly,
    is_traced,
    unsupported_numbers,
)
from agent.text.sentences import sentences

__all__ = ["Claim", "detect_numbers", "judge_claims"]

Status = Literal["supported", "contradicted", "stale", "unsupported", "condition_missing"]
# 一年…, 每月…, 可享…, 免费… right before a count: it is an allowance, not what happened to the writer.
_ALLOWANCE = re.compile(
    r"(?:(?:每|一个?|全|单|当|本)[年季月周天日户人卡]度?|可[用享]|免费|畅享|赠送?|含|送)[^，。！？；,!?;\n]{0,6}$"
)
_BRIEF = frozenset({"title", "cover"})
_UNCHECKED = frozenset({"disclosure", "role", "label"})


@dataclass(frozen=True)
class Claim:
    """Judge one number of the text; `fact` names the ledger entry it was compared with."""

    hit: Hit
    status: Status
    fact: str = ""


def detect_numbers(compiled: CompiledRule, evidence: Evidence) -> Detected:
    """Report the claims whose status the rule names, or claims without the provenance a segment owes."""
    if compiled.rule.match.check == "provenance":
        return _detect_provenance(evidence)
    if not (evidence.facts or evidence.points or evidence.material or evidence.note.segments):
        return Missing(("facts",))
    statuses = compiled.rule.match.statuses
    return [
        Candidate(claim.hit, related=(claim.fact,) if claim.fact else ())
        for claim in judge_claims(evidence)
        if claim.status in statuses
    ]


def judge_claims(evidence: Evidence) -> Iterator[Claim]:
    """Judge every checkable number of the note against facts, points and material."""
    told = [text for point in evidence.points for text in _point_texts(point)]
    told += [material.text for material in evidence.material]
    known = [number for text in told for number in find_numbers(text)]
    for part in evidence.document.parts:
        text = evidence.document.raw[part.start : part.end]
        for number in (*checkable_numbers(text), *_promised_counts(text, evidence)):
            yield _judge(number, _hit(evidence, part, number.start, number.end), known, evidence)


def _promised_counts(text: str, evidence: Evidence) -> Iterator[NumberClaim]:
    """Yield counts (6次) that a fact promises: its thing is named and an allowance stands before the number.

    Other counts are everyday talk (去了2次, 有3张卡) and need no source.
    """
    for sentence in sentences(text):
        units = _promised_units(fold(sentence.text), evidence.facts)
        for number in find_numbers(sentence.text) if units else ():
            allowed = _ALLOWANCE.search(sentence.text[: number.start])
            if number.kind == "count" and number.unit in units and allowed:
                start = sentence.start + number.start
                yield replace(number, start=start, end=start + len(number.text))


def _promised_units(sentence: str, facts: Sequence[Fact]) -> frozenset[str]:
    """Return the units of the counts that facts state for things the sentence names."""
    stated = [number for fact in facts for number in fact.numbers if number.what and fold(number.what) in sentence]
    counts = [count for number in stated for count in find_numbers(f"{number.value}{number.unit}")]
    return frozenset(count.unit for count in counts if count.kind == "count")


def fact_texts(fact: Fact) -> tuple[str, ...]:
    """Return every text of a fact that may carry a number: its claim, its conditions, its numbers with unit."""
    return (fact.claim, *fact.must_keep, *(f"{number.value}{number.unit}" for number in fact.numbers))


def _judge(number: NumberClaim, hit: Hit, told: Sequence[NumberClaim], evidence: Evidence) -> Claim:
    carriers = [fact for fact in evidence.facts if not _unknown(number, fact_texts(fact))]
    valid = [fact for fact in carriers if evidence.as_of is None or fact.is_valid(evidence.as_of)]
    if valid:
        kept = [fact for fact in valid if _keeps_conditions(fact, evidence)]
        return Claim(hit, "supported", kept[0].id) if kept else Claim(hit, "condition_missing", valid[0].id)
    if any(same_number(number, other) for other in told):
        return Claim(hit, "supported")
    if carriers:
        return Claim(hit, "stale", carriers[0].id)
    rival = _rival(number, hit, evidence)
    return Claim(hit, "contradicted", rival.id) if rival else Claim(hit, "unsupported")


def _unknown(number: NumberClaim, texts: Sequence[str]) -> bool:
    return not any(same_number(number, other) for text in texts for other in find_numbers(text))


def _keeps_conditions(fact: Fact, evidence: Evidence) -> bool:
    text = _letters(evidence.document.norm)
    return all(_letters(fold(phrase)) in text for phrase in fact.must_keep)


def _letters(norm: str) -> str:
    return "".join(char for char in norm if char.isalnum() or char in "%+")


def _rival(number: NumberClaim, hit: Hit, evidence: Evidence) -> Fact | None:
    """Return a fact that states another value of the same kind and unit for a thing its sentence names."""
    begin, stop = evidence.document.window("sentence", hit)
    sentence = evidence.document.norm[begin:stop]
    for fact in evidence.facts:
        for stated in fact.numbers:
            same_unit = any(
                (_comparable(other), other.unit) == (_comparable(number), number.unit)
                for other in find_numbers(f"{stated.value}{stated.unit}")
            )
            if same_unit and stated.what and fold(stated.what) in sentence:
                return fact
    return None


def _comparable(number: NumberClaim) -> str:
    """Return the kind; a quota (每年限6次) is a count (6次) with its limit."""
    return "count" if number.kind == "quota" else number.kind


def _detect_provenance(evidence: Evidence) -> Detected:
    """Check every segment against its own sources, what has no segment against everything given."""
    segments = _current_segments(evidence)
    if not segments and not evidence.material:
        return Missing(("material",))
    candidates: list[Candidate] = []
    told = tuple(material.text for material in evidence.material)
    for part in evidence.document.parts:
        if part.field == "body" and segments:
            candidates.extend(_segment_candidates(segments, part, evidence))
        else:
            text = evidence.document.raw[part.start : part.end]
            candidates.extend(_untraced(text, 0, part, told, _all_texts(evidence), evidence))
    return candidates


def _current_segments(evidence: Evidence) -> tuple[Segment, ...]:
    """Return the segments, unless the body was edited since: then they say nothing about it."""
    segments = evidence.note.segments
    return segments if Note(titles=("",), title="", segments=segments).body == evidence.note.body else ()


def _segment_candidates(segments: Sequence[Segment], part: Part, evidence: Evidence) -> Iterator[Candidate]:
    position = 0
    for index, segment in enumerate(segments):
        position += 1 if index and segment.paragraph else 0
        if segment.kind not in _UNCHECKED:
            told = tuple(m.text for m in evidence.material if m.id in segment.sources)
            yield from _untraced(segment.text, position, part, told, _cited_texts(segment, evidence), evidence)
        position += len(segment.text)


def _untraced(
    text: str, offset: int, part: Part, told: Sequence[str], sources: Sequence[str], evidence: Evidence
) -> Iterator[Candidate]:
    """Report numbers without a source, and first-person claims that the material does not tell."""
    for number in unsupported_numbers(text, sources):
        yield Candidate(_hit(evidence, part, offset + number.start, offset + number.end))
    told = [fold(item) for item in told]  # a note in traditional characters tells what was told in simplified ones
    for claim in first_person_claims(text):
        brief = part.field in _BRIEF and is_told_briefly(fold(claim.text), told)
        if not brief and not is_traced(fold(claim.text), told):
            yield Candidate(_hit(evidence, part, offset + claim.start, offset + len(claim.text.rstrip()) + claim.start))


def _cited_texts(segment: Segment, evidence: Evidence) -> tuple[str, ...]:
    cited = set(segment.sources)
    texts = [m.text for m in evidence.material if m.id in cited]
    texts += [text for fact in evidence.facts if fact.id in cited for text in fact_texts(fact)]
    texts += [text for point in evidence.points if point.id in cited for text in _point_texts(point)]
    return tuple(texts)


def _all_texts(evidence: Evidence) -> tuple[str, ...]:
    texts = [m.text for m in evidence.material]
    texts += [text for fact in evidence.facts for text in fact_texts(fact)]
    texts += [text for point in evidence.points for text in _point_texts(point)]
    return tuple(texts)


def _point_texts(point: Point) -> tuple[str, ...]:
    return (point.title, point.text, point.caveat, *point.steps)


def _hit(evidence: Evidence, part: Part, start: int, end: int) -> Hit:
    view = evidence.document.view
    first = view.norm_at(part.start + start)
    return Hit(first, max(first + 1, view.norm_at(part.start + end)))
