"""Detectors over words: term, pattern, combine, require."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal

from agent.guardrails.compiled import CompiledRule
from agent.guardrails.document import Document, Hit
from agent.guardrails.evidence import Candidate, Detected, Evidence
from agent.guardrails.findings import ABOUT
from agent.guardrails.rules import Rule, Within
from agent.guardrails.tailoring import asks, sufficing
from agent.models import Fix

__all__ = ["detect_combinations", "detect_requirement", "detect_terms", "is_worded"]


def detect_terms(compiled: CompiledRule, evidence: Evidence) -> Detected:
    """Find every term and pattern of the rule."""
    hits = compiled.terms.hits(evidence.document, evidence.scan)
    return [*map(Candidate, hits), *_detect_offered(compiled, evidence)]


def _detect_offered(compiled: CompiledRule, evidence: Evidence) -> list[Candidate]:
    """Find the wordings that count only where the note offers its own product."""
    hits = compiled.about.hits(evidence.document, evidence.scan)
    return [Candidate(hit, offered=True) for hit in hits]


def detect_combinations(compiled: CompiledRule, evidence: Evidence) -> Detected:
    """Find one hit of each group within a clause, sentence, paragraph or the note; the span covers all parts."""
    return [*map(Candidate, _combinations(compiled, evidence)), *_detect_offered(compiled, evidence)]


def _combinations(compiled: CompiledRule, evidence: Evidence) -> list[Hit]:
    document = evidence.document
    groups: list[Sequence[Hit]] = [()] * len(compiled.groups)
    for place in compiled.cheapest_first:
        groups[place] = compiled.groups[place].hits(document, evidence.scan)
        if not groups[place]:
            return []
    match = compiled.rule.match
    pools = [_by_unit(group, match.within, document) for group in groups[1:]]
    found: list[Hit] = []
    for first in groups[0]:
        parts = [first]
        unit = document.unit(match.within, first.start)
        for hits in pools:
            pool = hits.get(unit, ())
            nearest = _nearest(pool, parts, ordered=match.ordered, gap=match.gap)
            if nearest is None:
                break
            parts.append(nearest)
        else:
            found.append(_cover(parts))
    return found


def _by_unit(hits: Iterable[Hit], within: Within, document: Document) -> dict[int, list[Hit]]:
    units: dict[int, list[Hit]] = defaultdict(list)
    for hit in hits:
        units[document.unit(within, hit.start)].append(hit)
    return units


def detect_requirement(compiled: CompiledRule, evidence: Evidence) -> Detected:
    """Report that a mandatory wording is absent, once for each trigger that it is not near."""
    document = evidence.document
    rule = compiled.rule
    triggers: Sequence[Candidate] = [Candidate(None)]
    if compiled.trigger:
        triggers = _triggers(compiled, evidence)
        if not triggers:
            return []
    wordings = [hit for hit in _wordings(compiled, evidence) if _is_placed(hit, compiled, document)]
    insert = Fix(replacement=rule.match.insert, safety=_safety(rule, evidence)) if rule.match.insert else None
    return [
        Candidate(
            None,
            _quote(document, trigger.hit),
            "body",
            fix=insert,
            related=_named(rule, evidence),
            trigger=trigger.hit,
            offered=trigger.offered,
        )
        for trigger in triggers
        if not any(_is_near(trigger.hit, wording, compiled, document) for wording in wordings)
        and asks(compiled, trigger.hit, evidence)
        and not any(_is_placed(hit, compiled, document) for hit in sufficing(compiled, trigger.hit, evidence))
    ]


def _named(rule: Rule, evidence: Evidence) -> tuple[str, ...]:
    """Quote the word by which the note names a product of the rule, where it promotes one."""
    scope = rule.scope.products
    if rule.match.trigger or not rule.scope.promotes:
        return ()
    return tuple(ABOUT + word for category, word in evidence.named.items() if not scope or category in scope)[:1]


def is_worded(compiled: CompiledRule, evidence: Evidence) -> bool:
    """Tell whether the mandatory wording of a rule stands anywhere in a note."""
    return bool(_wordings(compiled, evidence))


def _wordings(compiled: CompiledRule, evidence: Evidence) -> list[Hit]:
    """Return where the wording stands; one that begins in the title and ends in the body is looked for in the body."""
    document = evidence.document
    hits = compiled.wording.hits(document, evidence.scan)
    if document.body is None or compiled.rule.match.position == "anywhere":
        return hits
    begin, stop = document.part_range(document.body)
    if not any(hit.start < begin < hit.end for hit in hits):
        return hits
    body = document.only([(begin, stop)])
    return [*hits, *compiled.wording.hits(body, compiled.wording.vocabulary.scan(body))]


def _safety(rule: Rule, evidence: Evidence) -> Literal["safe", "review"]:
    """Return how safe a line is: about a product only where the note is known to be about that product."""
    if rule.fix is None or (rule.scope.products and not evidence.products & set(rule.scope.products)):
        return "review"
    return rule.fix.safety


def _triggers(compiled: CompiledRule, evidence: Evidence) -> list[Candidate]:
    """Return what makes the wording due, that which counts only where the note offers its product among it."""
    document = evidence.document
    places = compiled.rule.scope.places
    found = [*map(Candidate, compiled.trigger.hits(document, evidence.scan)), *_detect_offered(compiled, evidence)]
    return [one for one in found if one.hit is not None and document.part_at(one.hit).field in places]


def _quote(document: Document, trigger: Hit | None) -> str:
    return document.locate(trigger)[3] if trigger else ""


def _is_placed(hit: Hit, compiled: CompiledRule, document: Document) -> bool:
    position = compiled.rule.match.position
    if position == "anywhere":
        return True
    if document.part_at(hit).field != "body":
        return False
    if position == "own_line":
        return document.norm[document.window("paragraph", hit)[0] : hit.start].strip(' "“(【[*-') == ""
    return position == "body" or not _after_tags(hit, document)


def _after_tags(hit: Hit, document: Document) -> bool:
    """Tell whether hashtags stand in the body before the hit."""
    body = document.body
    if body is None:
        return False
    begin = document.part_range(body)[0]
    line = document.window("paragraph", hit)[0]
    return any(row.lstrip().startswith("#") for row in document.norm[begin:line].split("\n") if row.strip()) or (
        "#" in document.norm[line : hit.start]
    )


def _is_near(trigger: Hit | None, wording: Hit, compiled: CompiledRule, document: Document) -> bool:
    proximity = compiled.rule.match.proximity
    if trigger is None or proximity == "note":
        return True
    if proximity == "next_paragraph":
        distance = document.unit("paragraph", wording.start) - document.unit("paragraph", trigger.start)
        return distance in (0, 1)
    return document.unit(proximity, wording.start) == document.unit(proximity, trigger.start)


def _nearest(pool: Iterable[Hit], parts: Sequence[Hit], *, ordered: bool, gap: int | None) -> Hit | None:
    choices: list[tuple[int, Hit]] = []
    for hit in pool:
        if any(hit.start < part.end and part.start < hit.end for part in parts):
            continue
        if ordered:
            distance = hit.start - parts[-1].end
        else:
            distance = min(max(hit.start - part.end, part.start - hit.end) for part in parts)
        if distance >= 0 and (gap is None or distance <= gap):
            choices.append((distance, hit))
    return min(choices)[1] if choices else None


def _cover(parts: Sequence[Hit]) -> Hit:
    disguise = tuple(sorted({kind for part in parts for kind in part.disguise}))
    return Hit(min(part.start for part in parts), max(part.end for part in parts), disguise)
