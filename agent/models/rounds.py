"""What one round of writing leads to: the tone of a text, what was revised, and what it cost."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from agent.models.briefs import Brief
from agent.models.kinds import Frozen
from agent.models.notes import Note
from agent.models.reports import Report
from agent.models.supplies import Account, Fact, Institution, Persona, Point, Product

__all__ = ["Critique", "Metric", "Revision", "Round", "RubricAnswer", "Sources", "Usage"]


class Metric(Frozen):
    """Score one tone metric. `passed` None means it could not be computed from what was given."""

    value: float | str | None
    passed: bool | None
    level: Literal["block", "warn", "score"] = "warn"
    message: str = ""
    span: str = ""


class RubricAnswer(Frozen):
    """Answer one of the twelve yes/no questions."""

    answer: Literal["yes", "no", "unscored"] = "unscored"
    span: str = ""
    edit: str = ""


class Critique(Frozen):
    """Hold tone metrics (T…) and rubric (D1…D12) of one text; level-block metrics and the rubric decide `passed`."""

    metrics: dict[str, Metric] = Field(default_factory=dict)
    rubric: dict[str, RubricAnswer] = Field(default_factory=dict)
    passed: bool
    needs_look: tuple[str, ...] = ()
    text_hash: str = ""


class Usage(Frozen):
    """Count calls and tokens; `estimated` when an endpoint did not count them; cost is null when a price is unknown."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    estimated: bool = False
    cost: float | None = None


class Revision(Frozen):
    """Return a revised note and, one line each, what changed (the rule or metric named)."""

    note: Note
    changes: tuple[str, ...] = ()


class Round(Frozen):
    """Keep one write-or-revise with its check."""

    number: int
    note: Note
    report: Report
    critique: Critique
    changes: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ()
    usage: Usage | None = None


class Sources(Frozen):
    """Resolve the ids of a brief into the values an author may use, and nothing else.

    `drafts` are the text hashes of those earlier notes nobody was handed: a new text may vary, not be barred by, them.
    """

    brief: Brief
    institution: Institution
    products: tuple[Product, ...] = ()
    facts: tuple[Fact, ...] = ()
    points: tuple[Point, ...] = ()
    persona: Persona | None = None
    account: Account | None = None
    earlier: tuple[Note, ...] = ()
    drafts: tuple[str, ...] = ()
