"""Small marks that never speak by colour alone: lane, time left, grade of a finding, and moments in words."""

from __future__ import annotations

from datetime import datetime

from nicegui import ui

from agent.desk.values import Lane, QueueItem
from agent.models import Severity
from agent.web.pages.writing import attribute, text
from agent.web.words import Words

__all__ = ["ask_key", "day_and_time", "due_badge", "duration", "findings_badge", "grade", "lane_badge", "short_hash"]

SHAPES: dict[Lane, str] = {"green": "●", "yellow": "▲", "red": "■"}
SIGNS: dict[Severity, str] = {"block": "✕", "fix": "!", "warn": "?"}
SHORT = 8


def lane_badge(say: Words, lane: Lane) -> ui.element:
    """Show a lane by shape, word and colour."""
    with ui.element("span").classes(f"desk-badge desk-lane-{lane}") as badge:
        attribute(text(SHAPES[lane], "desk-shape", tag="span"), aria_hidden="true")
        text(say(f"desk_lane_{lane}"), tag="span")
    return badge


def due_badge(say: Words, item: QueueItem) -> None:
    """Show how long is left, or by how much a note is overdue."""
    words = "desk_overdue" if item.overdue else "desk_left"
    with ui.element("span").classes("desk-badge desk-late" if item.overdue else "desk-due") as badge:
        if item.overdue:
            attribute(text("⚠", "desk-shape", tag="span"), aria_hidden="true")
        text(say(words, time=duration(say, abs(item.left_hours))), tag="span")
    attribute(badge, title=say("desk_due_at", time=day_and_time(item.due_at)))


def findings_badge(say: Words, item: QueueItem) -> None:
    """Count the open findings by grade."""
    counts: tuple[tuple[Severity, int], ...] = (
        ("block", item.open_blocks),
        ("fix", item.open_fixes),
        ("warn", item.open_warns),
    )
    if not item.open_findings:
        text(say("desk_no_findings"), "desk-quiet", tag="span")
    for severity, count in counts:
        if count:
            _signed(severity, say(f"desk_count_{severity}", count=count))
    if item.waived:
        text(say("desk_count_waived", count=item.waived), "desk-badge", tag="span")


def grade(say: Words, severity: Severity) -> None:
    """Show how grave a finding is."""
    _signed(severity, say(f"desk_grade_{severity}"))


def duration(say: Words, hours: float) -> str:
    """Say a length of time in its largest fitting unit."""
    if hours < 1:
        return say("desk_minutes", count=max(1, round(hours * 60)))
    if hours < 48:
        return say("desk_hours", count=round(hours))
    return say("desk_days", count=round(hours / 24))


def day_and_time(at: datetime) -> str:
    """Write a moment as people here read a clock."""
    return f"{at.astimezone():%Y-%m-%d %H:%M}"


def short_hash(text_hash: str) -> str:
    """Return as much of a text's hash as people compare by eye."""
    return text_hash.removeprefix("sha256:")[:SHORT]


def ask_key(element: ui.element, key: str) -> None:
    """Let a key of the keyboard do what a click on the element does."""
    attribute(element, data_key=key, aria_keyshortcuts=key)


def _signed(severity: Severity, words: str) -> None:
    with ui.element("span").classes(f"desk-badge desk-grade-{severity}"):
        attribute(text(SIGNS[severity], "desk-shape", tag="span"), aria_hidden="true")
        text(words, tag="span")
