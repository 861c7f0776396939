"""What the review desk hands out: the queue, a case with its evidence, decisions, waivers, delegations, notices.

Frozen values without look-up and without layout; how they look is decided by whoever shows them.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field, model_validator

from agent.models import Basis, FieldName, Frozen, Note, NoteType, Outcome, SegmentKind, Severity, Verdict, Waiver
from agent.record.statuses import Status
from agent.text.clean import Storable

__all__ = [
    "CaseClaim",
    "CaseDecision",
    "CaseFact",
    "CaseFile",
    "CaseFinding",
    "CasePublication",
    "CaseSource",
    "CaseSubmission",
    "CaseWaiver",
    "Decided",
    "Delegation",
    "EditedText",
    "FieldDiff",
    "HumanEdit",
    "HumanShare",
    "Lane",
    "LaneCall",
    "LaneOrAll",
    "NearNote",
    "Notice",
    "NoticeKind",
    "Permission",
    "Piece",
    "QueueFilter",
    "QueueItem",
    "SentenceDiff",
    "TextDiff",
]

Lane = Literal["green", "yellow", "red"]
LaneOrAll = Literal["green", "yellow", "red", "all"]
NoticeKind = Literal["submitted", "approved", "suggested", "rejected", "retracted", "correction", "waiver"]
TextField = Literal["title", "cover", "body", "tags"]
LONGEST = 20_000


class Permission(Frozen):
    """Say whether somebody may do something; `code` and `reason` (a sentence to show) say why not."""

    allowed: bool
    code: str = ""
    reason: str = ""
    on_behalf_of: str = ""


class LaneCall(Frozen):
    """Put a note in a lane, with why (sentences to show), its hours, and whether a person must review it."""

    lane: Lane
    reasons: tuple[str, ...]
    hours: float
    must_review: bool = True


class NearNote(Frozen):
    """Name a note that is nearly the same, how alike the two are (0…1), and the account that has it."""

    run: str
    title: str
    account: str
    score: float


class QueueFilter(Frozen):
    """Narrow the queue; empty means everything. `waiting` also lists runs in review that nobody has handed in."""

    lane: Lane | None = None
    owner: str = ""
    account: str = ""
    search: str = ""
    overdue: bool | None = None
    urgent: bool | None = None
    mine: bool = False
    waiting: bool = False


class QueueItem(Frozen):
    """Hold one text that waits for a reviewer. `left_hours` is negative once it is overdue."""

    run: str
    text_hash: str
    topic: str
    title: str
    note_type: NoteType
    products: tuple[str, ...]
    lane: LaneCall
    urgent: bool
    owner: str
    owner_name: str
    account: str
    account_name: str
    submitted: bool
    submitted_by: str
    submitted_at: datetime
    age_hours: float
    due_at: datetime
    left_hours: float
    overdue: bool
    outcome: Outcome
    open_blocks: int
    open_fixes: int
    open_warns: int
    waived: int = 0
    near: tuple[NearNote, ...] = ()
    permission: Permission

    @property
    def open_findings(self) -> int:
        """Count the findings that are open."""
        return self.open_blocks + self.open_fixes + self.open_warns


class CaseFinding(Frozen):
    """Show one finding: the sentence, why (message and clauses), what to do, and whether it still counts."""

    id: str
    rule: str
    pack: str
    severity: Severity
    field: FieldName
    index: int
    start: int | None
    end: int | None
    text: str
    sentence: str
    message: str
    advice: str
    fix: str | None
    fix_is_safe: bool
    clauses: tuple[Basis, ...]
    by: Literal["rule", "judge"]
    status: Literal["open", "cleared", "waived", "known"]
    status_by: str
    fingerprint: str


class CaseFact(Frozen):
    """Show one fact a note rests on, as of the day the case is opened; `days_left` is None when it has no end."""

    id: str
    product: str
    claim: str
    source: str
    approval_no: str
    owner: str
    valid_from: date
    valid_to: date | None
    valid: bool
    days_left: int | None


class CaseSource(Frozen):
    """Name one thing a claim rests on, in the words it was told or supplied."""

    id: str
    kind: Literal["material", "fact", "point", "unknown"]
    text: str
    origin: str = ""


class CaseClaim(Frozen):
    """Pair a piece of the body with what it rests on; no sources means it asserts nothing checkable."""

    text: str
    kind: SegmentKind
    sources: tuple[CaseSource, ...]


class Piece(Frozen):
    """Hold some characters that were kept, removed or added."""

    kind: Literal["kept", "removed", "added"]
    text: str


class SentenceDiff(Frozen):
    """Compare one sentence; `changed` holds kept, removed and added pieces, the others a single one."""

    kind: Literal["kept", "removed", "added", "changed"]
    pieces: tuple[Piece, ...]


class FieldDiff(Frozen):
    """Compare one field, sentence by sentence in reading order."""

    field: TextField
    sentences: tuple[SentenceDiff, ...]

    @property
    def changed(self) -> bool:
        """Tell whether anything differs."""
        return any(sentence.kind != "kept" for sentence in self.sentences)


class TextDiff(Frozen):
    """Compare a text with an earlier one; fields without any text are left out."""

    from_hash: str
    to_hash: str
    fields: tuple[FieldDiff, ...]

    @property
    def changed(self) -> bool:
        """Tell whether anything differs."""
        return any(field.changed for field in self.fields)


class HumanEdit(Frozen):
    """Tell of one edit: who, when, what they called it, and how many characters it changed.

    `asked` marks one that a person asked for and the machine wrote.
    """

    by: str
    name: str
    at: datetime
    reason: str
    characters: int
    asked: bool = False


class HumanShare(Frozen):
    """Measure how much people changed: the characters of the edits they wrote themselves.

    `share` is those over the length of the longer of the machine's text and this one, at most 1. `segments` are the
    positions of the segments whose words the machine's first text does not hold. What somebody asked the machine for
    is listed among `edits` and not counted.
    """

    machine_hash: str
    characters: int
    share: float
    segments: tuple[int, ...]
    edits: tuple[HumanEdit, ...]


class CaseDecision(Frozen):
    """Show one decision on a run, for whom it was taken, and the text it was about."""

    decision: Literal["approve", "reject", "edit", "comment", "recheck"]
    by: str
    name: str
    on_behalf_of: str
    reason: str
    text_hash: str
    at: datetime
    about_present_text: bool


class CaseSubmission(Frozen):
    """Show one hand-in."""

    by: str
    name: str
    at: datetime
    text_hash: str
    about_present_text: bool


class CaseWaiver(Frozen):
    """Show an accepted finding. It counts once a block has its second approver, and until it expires."""

    id: int
    rule: str
    fingerprint: str
    reason: str
    approver: str
    second_approver: str
    granted_at: datetime
    expires_on: date
    needs_second: bool
    counts: bool


class CasePublication(Frozen):
    """Show where an approved text was published, and whether it has been taken back or is being corrected."""

    url: str
    text_hash: str
    by: str
    at: datetime
    action: Literal["", "retract", "correct"] = ""
    action_reason: str = ""
    action_by: str = ""
    action_at: datetime | None = None
    new_run: str = ""


class CaseFile(Frozen):
    """Hold all a reviewer needs to decide on the text as it stands; `text_hash` binds the decision to it."""

    item: QueueItem
    outcome: Outcome
    status: Status
    verdict: Verdict
    note: Note
    text_hash: str
    revision: int
    rounds: int
    author: str
    packs: dict[str, str]
    diff: TextDiff | None
    open: tuple[CaseFinding, ...]
    settled: tuple[CaseFinding, ...]
    undetermined: tuple[str, ...]
    needs_look: tuple[str, ...]
    tone: tuple[str, ...]
    facts: tuple[CaseFact, ...]
    claims: tuple[CaseClaim, ...]
    human: HumanShare
    label_text: str
    label_step: str
    label_reasons: tuple[str, ...]
    decisions: tuple[CaseDecision, ...]
    submissions: tuple[CaseSubmission, ...]
    waivers: tuple[CaseWaiver, ...]
    filed_waivers: tuple[Waiver, ...] = ()  # of the bank's folder; those above are of this run
    publications: tuple[CasePublication, ...]
    corrects: str = ""
    permission: Permission
    barriers: tuple[str, ...]

    @property
    def approvable(self) -> bool:
        """Tell whether an approval by the person who opened the case would go through now."""
        return self.permission.allowed and not self.barriers


class EditedText(Frozen):
    """Carry a text as a person typed it; sources stay with the pieces whose words stay."""

    title: Storable = Field(max_length=200)
    cover: Storable = Field(default="", max_length=200)
    body: Storable = Field(max_length=LONGEST)
    tags: tuple[Storable, ...] = Field(default=(), max_length=30)

    @model_validator(mode="after")
    def _has_words(self) -> EditedText:
        if not self.title.strip() or not self.body.strip():
            raise ValueError("a note needs a title and a body")
        return self


class Decided(Frozen):
    """Confirm a decision; `repeated` says that it had been recorded before and nothing was done again."""

    run: str
    decision: Literal["approve", "reject", "edit", "comment", "recheck"]
    outcome: Outcome
    text_hash: str
    by: str
    on_behalf_of: str = ""
    reason: str = ""
    at: datetime
    repeated: bool = False


class Delegation(Frozen):
    """Show that somebody decides for somebody else, in one lane or all, from one moment to another."""

    id: int
    delegator: str
    delegate: str
    lane: LaneOrAll
    starts_at: datetime
    ends_at: datetime
    reason: str
    revoked_at: datetime | None = None
    active: bool


class Notice(Frozen):
    """Tell one person of something that happened; `text` is a sentence to show, `path` leads to it on the server."""

    id: int
    kind: NoticeKind
    run: str
    text: str
    path: str
    at: datetime
    seen: bool
