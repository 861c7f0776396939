"""The text of a note: as this program writes it, and as anybody hands it to the rule engine."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Literal

from pydantic import model_validator

from agent.models.kinds import AccountType, Category, Frozen, SegmentKind
from agent.models.supplies import Account

__all__ = ["Note", "NoteInput", "Segment", "hash_text"]


class Segment(Frozen):
    """Hold a piece of body with its sources (ids of material, facts, points; empty asserts nothing checkable).

    `paragraph` False continues the paragraph of the segment before it.
    """

    text: str
    kind: SegmentKind
    sources: tuple[str, ...] = ()
    paragraph: bool = True


class Note(Frozen):
    """Hold one text of a note: title candidates, the chosen title, cover text, segments and tags (without #)."""

    titles: tuple[str, ...]
    title: str
    cover: str = ""
    segments: tuple[Segment, ...] = ()
    tags: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _title_is_a_candidate(self) -> Note:
        if self.title not in self.titles:
            raise ValueError("title must be one of titles")
        return self

    @property
    def body(self) -> str:
        """Join the segments; a segment that starts a paragraph is preceded by a newline."""
        parts: list[str] = []
        for segment in self.segments:
            if parts and segment.paragraph:
                parts.append("\n")
            parts.append(segment.text)
        return "".join(parts)

    def to_text(self) -> str:
        """Render what a reader sees: title, body, then tags on the last line."""
        tags = " ".join(f"#{tag}" for tag in self.tags)
        return "\n\n".join(part for part in (self.title, self.body, tags) if part)

    @property
    def text_hash(self) -> str:
        """Identify the published text; see `hash_text`."""
        return hash_text(title=self.title, cover=self.cover, body=self.body, tags=self.tags)


class NoteInput(Frozen):
    """Hand a note to the rule engine (DESIGN section 5); every key but one of title/body is optional.

    `segments` and `titles` are present when this program wrote the note; texts by people have neither.
    """

    id: str = ""
    title: str = ""
    titles: tuple[str, ...] = ()
    body: str = ""
    tags: tuple[str, ...] = ()
    cover: str = ""
    field: Literal["note", "reply"] = "note"
    note_type: Literal["lifestyle", "education", "benefit", "marketing", "auto"] = "auto"
    products: tuple[Category, ...] = ()
    account_type: AccountType | None = None
    origin: Literal["human", "ai"] = "human"
    account: Account | None = None
    publication: dict[str, Any] | None = None
    segments: tuple[Segment, ...] = ()

    @model_validator(mode="after")
    def _has_text(self) -> NoteInput:
        if not (self.title.strip() or self.body.strip()):
            raise ValueError("a note needs a title or a body")
        return self

    @property
    def text_hash(self) -> str:
        """Identify the published text; equal to the hash of the `Note` it was made from."""
        return hash_text(title=self.title, cover=self.cover, body=self.body, tags=self.tags)


def hash_text(*, title: str, cover: str, body: str, tags: tuple[str, ...]) -> str:
    """Return `sha256:…` over canonical JSON of title, cover, body and tags: what an approval is bound to."""
    payload = json.dumps(
        {"title": title, "cover": cover, "body": body, "tags": list(tags)},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return "sha256:" + hashlib.sha256(payload.encode()).hexdigest()
