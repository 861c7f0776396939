"""Write findings of sentences that read like known violations (`agent.guardrails.likeness`).

Owns where it keeps silent: in a sentence in which a rule found something, be it open or cleared, and for rules that are
not in force or not in scope; and in a window that warns readers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from agent.guardrails.compiled import CompiledRule
from agent.guardrails.contexts import is_warning
from agent.guardrails.document import Hit
from agent.guardrails.evidence import Evidence
from agent.guardrails.findings import EXAMPLE, identify
from agent.guardrails.likeness import Resemblance, load_likeness
from agent.guardrails.wording import word
from agent.models import Finding

__all__ = ["find_alike"]


def find_alike(
    evidence: Evidence, rules: Mapping[str, CompiledRule], anchors: Collection[str], told: Sequence[Finding]
) -> Iterator[Finding]:
    """Yield a finding for each resembling window in which nothing has been told, of the rule it resembles most."""
    norm = evidence.document.norm
    if not any(word in norm for word in anchors):
        return
    reader = load_likeness()
    for found in reader.find(norm, anchors=anchors, among=frozenset(rules)):
        finding = _write(found, rules[found.rule], evidence, sure=found.score >= reader.sure)
        if is_warning(norm[found.start : found.end]):
            continue
        if not any(_shares(finding, other) for other in told):
            yield finding


def _write(found: Resemblance, compiled: CompiledRule, evidence: Evidence, *, sure: bool) -> Finding:
    rule = compiled.rule
    part, start, end, text = evidence.document.locate(Hit(found.start, found.end))
    raw = evidence.document.raw[part.start : part.end]
    return Finding(
        rule=rule.id,
        pack=compiled.pack.name,
        severity="fix" if sure and rule.severity != "warn" else "warn",
        field=part.field,
        index=part.index,
        start=start,
        end=end,
        text=text,
        message=word("alike").format(example=found.example, message=rule.message),
        basis=rule.basis,
        advice=rule.advice,
        fingerprint=identify(rule.id, text, raw[:start], raw[end:]),
        related=(EXAMPLE + found.example,),
    )


def _shares(finding: Finding, other: Finding) -> bool:
    """Tell whether a rule has spoken within the window, or was cleared there."""
    if (finding.field, finding.index) != (other.field, other.index):
        return False
    if other.start is None or other.end is None or finding.start is None or finding.end is None:
        return False
    return finding.start < other.end and other.start < finding.end
