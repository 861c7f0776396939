"""What may be sent: every text bounded, nothing in it that no database holds, unknown keys refused."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BeforeValidator, Field, StringConstraints, field_validator, model_validator

from agent.models import Account, AccountType, Category, Frozen, Language, NoteInput, NoteType, Outcome, Stage

__all__ = [
    "HASH",
    "Day",
    "DecisionBody",
    "DelegationBody",
    "DraftBody",
    "EditBody",
    "Moment",
    "NoteBody",
    "NotesBody",
    "Number",
    "PublicationBody",
    "QueueQuery",
    "ReleaseBody",
    "RunFilter",
    "RunId",
    "SeenBody",
    "SubmissionBody",
    "TextBody",
    "TextHash",
    "WaiverBody",
    "WhatFor",
    "WithdrawalBody",
    "Word",
]

LONGEST_NOTE = 10_000
LARGEST_PUBLICATION = 20_000
MOST_NOTES = 20
SOUND = r"^[^\x00]*$"
HASH = r"^sha256:[0-9a-f]{64}$"

Word = Annotated[str, StringConstraints(max_length=64, pattern=SOUND)]
Line = Annotated[str, StringConstraints(max_length=500, pattern=SOUND)]
Told = Annotated[str, StringConstraints(max_length=2_000, pattern=SOUND)]
Text = Annotated[str, StringConstraints(max_length=LONGEST_NOTE, pattern=SOUND)]
Tags = Annotated[tuple[Annotated[str, StringConstraints(max_length=100, pattern=SOUND)], ...], Field(max_length=30)]
Names = Annotated[tuple[Word, ...], Field(max_length=20)]


def _written(value: object) -> object:
    """Refuse a day or a moment that is not written out: a bare number is a slip, not a date."""
    if isinstance(value, str) and not value.strip().lstrip("+-").replace(".", "").isdigit():
        return value
    raise ValueError("not written out")


Day = Annotated[date, BeforeValidator(_written, json_schema_input_type=date)]
Moment = Annotated[AwareDatetime, BeforeValidator(_written, json_schema_input_type=datetime)]
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
RunId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
TextHash = Annotated[str, StringConstraints(pattern=HASH)]


class NoteBody(Frozen):
    """Hold one text to check: `text` for a sentence, else title and body; every other key is optional."""

    text: Text = ""
    id: Word = ""
    title: Line = ""
    body: Text = ""
    tags: Tags = ()
    cover: Line = ""
    field: Literal["note", "reply"] = "note"
    note_type: Literal["lifestyle", "education", "benefit", "marketing", "auto"] = "auto"
    products: tuple[Category, ...] = Field(default=(), max_length=8)
    account_type: AccountType | None = None
    origin: Literal["human", "ai"] = "human"
    account: Account | None = None
    publication: dict[str, Any] | None = None

    @field_validator("publication")
    @classmethod
    def _fits(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        """Refuse what is too large or no text; a lone surrogate cannot be written out."""
        try:
            size = len(json.dumps(value, ensure_ascii=False).encode())
        except (UnicodeEncodeError, RecursionError):
            raise ValueError("no text") from None
        if size > LARGEST_PUBLICATION:
            raise ValueError("too large")
        return value

    @model_validator(mode="after")
    def _has_one_text(self) -> NoteBody:
        parts = bool(self.title.strip() or self.body.strip())
        if bool(self.text.strip()) == parts:
            raise ValueError("either text, or title and body")
        return self

    def to_note(self) -> NoteInput:
        """Return what the rule engine reads."""
        given = self.model_dump(exclude={"text"})
        return NoteInput.model_validate({**given, "body": self.text} if self.text.strip() else given)


class NotesBody(Frozen):
    """Hold several notes to check in one go."""

    notes: tuple[NoteBody, ...] = Field(min_length=1, max_length=MOST_NOTES)


class WhatFor(Frozen):
    """Say for which day, account and stage to check; today, none and `note` when left out."""

    as_of: Day | None = None
    account: Word = ""
    stage: Stage = "note"


class DraftBody(Frozen):
    """Say what to draft; names and ids are both accepted.

    Whoever names neither persona nor account speaks as themselves. Of `material`, each line is one item.
    """

    topic: Annotated[str, StringConstraints(min_length=1, max_length=400, pattern=SOUND)]
    note_type: NoteType = "lifestyle"
    keyword: Word = ""
    audience: Word = ""
    persona: Word = ""
    account: Word = ""
    products: Names = ()
    facts: Names = ()
    points: Names = ()
    material: tuple[Told, ...] = Field(default=(), max_length=60)
    language: Language = "zh-CN"
    seed: int = Field(default=0, strict=True, ge=0, le=2**31 - 1)


class EditBody(Frozen):
    """Change a note: `text_hash` is the text that was seen; what is left out stays as it is."""

    text_hash: TextHash
    title: Line | None = None
    cover: Line | None = None
    body: Text | None = None
    tags: Tags | None = None
    reason: Line = ""


class SubmissionBody(Frozen):
    """Hand in the text with this hash; an urgent one is looked at first."""

    text_hash: TextHash
    urgent: bool = Field(default=False, strict=True)


class ReleaseBody(Frozen):
    """Let one's own note go where its lane asks for no reviewer."""

    text_hash: TextHash


class TextBody(Frozen):
    """Carry a whole text as a reviewer would have it."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=SOUND)]
    cover: Annotated[str, StringConstraints(max_length=200, pattern=SOUND)] = ""
    body: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NOTE, pattern=SOUND)]
    tags: Tags = ()


class DecisionBody(Frozen):
    """Decide on the text with this hash; to suggest and to reject takes a reason, a suggestion may bring a text."""

    decision: Literal["approve", "suggest", "reject"]
    text_hash: TextHash
    reason: Told = ""
    text: TextBody | None = None

    @model_validator(mode="after")
    def _has_reason(self) -> DecisionBody:
        if self.decision != "approve" and not self.reason.strip():
            raise ValueError("a reason is missing")
        if self.decision != "suggest" and self.text is not None:
            raise ValueError("only a suggestion brings a text")
        return self


class WaiverBody(Frozen):
    """Accept one finding (its `id` in the case) of the text with this hash until a day."""

    text_hash: TextHash
    finding: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=SOUND)]
    reason: Annotated[str, StringConstraints(min_length=1, max_length=2_000, pattern=SOUND)]
    expires_on: Day


class DelegationBody(Frozen):
    """Hand one's lane, or all, to another reviewer for a period."""

    to: Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=SOUND)]
    starts_at: Moment
    ends_at: Moment
    reason: Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=SOUND)]
    lane: Literal["green", "yellow", "red", "all"] = "all"


class SeenBody(Frozen):
    """Name notices that were seen."""

    notices: tuple[Number, ...] = Field(min_length=1, max_length=200)


class WithdrawalBody(Frozen):
    """Name a publication that is to be taken back or corrected, and why."""

    url: Annotated[str, StringConstraints(max_length=500, pattern=r"^https?://[^\s\x00]+$")]
    reason: Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=SOUND)]


class QueueQuery(Frozen):
    """Narrow the queue; empty means everything that was handed in."""

    lane: Literal["green", "yellow", "red"] | None = None
    owner: Annotated[str, StringConstraints(max_length=128, pattern=SOUND)] = ""
    account: Word = ""
    search: Word = ""
    overdue: bool | None = None
    urgent: bool | None = None
    mine: bool = False
    waiting: bool = False


class PublicationBody(Frozen):
    """Say where the approved text was published."""

    text_hash: TextHash
    url: Annotated[str, StringConstraints(max_length=500, pattern=r"^https?://[^\s\x00]+$")]


class RunFilter(Frozen):
    """Narrow a list of runs; `cursor` is `next` of the page before."""

    outcome: Outcome | None = None
    account: Word = ""
    search: Word = ""
    owner: Annotated[str, StringConstraints(max_length=128, pattern=SOUND)] = ""
    limit: int = Field(default=20, ge=1, le=100)
    cursor: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{0,64}$")] = ""
