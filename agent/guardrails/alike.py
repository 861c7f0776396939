"""Write findings of sentences that read like known violations (`agent.guardrails.likeness`).

Owns where it keeps silent: in a sentence in which a rule found something, be it open or cleared, and for rules that are
not in force or not in scope; and in a window that warns readers. A rule with a list `about-<rule>` is named only where
one of its words stands. It quotes words and asks: a rule's own remedy may be that of another product.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from agent.guardrails.compiled import CompiledRule
from agent.guardrails.contexts import is_warning
from agent.guardrails.document import Hit
from agent.guardrails.evidence import Evidence
from agent.guardrails.findings import EXAMPLE, identify
from agent.guardrails.inference import CATEGORIES
from agent.guardrails.likeness import Resemblance, load_likeness
from agent.guardrails.packs import Packs
from agent.guardrails.terms import TermLists
from agent.guardrails.wording import word
from agent.models import Finding

__all__ = ["find_alike"]

_PRODUCTS: Final = tuple(f"{kind}-{category}" for kind in ("products", "mentions") for category in CATEGORIES)
_SUBJECT: Final = "about-"
_MONEY: Final = ("money-talk",)
_WORDED: Final = ("term", "pattern", "combine", "judge")


def find_alike(
    evidence: Evidence, packs: Packs, applicable: frozenset[int], told: Sequence[Finding]
) -> Iterator[Finding]:
    """Yield a finding for each resembling window in which nothing has been told, of the rule it resembles most.

    applicable: the places of the rules that count.
    """
    norm, lists = evidence.document.norm, packs.lists
    anchors = [(start, end) for _, start, end in lists.find(_MONEY, norm)]
    likely = load_likeness().likely(norm, anchors) if anchors else ()
    if not likely:
        return
    rules = {packs.rules[place].rule.id: packs.rules[place] for place in applicable}
    worded = {number: compiled for number, compiled in rules.items() if compiled.rule.kind in _WORDED}
    subjects = {number: lists.folded(_SUBJECT + number) for number in worded}

    def is_silent(start: int, end: int) -> bool:
        return is_warning(norm[start:end]) or _is_told(Hit(start, end), evidence, told)

    for found in load_likeness().name(norm, likely, among=subjects, silent=is_silent):
        sure = found.score >= load_likeness().sure
        yield _write(found, worded[found.rule], evidence, lists, sure=sure)


def _write(found: Resemblance, compiled: CompiledRule, evidence: Evidence, lists: TermLists, *, sure: bool) -> Finding:
    rule = compiled.rule
    part, start, end, text = evidence.document.locate(Hit(found.start, found.end))
    raw = evidence.document.raw[part.start : part.end]
    words = evidence.document.locate(Hit(*found.telling))[3].strip()
    example = _fitting(found, evidence, lists)
    asked = word("alike").format(words=words, title=rule.title)
    return Finding(
        rule=rule.id,
        pack=compiled.pack.name,
        severity="fix" if sure and rule.severity != "warn" else "warn",
        field=part.field,
        index=part.index,
        start=start,
        end=end,
        text=text,
        message=asked + (word("alike_example").format(example=example) if example else ""),
        basis=rule.basis,
        advice=word("alike_advice"),
        fingerprint=identify(rule.id, text, raw[:start], raw[end:]),
        related=(EXAMPLE + example,),
    )


def _fitting(found: Resemblance, evidence: Evidence, lists: TermLists) -> str:
    """Return the nearest example that names no product but those of the note; empty when there is none."""
    norm = evidence.document.norm
    named = ({example[start:end] for _, start, end in lists.find(_PRODUCTS, example)} for example in found.examples)
    fitting = (example for example, words in zip(found.examples, named, strict=True) if all(w in norm for w in words))
    return next(fitting, "")


def _is_told(window: Hit, evidence: Evidence, told: Iterable[Finding]) -> bool:
    """Tell whether a rule has spoken within a window, or was cleared there."""
    part, start, end, _ = evidence.document.locate(window)
    return any(
        (part.field, part.index) == (other.field, other.index)
        and other.start is not None
        and other.end is not None
        and start < other.end
        and other.start < end
        for other in told
    )
