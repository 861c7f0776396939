"""Write findings of sentences that read like known violations (`agent.guardrails.likeness`).

Owns where it keeps silent: in a sentence in which a rule found something, be it open or cleared, and for rules that are
not in force or not in scope; and in a window that warns readers. A rule with a list `about-<rule>` is named only where
one of its words stands. It quotes words and asks: a rule's own remedy may be that of another product.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from agent.guardrails.compiled import CompiledRule
from agent.guardrails.contexts import is_warning
from agent.guardrails.document import Hit
from agent.guardrails.evidence import Evidence
from agent.guardrails.findings import EXAMPLE, identify
from agent.guardrails.inference import CATEGORIES
from agent.guardrails.likeness import Resemblance, load_likeness
from agent.guardrails.terms import TermLists
from agent.guardrails.wording import word
from agent.models import Finding

__all__ = ["find_alike"]

_PRODUCTS: Final = tuple(f"{kind}-{category}" for kind in ("products", "mentions") for category in CATEGORIES)
_SUBJECT: Final = "about-"


def find_alike(
    evidence: Evidence, rules: Mapping[str, CompiledRule], lists: TermLists, told: Sequence[Finding]
) -> Iterator[Finding]:
    """Yield a finding for each resembling window in which nothing has been told, of the rule it resembles most."""
    norm = evidence.document.norm
    anchors = lists.folded("money-talk")
    if not any(anchor in norm for anchor in anchors):
        return
    reader = load_likeness()
    subjects = {rule: lists.folded(_SUBJECT + rule) for rule in rules}
    for found in reader.find(norm, anchors=anchors, among=subjects):
        if is_warning(norm[found.start : found.end]):
            continue
        finding = _write(found, rules[found.rule], evidence, lists, sure=found.score >= reader.sure)
        if not any(_shares(finding, other) for other in told):
            yield finding


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


def _shares(finding: Finding, other: Finding) -> bool:
    """Tell whether a rule has spoken within the window, or was cleared there."""
    if (finding.field, finding.index) != (other.field, other.index):
        return False
    if other.start is None or other.end is None or finding.start is None or finding.end is None:
        return False
    return finding.start < other.end and other.start < finding.end
