"""The bank's own choices for the desk, read from data: lanes, their hours and reviewers, sampling, what is urgent."""

from __future__ import annotations

import functools
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field

from agent.desk.values import Lane, LaneCall
from agent.models import Category, Frozen, NoteType
from agent.paths import package_data
from agent.record.publishing import DRAWN_OF
from agent.settings import Settings
from agent.workspace import Workspace
from agent.yamlsource import read_yaml, validate

__all__ = ["LanePolicy", "LaneRule", "Policy", "WebhookPolicy", "policy_of"]

FILE = "desk.yaml"


class LanePolicy(Frozen):
    """Say how long a lane may take (None: as the settings say), how much of it is looked at, and by whom."""

    hours: float | None = Field(default=None, gt=0)
    urgent_hours: float | None = Field(default=None, gt=0)
    sampled: float = Field(default=1.0, ge=0, le=1)
    reviewers: tuple[str, ...] = ()


class LaneRule(Frozen):
    """Put notes in a lane: everything named must hold; nothing named always does."""

    lane: Lane
    why: str
    waived: bool = False
    note_types: tuple[NoteType, ...] = ()
    products: tuple[Category | Literal["any"], ...] = ()

    def fits(self, note_types: Collection[str], products: Collection[str], *, waived: bool) -> bool:
        """Tell whether a note with these types and product categories belongs here."""
        if self.waived and not waived:
            return False
        if self.note_types and not set(self.note_types) & set(note_types):
            return False
        return not self.products or bool(products and ("any" in self.products or set(self.products) & set(products)))


class WebhookPolicy(Frozen):
    """Say how notices are posted: which are too old, how long to wait for an answer, and when to try again."""

    keep_hours: float = Field(default=48, gt=0)
    timeout_seconds: float = Field(default=10, gt=0)
    again_after_seconds: tuple[float, ...] = Field(default=(15, 60, 300, 1800), min_length=1)

    def again_after(self, attempts: int) -> timedelta:
        """Return how long to wait after so many attempts; never less than an answer may take."""
        wait = self.again_after_seconds[min(attempts, len(self.again_after_seconds) - 1)]
        return timedelta(seconds=max(wait, self.timeout_seconds + 1))


class Policy(Frozen):
    """Hold what the file says; its last rule must take whatever comes.

    `asked_edits` are the names of edits that a person asked for and the machine wrote.
    """

    lanes: dict[Lane, LanePolicy]
    rules: tuple[LaneRule, ...] = Field(min_length=1)
    urgent_if_fact_ends_within_days: int = Field(default=2, ge=0)
    webhook: WebhookPolicy = WebhookPolicy()
    asked_edits: tuple[str, ...] = ()

    def call(
        self,
        settings: Settings,
        *,
        drawn: int | None,
        note_types: Collection[str],
        products: Collection[str],
        waived: bool,
    ) -> LaneCall:
        """Return the lane of a note with its reasons and hours; what no rule takes is red.

        drawn: what the run drew when it was first handed in, None before that.
        """
        fitting = [rule for rule in self.rules if rule.fits(note_types, products, waived=waived)]
        lane: Lane = fitting[0].lane if fitting else "red"
        own = self.lanes.get(lane, LanePolicy())
        return LaneCall(
            lane=lane,
            reasons=tuple(rule.why for rule in fitting if rule.lane == lane),
            hours=own.hours or settings.web.review_hours,
            must_review=lane != "green" or _is_sampled(own.sampled, drawn),
        )

    def urgent_hours(self, settings: Settings, lane: Lane) -> float:
        """Return the hours of a lane when it is urgent."""
        return self.lanes.get(lane, LanePolicy()).urgent_hours or settings.web.urgent_hours

    def reviewers(self, lane: Lane) -> tuple[str, ...]:
        """Return who alone reviews a lane; empty for every reviewer."""
        return self.lanes.get(lane, LanePolicy()).reviewers


def policy_of(workspace: Workspace) -> Policy:
    """Return the desk's policy: the workspace's `desk.yaml`, or the one that is shipped."""
    own = workspace.root / FILE
    return _read(own if own.is_file() else package_data(FILE))


@functools.cache
def _read(path: Path) -> Policy:
    return validate(Policy, read_yaml(path))


def _is_sampled(share: float, drawn: int | None) -> bool:
    """Tell whether a note that drew this is looked at; one that was never handed in has drawn nothing and is."""
    if share in (0, 1):
        return bool(share)
    return drawn is None or drawn < round(share * DRAWN_OF)  # a share is no exact binary number
