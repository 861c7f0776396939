"""What the rule engine finds in one note, and what was accepted of it."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from agent.models.kinds import Category, FieldName, Frozen, NoteType, Severity, Verdict

__all__ = ["Basis", "Finding", "Fix", "IdleReason", "IdleWaiver", "LabelDecision", "Report", "Undetermined", "Waiver"]


class Basis(Frozen):
    """Cite one article; an unverified article is printed with 待核 (条款待核 where none is known), never invented."""

    instrument: str = Field(min_length=1)
    article: str = ""
    effective: date | None = None
    verified: bool = False
    status: Literal["in-force", "draft", "practice"] = "in-force"


class Fix(Frozen):
    """Propose a replacement for a span (or a sentence to insert, for an absence)."""

    replacement: str
    safety: Literal["safe", "review"] = "review"


class Finding(Frozen):
    """Report one hit: raw code-point offsets (null for an absence), clause, advice, and whether it still counts.

    A `known` one stands in a baseline: it fails no run, and the verdict of its note is what it would be without one.
    """

    rule: str
    pack: str
    severity: Severity
    field: FieldName
    index: int = 0
    start: int | None = None
    end: int | None = None
    text: str = ""
    message: str
    basis: tuple[Basis, ...] = ()
    advice: str = ""
    fix: Fix | None = None
    by: Literal["rule", "judge"] = "rule"
    fingerprint: str = ""
    status: Literal["open", "cleared", "waived", "known"] = "open"
    status_by: str = ""
    disguise: tuple[str, ...] = ()
    related: tuple[str, ...] = ()


class Undetermined(Frozen):
    """Name a rule that could not be decided, and the inputs it needs."""

    rule: str
    needs: tuple[str, ...]


class LabelDecision(Frozen):
    """Say whether an AI or 广告 label is required, why, the line to add and the step on the platform."""

    required: bool
    reasons: tuple[str, ...] = ()
    text: str = ""
    platform_step: str = ""


class Waiver(Frozen):
    """Accept a finding for a stated reason until a day; block rules need a second approver.

    It covers one place (`fingerprint`: rule, words and the letters beside them), one text (`text_hash`; all the rule
    says of it, or only the words in `quote`), or `quote` in every note, where it says so.
    """

    id: str
    rule: str
    fingerprint: str = ""
    text_hash: str = ""
    quote: str = ""
    every_note: bool = False
    reason: str
    approver: str
    second_approver: str = ""
    created: date
    expires: date


IdleReason = Literal[
    "expired", "not_yet", "second_approver", "no_case", "other_text", "other_place", "other_words", "unused"
]


class IdleWaiver(Frozen):
    """Say why a waiver accepts nothing of a note in which its rule has an open finding.

    `day` is when it expired or begins, `text` the words of that finding.
    """

    waiver: str
    rule: str
    reason: IdleReason
    day: date | None = None
    text: str = ""


class Report(Frozen):
    """Hold all findings of one note; cleared and waived ones stay visible.

    `needs_look` says why a person must look although no finding is open (a judge asked for it or could not do its
    work, a language without rule packs): it keeps a note from passing, never the other way round. `waivers` are those
    that accepted a finding here, as they were that day. `products` are those that it was checked for, `beside` those
    that it names without promoting them.
    """

    id: str = ""
    verdict: Verdict
    note_type: NoteType
    products: tuple[Category, ...] = ()
    beside: tuple[Category, ...] = ()
    findings: tuple[Finding, ...] = ()
    undetermined: tuple[Undetermined, ...] = ()
    label: LabelDecision = LabelDecision(required=False)
    needs_look: tuple[str, ...] = ()
    packs: dict[str, str] = Field(default_factory=dict)
    text_hash: str = ""
    waivers: tuple[Waiver, ...] = ()
    idle_waivers: tuple[IdleWaiver, ...] = ()

    def open(self, *severities: Severity) -> tuple[Finding, ...]:
        """Return the open findings, of these severities if any are given."""
        return tuple(f for f in self.findings if f.status == "open" and (not severities or f.severity in severities))

    @property
    def waived(self) -> tuple[Finding, ...]:
        """Return the findings that a waiver accepts."""
        return tuple(finding for finding in self.findings if finding.status == "waived")
