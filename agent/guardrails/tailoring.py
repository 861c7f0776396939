"""What a rule tells where a hit speaks of one product: that product's law and that product's remedy.

Owns the choice among `for_products` of a rule. What decides is the nearest product that the note promotes: named in the
hit, else in its sentence (before it, then after it), else before it in its paragraph; else all that the note promotes.
It changes no severity; what `suffices` for those products stands for a line that a rule asks for.
"""

from __future__ import annotations

from collections.abc import Iterator

from agent.guardrails.compiled import CompiledRule, Selector
from agent.guardrails.document import Document, Hit
from agent.guardrails.evidence import Evidence
from agent.guardrails.inference import is_beside, mentions_of
from agent.guardrails.rules import ForProducts, Rule
from agent.models import Category

__all__ = ["asks", "sufficing", "tailored"]


def tailored(compiled: CompiledRule, hit: Hit | None, evidence: Evidence) -> Rule:
    """Return the rule as it reads for the product that a hit speaks of; unchanged where none of its entries fits."""
    rule = compiled.rule
    place = next(_fitting(compiled, hit, evidence), None)
    if place is None:
        return rule
    given = {key: getattr(rule.for_products[place], key) for key in ("message", "advice", "fix", "basis")}
    return rule.model_copy(update={key: value for key, value in given.items() if value})


def asks(compiled: CompiledRule, trigger: Hit | None, evidence: Evidence) -> bool:
    """Tell whether a rule asks for its line where a trigger speaks of a product."""
    entries = compiled.rule.for_products
    place = next(_fitting(compiled, trigger, evidence), None) if not all(entry.asks for entry in entries) else None
    return place is None or entries[place].asks


def sufficing(compiled: CompiledRule, trigger: Hit | None, evidence: Evidence) -> list[Hit]:
    """Return where words stand that do, for the product spoken of, as the line that a rule asks for."""
    if not any(compiled.sufficing):
        return []
    places = _fitting(compiled, trigger, evidence)
    return [hit for place in places for hit in compiled.sufficing[place].hits(evidence.document, evidence.scan)]


def _fitting(compiled: CompiledRule, hit: Hit | None, evidence: Evidence) -> Iterator[int]:
    """Yield the places of the entries that fit the product which a hit speaks of."""
    entries = compiled.rule.for_products
    spoken = _spoken_of(compiled, hit, evidence) if entries else frozenset[Category]()
    for place, (entry, told) in enumerate(zip(entries, compiled.told, strict=True)):
        if spoken and spoken <= set(entry.products) and _stands_near(entry, told, hit, evidence):
            yield place


def _stands_near(entry: ForProducts, told: Selector, hit: Hit | None, evidence: Evidence) -> bool:
    """Tell whether the words that an entry asks for stand near, or it asks for none."""
    if not told:
        return True
    found = told.hits(evidence.document, evidence.scan)
    if hit is None or entry.within == "note":
        return bool(found)
    begin, stop = evidence.document.window(entry.within, hit)
    return any(begin <= one.start and one.end <= stop for one in found)


def _spoken_of(compiled: CompiledRule, hit: Hit | None, evidence: Evidence) -> frozenset[Category]:
    offered = evidence.promoted or evidence.products
    if hit is None:
        return _owing(compiled.rule, offered)
    if len(offered) < 2 or compiled.lists is None:
        return offered
    norm = evidence.document.norm
    mentions = mentions_of(norm, compiled.lists)
    named = [(span, c) for c, span in mentions if c in offered and not is_beside(span, norm)]
    return _nearest(hit, named, evidence.document) or offered


def _owing(rule: Rule, offered: frozenset[Category]) -> frozenset[Category]:
    """Leave out products that a line is not owed for, where it is owed for others of the note."""
    within = offered & set(rule.scope.products) or offered
    exempt = {product for entry in rule.for_products if not entry.asks for product in entry.products}
    return within - exempt or within


def _nearest(hit: Hit, named: list[tuple[Hit, Category]], document: Document) -> frozenset[Category]:
    begin, stop = document.window("sentence", hit)
    first = document.window("paragraph", hit)[0]
    inside = [(0, c) for span, c in named if hit.start <= span.start and span.end <= hit.end]
    before = [(hit.start - span.end, c) for span, c in named if first <= span.start and span.end <= hit.start]
    close = [(away, c) for away, c in before if hit.start - away > begin]
    after = [(span.start - hit.end, c) for span, c in named if hit.end <= span.start and span.end <= stop]
    places = inside or close or after or before
    least = min((away for away, _ in places), default=0)
    return frozenset(c for away, c in places if away == least)
