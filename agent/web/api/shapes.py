"""What may be sent: every text bounded, nothing in it that no database holds, unknown keys refused."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from agent.models import Account, AccountType, Category, Frozen, Language, NoteInput, NoteType, Outcome, Stage

__all__ = [
    "HASH",
    "DraftBody",
    "EditBody",
    "NoteBody",
    "NotesBody",
    "PublicationBody",
    "RunFilter",
    "RunId",
    "SubmissionBody",
    "TextHash",
    "WhatFor",
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

    as_of: date | None = None
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
    seed: int = Field(default=0, ge=0, le=2**31 - 1)


class EditBody(Frozen):
    """Change a note: `text_hash` is the text that was seen; what is left out stays as it is."""

    text_hash: TextHash
    title: Line | None = None
    cover: Line | None = None
    body: Text | None = None
    tags: Tags | None = None
    reason: Line = ""


class SubmissionBody(Frozen):
    """Hand in the text with this hash."""

    text_hash: TextHash


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
