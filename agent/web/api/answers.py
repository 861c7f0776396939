"""What comes back: the shapes of answers, named so that the API document can be relied on."""

from __future__ import annotations

from datetime import date, datetime

from agent.models import (
    Account,
    Brief,
    Critique,
    Fact,
    Finding,
    Frozen,
    LabelDecision,
    Note,
    NoteType,
    Outcome,
    Product,
    Question,
    Report,
    Segment,
    Usage,
    Verdict,
)
from agent.people import Role
from agent.record import DecisionRecord, PublicationRecord, RunRecord, Status, SubmissionRecord, VersionRecord
from agent.results import DraftResult
from agent.web.identity import Identity, Way

__all__ = [
    "AccountAnswer",
    "Corrected",
    "FactAnswer",
    "Me",
    "NoteAnswer",
    "Permission",
    "Reports",
    "RunAnswer",
    "RunPage",
    "RunRow",
    "Standing",
    "VersionAnswer",
]


class NoteAnswer(Frozen):
    """Show a note with its body joined and its segments apart."""

    title: str
    titles: tuple[str, ...]
    cover: str
    body: str
    segments: tuple[Segment, ...]
    tags: tuple[str, ...]
    text_hash: str

    @classmethod
    def of(cls, note: Note) -> NoteAnswer:
        """Return the answer for a note."""
        return cls(**note.model_dump(), body=note.body, text_hash=note.text_hash)


class RoundAnswer(Frozen):
    """Show one round of a run."""

    number: int
    verdict: Verdict
    tone_passed: bool
    open: tuple[str, ...]
    changes: tuple[str, ...]
    text_hash: str
    prompts: tuple[str, ...]


class Evidence(Frozen):
    """Show what a note cites: material as told, a fact with its validity, a point with its source."""

    id: str
    type: str
    text: str
    source: str = ""
    approval_no: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


class RunAnswer(Frozen):
    """Show a run as `agent draft --format json` does; `outcome` is null while it is unfinished."""

    run: str
    outcome: Outcome | None
    note: NoteAnswer | None = None
    report: Report | None = None
    critique: Critique | None = None
    label: LabelDecision | None = None
    rounds: tuple[RoundAnswer, ...] = ()
    questions: tuple[Question, ...] = ()
    sources: tuple[Evidence, ...] = ()
    author: str
    usage: Usage | None = None
    refusal: tuple[Finding, ...] = ()
    reason: str = ""
    needs_look: tuple[str, ...] = ()
    brief: Brief

    @classmethod
    def of(cls, result: DraftResult) -> RunAnswer:
        """Return the answer for a run that has stopped."""
        told = result.to_json()
        note = NoteAnswer.of(result.note) if result.note else None
        return cls.model_validate({**told, "note": note})

    @classmethod
    def unfinished(cls, brief: Brief, *, author: str) -> RunAnswer:
        """Return the answer for a run that is under way or was cut off."""
        return cls(run=brief.id, outcome=None, author=author, brief=brief)


class RunRow(Frozen):
    """Show one run in a list."""

    run: str
    topic: str
    note_type: NoteType
    account: str
    persona: str
    owner: str
    outcome: Outcome | None
    status: Status | None
    title: str
    created_at: datetime
    updated_at: datetime
    erased_at: datetime | None

    @classmethod
    def of(cls, run: RunRecord, *, status: Status | None, title: str) -> RunRow:
        """Return the row for a run; one that was erased has no status."""
        brief = run.brief
        return cls(
            run=run.id, topic=brief.topic, note_type=brief.note_type, account=brief.account, persona=brief.persona,
            owner=run.owner, outcome=run.outcome, status=status, title=title, created_at=run.created_at,
            updated_at=run.updated_at, erased_at=run.erased_at,
        )  # fmt: skip


class RunPage(Frozen):
    """Show a page of runs, newest first; `next` is the cursor of the page after, absent on the last one."""

    runs: tuple[RunRow, ...]
    next: str | None = None


class Standing(Frozen):
    """Show a run with what people did to it; `working` tells that it is under way in this process.

    `status` says where the note stands: written until somebody hands it in, then submitted, changes when it was sent
    back, approved, published.
    """

    owner: str
    status: Status | None
    created_at: datetime
    updated_at: datetime
    working: bool
    result: RunAnswer
    submissions: tuple[SubmissionRecord, ...] = ()
    decisions: tuple[DecisionRecord, ...] = ()
    publications: tuple[PublicationRecord, ...] = ()


class VersionAnswer(Frozen):
    """Show one text of a run with its check."""

    revision: int
    round: int
    saved_at: datetime
    note: NoteAnswer
    report: Report
    critique: Critique
    changes: tuple[str, ...]
    prompts: tuple[str, ...]

    @classmethod
    def of(cls, version: VersionRecord) -> VersionAnswer:
        """Return the answer for a version."""
        kept = version.round
        return cls(
            revision=version.revision, round=kept.number, saved_at=version.saved_at, note=NoteAnswer.of(kept.note),
            report=kept.report, critique=kept.critique, changes=kept.changes, prompts=kept.prompts,
        )  # fmt: skip


class Corrected(Frozen):
    """Name the run that corrects another one's publication."""

    run: str
    corrects: str


class Reports(Frozen):
    """Hold a report a note, in the order they were sent."""

    reports: tuple[Report, ...]


class FactAnswer(Frozen):
    """Show a fact, and whether it may be used on the day asked about."""

    fact: Fact
    as_of: date
    valid: bool
    days_left: int | None = None

    @classmethod
    def of(cls, fact: Fact, as_of: date) -> FactAnswer:
        """Return the answer for a fact on a day."""
        left = (fact.valid_to - as_of).days if fact.valid_to else None
        return cls(fact=fact, as_of=as_of, valid=fact.is_valid(as_of), days_left=left)


class Permission(Frozen):
    """Say whether an account may publish a type of note today, and by which clause not."""

    note_type: NoteType
    allowed: bool
    refusals: tuple[Finding, ...] = ()


class AccountAnswer(Frozen):
    """Show what an account may speak of this week: types of note, products, facts, and what ends or begins soon."""

    account: Account
    as_of: date
    types: tuple[Permission, ...]
    products: tuple[Product, ...]
    facts: tuple[FactAnswer, ...]
    ending: tuple[FactAnswer, ...]
    beginning: tuple[FactAnswer, ...]


class Me(Frozen):
    """Show who asks and what they may do.

    `proof` goes into the header `X-CSRF-Token` of every change by somebody who came without a token.
    """

    user: str
    name: str
    roles: tuple[Role, ...]
    accounts: tuple[str, ...]
    persona: str
    way: Way
    scopes: tuple[str, ...]
    proof: str

    @classmethod
    def of(cls, identity: Identity, *, proof: str) -> Me:
        """Return the answer for an identity."""
        return cls(**identity.model_dump(exclude={"session"}), proof=proof)
