"""The replies a writing model is asked for. Unknown keys are dropped; what matters has no default."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

__all__ = ["Edit", "NoteDraft", "PlanDraft", "QuestionDraft", "RevisionDraft", "SegmentDraft"]


class Reply(BaseModel):
    """Read a model's reply: frozen, tolerant of keys nobody asked for."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class QuestionDraft(Reply):
    """Ask the employee one thing, with answers to tap."""

    text: str
    options: tuple[str, ...] = ()


class PlanDraft(Reply):
    """Propose angle, search words and ingredients by id."""

    angle: str
    keyword: str = ""
    long_tails: tuple[str, ...] = ()
    material: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    questions: tuple[QuestionDraft, ...] = ()
    writable: bool = True
    reason: str = ""


class SegmentDraft(Reply):
    """Write one or two sentences of one origin."""

    text: str
    kind: Literal["life", "point", "condition"] = "life"
    sources: tuple[str, ...] = ()


class NoteDraft(Reply):
    """Write a note: titles (the first is chosen), cover text, paragraphs of segments, tags."""

    titles: tuple[str, ...] = Field(min_length=1)
    cover: str = ""
    body: tuple[tuple[SegmentDraft, ...], ...] = Field(min_length=1)
    tags: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _says_something(self) -> NoteDraft:
        if not any(title.strip() for title in self.titles):
            raise ValueError("every title is blank")
        if not any(segment.text.strip() for paragraph in self.body for segment in paragraph):
            raise ValueError("the body is blank")
        return self


class Edit(Reply):
    """Replace one segment or field; a blank text deletes a segment; `sources` None keeps what it cites."""

    target: Literal["segment", "title", "cover", "tags"]
    index: int = -1
    insert_after: bool = False
    new_paragraph: bool = False
    text: str
    kind: Literal["life", "point", "condition"] | None = None
    sources: tuple[str, ...] | None = None
    issues: tuple[str, ...] = ()


class RevisionDraft(Reply):
    """Propose edits; none when nothing can be mended."""

    edits: tuple[Edit, ...]
