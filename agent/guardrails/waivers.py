"""Waivers: which finding of which note each one accepts, and why one that is about a note's rule accepts nothing.

A waiver accepts a single case: one place (fingerprint), one text (hash), or, where it says so, its words in every note.
Refuses to loosen a rule: what names no case accepts nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from agent.guardrails.normalize import fold
from agent.guardrails.placement import field_text
from agent.models import Finding, IdleReason, IdleWaiver, NoteInput, Report, Waiver

__all__ = ["ABSENCES", "Accepted", "WaiverProblem", "accept", "quotes", "review_waivers"]

ABSENCES = frozenset({"require", "metadata", "structure", "similarity"})
"""Name the kinds whose findings stand nowhere in a text: one fingerprint would serve every note."""


@dataclass(frozen=True)
class Accepted:
    """Hold findings with waivers applied, the waivers that accepted one, and those that accepted none, with why."""

    findings: tuple[Finding, ...]
    waivers: tuple[Waiver, ...] = ()
    idle: tuple[IdleWaiver, ...] = ()


def accept(findings: Sequence[Finding], waivers: Sequence[Waiver], as_of: date | None, note: NoteInput) -> Accepted:
    """Mark open findings that a waiver accepts on this day; without a day none does."""
    if not waivers or as_of is None:
        return Accepted(tuple(findings))
    marked = tuple(_marked(finding, waivers, as_of, note) for finding in findings)
    used = {finding.status_by for finding in marked if finding.status == "waived"}
    idle = (_idle(waiver, marked, as_of, note) for waiver in waivers if waiver.id not in used)
    return Accepted(marked, tuple(w for w in waivers if w.id in used), tuple(entry for entry in idle if entry))


@dataclass(frozen=True)
class WaiverProblem:
    """Name a waiver that does nothing, and why."""

    waiver: str
    reason: IdleReason


def review_waivers(waivers: Sequence[Waiver], reports: Sequence[Report], as_of: date) -> list[WaiverProblem]:
    """List waivers that are expired, not yet valid, short of a second approver for a block, or used by no report."""
    used = {finding.status_by for report in reports for finding in report.findings if finding.status == "waived"}
    told = {entry.waiver: entry.reason for report in reports for entry in report.idle_waivers}
    idle = ((waiver.id, _out_of_date(waiver, as_of) or told.get(waiver.id)) for waiver in waivers)
    return [WaiverProblem(name, reason or "unused") for name, reason in idle if name not in used]


def _marked(finding: Finding, waivers: Iterable[Waiver], as_of: date, note: NoteInput) -> Finding:
    if finding.status != "open":
        return finding
    for waiver in waivers:
        if waiver.rule == finding.rule and _objection(waiver, finding, as_of, note) is None:
            return finding.model_copy(update={"status": "waived", "status_by": waiver.id})
    return finding


def _idle(waiver: Waiver, findings: Sequence[Finding], as_of: date, note: NoteInput) -> IdleWaiver | None:
    """Say why a waiver accepts nothing of a note in which its rule has an open finding; None where it has none."""
    about = [finding for finding in findings if finding.rule == waiver.rule and finding.status == "open"]
    if not about:
        return None
    reason = _objection(waiver, about[0], as_of, note)
    assert reason is not None
    day = {"expired": waiver.expires, "not_yet": waiver.created}.get(reason)
    return IdleWaiver(waiver=waiver.id, rule=waiver.rule, reason=reason, day=day, text=about[0].text)


def _objection(waiver: Waiver, finding: Finding, as_of: date, note: NoteInput) -> IdleReason | None:
    """Say why a waiver does not accept a finding of its rule; None when it does."""
    if reason := _out_of_date(waiver, as_of):
        return reason
    if (finding.severity == "block" or waiver.every_note) and waiver.second_approver in ("", waiver.approver):
        return "second_approver"
    if not (waiver.fingerprint or waiver.text_hash or (waiver.every_note and waiver.quote.strip())):
        return "no_case"
    if waiver.text_hash and waiver.text_hash != note.text_hash:
        return "other_text"
    if waiver.fingerprint and waiver.fingerprint != finding.fingerprint:
        return "other_place"
    return "other_words" if waiver.quote.strip() and not quotes(waiver.quote, finding, note) else None


def _out_of_date(waiver: Waiver, as_of: date) -> IdleReason | None:
    if waiver.expires < as_of:
        return "expired"
    return "not_yet" if as_of < waiver.created else None


def quotes(quote: str, finding: Finding, note: NoteInput) -> bool:
    """Tell whether a quote is the words of a finding, or the words around them as they stand in the note."""
    wanted, text = fold(quote.strip()), fold(finding.text)
    if wanted == text or finding.start is None:
        return wanted == text
    field = field_text(note, finding.field, finding.index)
    start = len(fold(field[: finding.start]))
    return fold(field).find(wanted, max(0, start + len(text) - len(wanted)), start + len(wanted)) != -1
