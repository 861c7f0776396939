"""The bank's own choices for the desk, read from data: lanes, their hours and reviewers, sampling, what is urgent."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import hmac
import secrets
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field

from agent.desk.values import Lane, LaneCall
from agent.models import Category, Frozen, NoteType
from agent.paths import package_data
from agent.settings import Settings
from agent.workspace import Workspace
from agent.yamlsource import read_yaml, validate

__all__ = ["LanePolicy", "LaneRule", "Policy", "WebhookPolicy", "policy_of"]

FILE = "desk.yaml"
SECRET_FILE = "desk.key"


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
        text_hash: str,
        *,
        note_types: Collection[str],
        products: Collection[str],
        waived: bool,
    ) -> LaneCall:
        """Return the lane of a note with its reasons and hours; what no rule takes is red."""
        fitting = [rule for rule in self.rules if rule.fits(note_types, products, waived=waived)]
        lane: Lane = fitting[0].lane if fitting else "red"
        own = self.lanes.get(lane, LanePolicy())
        return LaneCall(
            lane=lane,
            reasons=tuple(rule.why for rule in fitting if rule.lane == lane),
            hours=own.hours or settings.web.review_hours,
            must_review=lane != "green" or _is_sampled(settings, text_hash, own.sampled),
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


def _is_sampled(settings: Settings, text_hash: str, share: float) -> bool:
    """Draw by the text and a secret, the same each time: nobody can choose a name that is lucky."""
    if share in (0, 1):
        return bool(share)
    drawn = hmac.new(_secret(settings), text_hash.encode(), hashlib.sha256).digest()
    return int.from_bytes(drawn[:4]) / 2**32 < share


def _secret(settings: Settings) -> bytes:
    """Return the server's secret; without one, a random one that is kept beside the record."""
    said = settings.web_secret.get_secret_value()
    return f"kosnote.sample:{said}".encode() if said else _kept_secret(settings.home / SECRET_FILE)


@functools.cache
def _kept_secret(file: Path) -> bytes:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
        fresh.touch(mode=0o600)
        fresh.write_bytes(secrets.token_bytes(32))
        with contextlib.suppress(FileExistsError):
            file.hardlink_to(fresh)  # whole, or another process was faster
        fresh.unlink()
    return file.read_bytes()
