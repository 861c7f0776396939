"""What the record hands out: frozen rows, with the values of `agent.models` restored."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from agent.llm.protocol import ModelRole
from agent.models import Brief, Frozen, Outcome, Round, Sources, Waiver

__all__ = [
    "AccessKind",
    "AccessRecord",
    "AuditEvent",
    "AuditReport",
    "BoundModel",
    "Break",
    "CorrectionAction",
    "CorrectionRecord",
    "Decision",
    "DecisionRecord",
    "DelegationRecord",
    "EarlierNote",
    "EventKind",
    "EvidenceKind",
    "EvidenceRecord",
    "Grounds",
    "NoticeRecord",
    "PublicationRecord",
    "RunRecord",
    "RunWaiver",
    "SessionRecord",
    "SubmissionRecord",
    "ThreadRecord",
    "TokenRecord",
    "TurnRecord",
    "VersionRecord",
    "Waiting",
]

Decision = Literal["approve", "reject", "edit", "comment", "recheck"]
CorrectionAction = Literal["retract", "correct"]
EvidenceKind = Literal["submitted", "approved", "published", "taken_back"]
AccessKind = Literal["token_made", "token_revoked", "session_ended", "roles"]
EventKind = Literal[
    "started", "version", "decision", "outcome", "erased", "submitted", "published", "turn", "turn_erased",
    "thread_erased", "waived", "delegated", "corrected", "access",
]  # fmt: skip


class RunRecord(Frozen):
    """Hold one run; `outcome` is None while it is unfinished. Of an erased run only the shell of a brief is left."""

    id: str
    brief: Brief
    author: str
    workspace: str
    owner: str = ""
    outcome: Outcome | None = None
    best_revision: int | None = None
    created_at: datetime
    updated_at: datetime
    erased_at: datetime | None = None


class VersionRecord(Frozen):
    """Hold one text of a run with its check."""

    run: str
    revision: int
    text_hash: str
    round: Round
    saved_at: datetime
    grounds: str = ""


class DecisionRecord(Frozen):
    """Hold one person's decision, bound to the hash of the text they saw."""

    run: str
    decision: Decision
    text_hash: str
    reviewer: str
    reason: str
    decided_at: datetime
    key: str = ""
    on_behalf_of: str = ""


class SubmissionRecord(Frozen):
    """Hold that a text was handed in for review."""

    run: str
    text_hash: str
    submitted_by: str
    submitted_at: datetime
    urgent: bool = False


class PublicationRecord(Frozen):
    """Hold where an approved text was published, as the person who did it says."""

    run: str
    text_hash: str
    url: str
    published_by: str
    published_at: datetime


class RunWaiver(Frozen):
    """Hold an accepted finding of one run; `second_approver` is empty until somebody else agrees."""

    id: int
    run: str
    rule: str
    fingerprint: str
    reason: str
    approver: str
    second_approver: str
    granted_at: datetime
    expires_on: date

    def accepted(self, as_of: date) -> Waiver:
        """Return what a check on this day honours; granted later, it counts from this day."""
        return Waiver(
            id=f"{self.run}#{self.id}",
            rule=self.rule,
            fingerprint=self.fingerprint,
            reason=self.reason,
            approver=self.approver,
            second_approver=self.second_approver,
            created=min(self.granted_at.date(), as_of),
            expires=self.expires_on,
        )


class Waiting(Frozen):
    """Hold a text that waits for a reviewer, with what was decided on its run and accepted in it, oldest first.

    `submission` is None when nobody has handed it in, `drawn` when nobody has handed in any text of the run.
    """

    run: RunRecord
    version: VersionRecord
    submission: SubmissionRecord | None = None
    drawn: int | None = None
    decisions: tuple[DecisionRecord, ...] = ()
    waivers: tuple[RunWaiver, ...] = ()


class DelegationRecord(Frozen):
    """Hold that one reviewer decides for another, from `starts_at` to `ends_at`; `lane` is `all` or one lane."""

    id: int
    delegator: str
    delegate: str
    lane: str
    starts_at: datetime
    ends_at: datetime
    reason: str
    created_at: datetime
    revoked_at: datetime | None = None

    def is_active(self, now: datetime) -> bool:
        """Tell whether it holds at this moment."""
        return self.starts_at <= now < self.ends_at and (self.revoked_at is None or now < self.revoked_at)


class CorrectionRecord(Frozen):
    """Hold that a publication was taken back, or is being corrected in `new_run`."""

    id: int
    run: str
    url: str
    text_hash: str
    action: CorrectionAction
    reason: str
    by: str
    asked_at: datetime
    new_run: str = ""


class NoticeRecord(Frozen):
    """Hold what one person or the webhook is told; the topic of the brief is all it says of a note."""

    id: int
    kind: str
    run: str
    recipient: str
    topic: str
    by: str
    reason: str
    created_at: datetime
    sent_at: datetime | None = None
    seen_at: datetime | None = None
    attempts: int = 0
    error: str = ""


class ThreadRecord(Frozen):
    """Hold one chat thread of one owner; `state` is JSON that the chat reads."""

    id: str
    owner: str
    title: str
    state: str
    created_at: datetime
    updated_at: datetime


class TurnRecord(Frozen):
    """Hold one turn: what was said, what it was taken to ask for (`work`) and the answer, all JSON.

    `answer` is empty until the turn is answered; an erased turn keeps its number and nothing else.
    """

    thread: str
    number: int
    key: str
    run: str = ""
    said: str
    work: str = ""
    answer: str = ""
    asked_at: datetime
    answered_at: datetime | None = None
    erased_at: datetime | None = None


class EarlierNote(Frozen):
    """Point to a note of another run that a text was compared with; its words stay in that run, erasable there.

    A draft is one that nobody was handed: not submitted, not approved, not published.
    """

    run: str
    revision: int
    text_hash: str
    draft: bool = False


class BoundModel(Frozen):
    """Name a model as it was bound to a role, with its structured mode."""

    name: str
    mode: str


class Grounds(Frozen):
    """Hold what a run's texts were written from and checked against; `sources.earlier` is empty, see `earlier`.

    `rules` and `thresholds` are digests of the rule files in force and of the tone thresholds.
    """

    sources: Sources
    earlier: tuple[EarlierNote, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    program: str
    packs: dict[str, str]
    rules: str
    thresholds: str
    max_rounds: int
    review: bool
    models: dict[ModelRole, BoundModel] = Field(default_factory=dict)


class AuditEvent(Frozen):
    """Hold one link of the audit: what happened, hashes of what it vouches for, and the hash of the link before."""

    seq: int
    at: str
    kind: str
    run: str
    subject: str = ""
    held: dict[str, str]
    prev: str
    hash: str


class Break(Frozen):
    """Name one place where audit and record do not hold together; `code` is a message of the catalogue.

    `subject` is the id of what no run holds.
    """

    code: str
    run: str = ""
    kind: str = ""
    subject: str = ""
    seq: int = 0


class AuditReport(Frozen):
    """Say how many events and runs were verified, the head, and every break."""

    head: str
    events: int
    erased: int
    breaks: tuple[Break, ...] = ()


class SessionRecord(Frozen):
    """Hold that somebody is signed in, and by which way; `digest` is of a secret only their browser has."""

    digest: str
    user: str
    way: str
    created_at: datetime
    expires_at: datetime


class TokenRecord(Frozen):
    """Hold one API token of a person: what it is limited to and how it stands, never its secret."""

    id: str
    user: str
    name: str
    scopes: tuple[str, ...]
    created_by: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None


class AccessRecord(Frozen):
    """Hold what was done to the access of `user`, by whom (empty: nobody who was signed in), and what it was about.

    `about` holds `token`, `scopes` and `expires_at` of a token, and of roles what the person may do from then on.
    """

    kind: AccessKind
    user: str
    by: str
    about: dict[str, Any]
    at: datetime


class EvidenceRecord(Frozen):
    """Hold one thing that makes a run evidence, and when it was done last."""

    run: str
    kind: EvidenceKind
    at: datetime
