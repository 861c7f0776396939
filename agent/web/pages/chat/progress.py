"""How far a note has come: written, handed in, approved, published; and what the reviewer said."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from nicegui import ui

from agent.chat.advising import advice_in
from agent.chat.values import Intent
from agent.web.pages.chat.table import Stage, Table
from agent.web.pages.controls import press
from agent.web.pages.writing import attribute, text

if TYPE_CHECKING:
    from agent.web.pages.chat.page import ChatPage

__all__ = ["show_progress"]

STEPS: tuple[Stage, ...] = ("written", "submitted", "approved", "published")
REACHED: dict[Stage, int] = {
    "written": 1, "changes": 1, "submitted": 2, "rejected": 1, "approved": 3, "published": 4, "retracted": 3,
}  # fmt: skip


def show_progress(page: ChatPage, table: Table) -> None:
    """Show the steps with the one reached, and in words what it means for whoever wrote the note."""
    say, standing = page.say, table.standing
    reached = REACHED[standing.stage]
    with ui.element("div").classes(f"standing standing-{standing.stage}"):
        with ui.element("ol").classes("way") as way:
            attribute(way, aria_label=say("chat_way"))
            for number, step in enumerate(STEPS, 1):
                item = text(say(f"chat_step_{step}"), "done" if number <= reached else "", tag="li")
                if number == reached:
                    attribute(item, aria_current="step")
        ui.label(say(f"chat_stage_{standing.stage}")).classes("stage-word")
        if standing.reason:
            text(say("chat_reason", reason=standing.reason), "stage-reason", tag="p")
        if standing.stage == "changes" and table.open_to_change:
            _advised(page, table)
        for url in standing.urls:
            text(url, "url", tag="p")


def _advised(page: ChatPage, table: Table) -> None:
    """Offer to do what the reviewer asks for, where it names words; else lead to the place it is about."""
    say, reason = page.say, table.standing.reason
    if table.standing.edited:
        ui.label(say("chat_reviewer_edited")).classes("hint")
    advice = advice_in(reason, table.note)
    with ui.element("div").classes("actions"):
        if advice.change:
            do = partial(page.act, intent=Intent.CHANGE_SPAN, text=advice.change, bubble=advice.change)
            press(say("chat_do_advice"), do, icon="check", kind="main").mark("do-advice")
        elif advice.span is not None and page.has_model:
            bubble = page.said("chat_do_advice")
            do = partial(page.act, intent=Intent.CHANGE_SPAN, span=advice.span, text=reason, bubble=bubble)
            press(say("chat_do_advice"), do, icon="check", kind="main").mark("do-advice")
        if advice.block:
            look = partial(page.look_at, f"part-{advice.block}")
            press(say("chat_see_advice", block=page.block_name(advice.block)), look, icon="my_location").mark(
                "see-advice"
            )
