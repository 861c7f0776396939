"""Findings: written, merged, fingerprinted, waived."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from agent.guardrails.compiled import CompiledRule
from agent.guardrails.document import Hit, Part
from agent.guardrails.evidence import Candidate, Evidence
from agent.guardrails.normalize import fold, skeleton_of
from agent.guardrails.rules import Rule
from agent.models import Finding, Fix, Report, Verdict, Waiver

__all__ = [
    "EXAMPLE",
    "WaiverProblem",
    "apply_waivers",
    "identify",
    "is_alike",
    "merge",
    "place_of",
    "review_waivers",
    "touch",
    "verdict_of",
    "write_finding",
]

EXAMPLE = "example:"
"""Begin the `related` entry that quotes the example a sentence reads like."""

_NEIGHBOURS = 8  # letters
_REACH = 64  # characters among which they are looked for
_STOP = re.compile("[。!?;]")


def write_finding(compiled: CompiledRule, candidate: Candidate, evidence: Evidence, *, cleared_by: str) -> Finding:
    """Write the finding of one candidate in the raw offsets of its field."""
    rule = compiled.rule
    values: dict[str, object] = {
        "rule": rule.id, "pack": compiled.pack.name, "severity": rule.severity, "message": rule.message,
        "basis": rule.basis, "advice": rule.advice, "fix": candidate.fix or rule.fix, "related": candidate.related,
        "status": "cleared" if cleared_by else "open", "status_by": cleared_by,
    }  # fmt: skip
    if candidate.hit is None:
        values |= {"field": candidate.field, "index": candidate.index, "text": candidate.quote}
        return Finding(**values, fingerprint=identify(rule.id, candidate.quote, "", ""))
    part, start, end, text = evidence.document.locate(candidate.hit)
    raw, first, last = evidence.document.raw, part.start + start, part.start + end
    values |= {"field": part.field, "index": part.index, "start": start, "end": end, "text": text}
    values |= {"disguise": candidate.hit.disguise, "fix": _fix_at(part, candidate.hit, candidate.fix or rule.fix, rule)}
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


def apply_waivers(findings: Sequence[Finding], waivers: Sequence[Waiver], as_of: date | None) -> list[Finding]:
    """Mark open findings that a valid waiver accepts; a block needs a second approver."""
    return [_waive(finding, waivers, as_of) for finding in findings]


@dataclass(frozen=True)
class WaiverProblem:
    """Name a waiver that does nothing, and why."""

    waiver: str
    reason: Literal["expired", "not_yet", "second_approver", "unused"]


def review_waivers(waivers: Sequence[Waiver], reports: Sequence[Report], as_of: date) -> list[WaiverProblem]:
    """List waivers that are expired, not yet valid, short of a second approver for a block, or used by no report."""
    used = {finding.status_by for report in reports for finding in report.findings if finding.status == "waived"}
    blocks = {finding.rule for report in reports for finding in report.findings if finding.severity == "block"}
    problems: list[WaiverProblem] = []
    for waiver in waivers:
        if waiver.expires < as_of:
            problems.append(WaiverProblem(waiver.id, "expired"))
        elif as_of < waiver.created:
            problems.append(WaiverProblem(waiver.id, "not_yet"))
        elif waiver.rule in blocks and waiver.second_approver in ("", waiver.approver):
            problems.append(WaiverProblem(waiver.id, "second_approver"))
        elif waiver.id not in used:
            problems.append(WaiverProblem(waiver.id, "unused"))
    return problems


def _waive(finding: Finding, waivers: Sequence[Waiver], as_of: date | None) -> Finding:
    if finding.status != "open":
        return finding
    for waiver in waivers:
        if waiver.rule == finding.rule and _accepts(waiver, finding, as_of):
            return finding.model_copy(update={"status": "waived", "status_by": waiver.id})
    return finding


def _accepts(waiver: Waiver, finding: Finding, as_of: date | None) -> bool:
    if as_of is None or not waiver.created <= as_of <= waiver.expires:
        return False
    if finding.severity == "block" and waiver.second_approver in ("", waiver.approver):
        return False
    if waiver.fingerprint:
        return waiver.fingerprint == finding.fingerprint
    return bool(waiver.quote) and fold(waiver.quote) == fold(finding.text)


def identify(rule: str, text: str, before: str, after: str) -> str:
    """Identify a finding by rule, quote and the nearest letters of its sentence, so that edits elsewhere keep it."""
    left, right = before[-_REACH:].rpartition("\n")[2], after[:_REACH].partition("\n")[0]
    near = _STOP.split(skeleton_of(left)[0])[-1][-_NEIGHBOURS:], _STOP.split(skeleton_of(right)[0])[0]
    return hashlib.sha256(f"{rule}\n{fold(text)}\n{near[0]}|{near[1][:_NEIGHBOURS]}".encode()).hexdigest()[:16]
