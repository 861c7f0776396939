"""What the record hands out: frozen rows, with the values of `agent.models` restored."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from agent.models import Brief, Frozen, Outcome, Round

__all__ = ["Decision", "DecisionRecord", "RunRecord", "VersionRecord"]

Decision = Literal["approve", "reject", "edit", "comment"]


class RunRecord(Frozen):
    """Hold one run; `outcome` is None while it is unfinished."""

    id: str
    brief: Brief
    author: str
    workspace: str
    outcome: Outcome | None = None
    best_revision: int | None = None
    created_at: datetime
    updated_at: datetime


class VersionRecord(Frozen):
    """Hold one text of a run with its check."""

    run: str
    revision: int
    text_hash: str
    round: Round
    saved_at: datetime


class DecisionRecord(Frozen):
    """Hold one person's decision, bound to the hash of the text they saw."""

    run: str
    decision: Decision
    text_hash: str
    reviewer: str
    reason: str
    decided_at: datetime
