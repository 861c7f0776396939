"""Compare number claims and first-person claims with what was given: facts, points, material (`number` rules).

Owns the statuses supported, stale, contradicted, condition_missing and unsupported. Refuses guessing: with nothing to
compare to, the rule is undetermined.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import re2

from agent.guardrails.compiled import CompiledRule
from agent.guardrails.document import Hit
from agent.guardrails.evidence import Candidate, Detected, Evidence, Missing
from agent.guardrails.normalize import fold
from agent.guardrails.yamlsource import read_yaml
from agent.models import Fact, Segment

__all__ = ["Claim", "detect_numbers", "judge_claims"]

Status = Literal["supported", "contradicted", "stale", "unsupported", "condition_missing"]
Key = tuple[Decimal, str]
_COUNTED = frozenset({"count"})


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
    """Judge every number of the note against facts, points and material."""
    ledger = [(fact, _fact_numbers(fact)) for fact in evidence.facts]
    told = {key for text in _free_texts(evidence) for key in _numbers_of(text)}
    norm = evidence.document.norm
    for number in find_numbers(norm):
        if number.kind in _COUNTED:
            continue
        hit = Hit(number.start, number.end)
        yield _judge(hit, (number.value, number.unit), ledger, told, evidence)


def _judge(hit: Hit, key: Key, ledger: list[tuple[Fact, set[Key]]], told: set[Key], evidence: Evidence) -> Claim:
    carriers = [fact for fact, keys in ledger if key in keys]
    valid = [fact for fact in carriers if evidence.as_of is None or fact.is_valid(evidence.as_of)]
    if valid:
        kept = [fact for fact in valid if _keeps_conditions(fact, evidence)]
        return Claim(hit, "supported", kept[0].id) if kept else Claim(hit, "condition_missing", valid[0].id)
    if key in told:
        return Claim(hit, "supported")
    if carriers:
        return Claim(hit, "stale", carriers[0].id)
    rival = _rival(hit, key, evidence)
    return Claim(hit, "contradicted", rival.id) if rival else Claim(hit, "unsupported")


def _keeps_conditions(fact: Fact, evidence: Evidence) -> bool:
    text = _letters(evidence.document.norm)
    return all(_letters(fold(phrase)) in text for phrase in fact.must_keep)


def _letters(norm: str) -> str:
    return "".join(char for char in norm if char.isalnum() or char in "%+.")


def _rival(hit: Hit, key: Key, evidence: Evidence) -> Fact | None:
    """Return a fact that states another value for the same thing in the same unit, named in the same sentence."""
    begin, stop = evidence.document.window("sentence", hit)
    sentence = evidence.document.norm[begin:stop]
    for fact in evidence.facts:
        for number in fact.numbers:
            keys = _numbers_of(f"{number.value}{number.unit}")
            if any(unit == key[1] for _, unit in keys) and number.what and fold(number.what) in sentence:
                return fact
    return None


def _fact_numbers(fact: Fact) -> set[Key]:
    stated = {key for number in fact.numbers for key in _numbers_of(f"{number.value}{number.unit}")}
    return stated | {key for text in (fact.claim, *fact.must_keep) for key in _numbers_of(text)}


def _free_texts(evidence: Evidence) -> Iterator[str]:
    for point in evidence.points:
        yield from (point.title, point.text, point.caveat, *point.steps)
    for material in evidence.material:
        yield material.text


def find_numbers(text: str) -> Any:
    """Find number claims."""
    from agent.text.numbers import find_numbers as find

    return find(text)


def _numbers_of(text: str) -> set[Key]:
    return {(number.value, number.unit) for number in find_numbers(fold(text))}


def _detect_provenance(evidence: Evidence) -> Detected:
    """Check every segment against its own sources; a text without segments against all material."""
    if evidence.note.segments:
        return list(_segment_candidates(evidence))
    if not evidence.material:
        return Missing(("material",))
    told = "\n".join(_free_texts(evidence)) + "\n".join(fact.claim for fact in evidence.facts)
    norm = evidence.document.norm
    known = _numbers_of(told) | {key for fact in evidence.facts for key in _fact_numbers(fact)}
    return [Candidate(hit) for hit in _unknown_numbers(norm, 0, known)]


def _segment_candidates(evidence: Evidence) -> Iterator[Candidate]:
    body = evidence.document.body
    if body is None:
        return
    position = body.start
    for index, segment in enumerate(evidence.note.segments):
        position += 1 if index and segment.paragraph else 0
        begin = evidence.document.view.norm_at(position)
        position += len(segment.text)
        stop = evidence.document.view.norm_at(position)
        norm = evidence.document.norm[begin:stop]
        if segment.kind in ("disclosure", "role", "label"):
            continue
        yield from (Candidate(hit) for hit in _unknown_numbers(norm, begin, _cited_numbers(segment, evidence)))
        if segment.kind == "life" and not _cites_material(segment, evidence):
            yield from (Candidate(Hit(begin + s, begin + e)) for s, e in _experiences(norm))


def _unknown_numbers(norm: str, begin: int, known: set[Key]) -> Iterator[Hit]:
    for number in find_numbers(norm):
        if number.kind not in _COUNTED and (number.value, number.unit) not in known:
            yield Hit(begin + number.start, begin + number.end)


def _cited_numbers(segment: Segment, evidence: Evidence) -> set[Key]:
    cited = set(segment.sources)
    keys: set[Key] = set()
    for fact in evidence.facts:
        keys |= _fact_numbers(fact) if fact.id in cited else set()
    texts = [m.text for m in evidence.material if m.id in cited]
    for point in evidence.points:
        texts += [point.title, point.text, point.caveat, *point.steps] if point.id in cited else []
    return keys | {key for text in texts for key in _numbers_of(text)}


def _cites_material(segment: Segment, evidence: Evidence) -> bool:
    known = {material.id for material in evidence.material}
    return bool(known & set(segment.sources))


def _experiences(norm: str) -> Iterable[tuple[int, int]]:
    claims, harmless = _experience_patterns()
    for pattern in claims:
        for match in pattern.finditer(norm):
            if not any(other.search(match.group()) for other in harmless):
                yield match.start(), match.end()


@functools.cache
def _experience_patterns() -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    data = read_yaml(Path(str(files("agent.guardrails").joinpath("data/experience.yaml")))).value
    return tuple(map(re2.compile, data["first_person"])), tuple(map(re2.compile, data["not_experience"]))
