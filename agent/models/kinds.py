"""The closed sets of names that values take, and what every value is built on."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

__all__ = [
    "AccountType",
    "Category",
    "FieldName",
    "Frozen",
    "Language",
    "MaterialKind",
    "NoteType",
    "Outcome",
    "SegmentKind",
    "Severity",
    "Stage",
    "Verdict",
]

NoteType = Literal["lifestyle", "education", "benefit", "marketing"]
Language = Literal["zh-CN", "zh-Hant", "en"]
Category = Literal["fund", "wm", "deposit", "card", "loan", "insurance", "securities", "gold"]
AccountType = Literal["institution", "enterprise-staff", "personal-authorised", "unbound"]
MaterialKind = Literal["event", "place", "time", "amount", "feeling", "quote", "photo"]
SegmentKind = Literal["life", "point", "condition", "disclosure", "role", "label"]
Severity = Literal["block", "fix", "warn"]
Verdict = Literal["pass", "revise", "block"]
FieldName = Literal["title", "body", "tags", "cover", "note"]
Outcome = Literal["ready", "in_review", "approved", "needs_human", "needs_material", "refused", "rejected"]
Stage = Literal["brief", "note", "publish"]


class Frozen(BaseModel):
    """Hold immutable values; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
