"""Findings: written, merged, fingerprinted."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from agent.guardrails.compiled import CompiledRule
from agent.guardrails.document import Hit, Part
from agent.guardrails.evidence import Candidate, Evidence
from agent.guardrails.normalize import bare, fold
from agent.guardrails.rules import Rule
from agent.guardrails.tailoring import tailored
from agent.models import Finding, Fix, Verdict

__all__ = [
    "ABOUT",
    "EXAMPLE",
    "OWN_LINE",
    "SUPERSTRING",
    "about_of",
    "identify",
    "is_alike",
    "merge",
    "place_of",
    "touch",
    "verdict_of",
    "write_finding",
]

EXAMPLE = "example:"
"""Begin the `related` entry that quotes the example a sentence reads like."""

ABOUT = "about:"
"""Begin the `related` entry that quotes the word by which a note names the product that a missing line is owed for."""

OWN_LINE = "own line"
"""Clear a line that is missing where a product's own line is asked for in its place."""

SUPERSTRING = "benign superstring"
"""Clear a hit within a harmless word or phrase."""

_NEIGHBOURS = 8  # letters
_REACH = 64  # characters among which they are looked for
_STOP = re.compile("[。!?;]")


def write_finding(compiled: CompiledRule, candidate: Candidate, evidence: Evidence, *, cleared_by: str) -> Finding:
    """Write the finding of one candidate in the raw offsets of its field."""
    rule = tailored(compiled, candidate.hit or candidate.trigger, evidence)
    fix = rule.fix if rule.fix is not compiled.rule.fix else candidate.fix or rule.fix
    values: dict[str, object] = {
        "rule": rule.id, "pack": compiled.pack.name, "severity": rule.severity, "message": rule.message,
        "basis": rule.basis, "advice": rule.advice, "fix": fix, "related": candidate.related,
        "status": "cleared" if cleared_by else "open", "status_by": cleared_by,
    }  # fmt: skip
    if candidate.hit is None:
        values |= {"field": candidate.field, "index": candidate.index, "text": candidate.quote}
        return Finding(**values, fingerprint=identify(rule.id, candidate.quote, "", ""))
    part, start, end, text = evidence.document.locate(candidate.hit)
    raw, first, last = evidence.document.raw, part.start + start, part.start + end
    values |= {"field": part.field, "index": part.index, "start": start, "end": end, "text": text}
    values |= {"disguise": candidate.hit.disguise, "fix": _fix_at(part, candidate.hit, fix, rule)}
    before, after = raw[max(part.start, first - _REACH) : first], raw[last : min(part.end, last + _REACH)]
    return Finding(**values, fingerprint=identify(rule.id, text, before, after))


def _fix_at(part: Part, hit: Hit, fix: Fix | None, rule: Rule) -> Fix | None:
    """Return the fix of a hit; a tag in plain words that breaks a rule goes whole, which takes no judgement."""
    if fix is None or part.field != "tags" or rule.severity == "warn" or hit.disguise:
        return fix
    return fix.model_copy(update={"safety": "safe"})


def is_alike(finding: Finding) -> bool:
    """Tell whether a finding rests on likeness to an example, not on a rule's words."""
    return any(entry.startswith(EXAMPLE) for entry in finding.related)


def about_of(finding: Finding) -> str:
    """Return the word of the note that names what a missing line is owed for; empty where nothing is named."""
    return next((entry.removeprefix(ABOUT) for entry in finding.related if entry.startswith(ABOUT)), "")


def merge(findings: Iterable[Finding]) -> list[Finding]:
    """Join overlapping findings of one rule; an open one swallows the cleared ones it overlaps."""
    merged: list[Finding] = []
    ordered = sorted(
        findings,
        key=lambda f: (f.field, f.index, -1 if f.start is None else f.start, f.status != "open", -(f.end or 0)),
    )
    near: list[int] = []  # places in `merged` that a later finding may still overlap
    for finding in ordered:
        near = [place for place in near if _may_overlap(merged[place], finding)]
        twin = next((place for place in near if _overlap(merged[place], finding)), None)
        if twin is None:
            near.append(len(merged))
            merged.append(finding)
        elif merged[twin].status != "open" and finding.status == "open":
            merged[twin] = finding
        elif merged[twin].status == finding.status:
            merged[twin] = _longer(merged[twin], finding)
    return merged


def place_of(finding: Finding) -> tuple[object, ...]:
    """Return what two checks of one note call the same finding by: rule, field, span and words."""
    return finding.rule, finding.field, finding.index, finding.start, finding.end, finding.text


def touch(one: Finding, other: Finding) -> bool:
    """Tell whether two findings of one rule overlap; an absence touches nothing."""
    if (one.rule, one.field, one.index) != (other.rule, other.field, other.index):
        return False
    if one.start is None or other.start is None or one.end is None or other.end is None:
        return False
    return one.start < other.end and other.start < one.end


def _may_overlap(one: Finding, later: Finding) -> bool:
    """Tell whether a finding, or one after it in text order, may overlap an earlier one."""
    if (one.field, one.index) != (later.field, later.index):
        return False
    return one.end is None or later.start is None or later.start < one.end


def _overlap(one: Finding, other: Finding) -> bool:
    if (one.field, one.index) != (other.field, other.index):
        return False
    if one.start is None or other.start is None or one.end is None or other.end is None:
        return (one.start, one.text, one.related) == (other.start, other.text, other.related)
    return one.start < other.end and other.start < one.end


def _longer(one: Finding, other: Finding) -> Finding:
    if one.start is None or other.start is None or one.end is None or other.end is None:
        return one
    return other if other.end - other.start > one.end - one.start else one


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """Return block, revise or pass by the most severe open finding."""
    severities = {finding.severity for finding in findings if finding.status == "open"}
    if "block" in severities:
        return "block"
    return "revise" if "fix" in severities else "pass"


def identify(rule: str, text: str, before: str, after: str) -> str:
    """Identify a finding by rule, quote and the nearest letters of its sentence, so that edits elsewhere keep it."""
    left, right = before[-_REACH:].rpartition("\n")[2], after[:_REACH].partition("\n")[0]
    near = _STOP.split(bare(left))[-1][-_NEIGHBOURS:], _STOP.split(bare(right))[0]
    return hashlib.sha256(f"{rule}\n{fold(text)}\n{near[0]}|{near[1][:_NEIGHBOURS]}".encode()).hexdigest()[:16]
