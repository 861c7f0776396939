"""The threads of a person: open one, begin one, erase one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from nicegui import ui

from agent.chat.session import Chat
from agent.errors import UsageError
from agent.record import ThreadRecord
from agent.web.pages.controls import icon_press, press, sheet, sheet_head
from agent.web.pages.writing import attribute, text

if TYPE_CHECKING:
    from agent.web.pages.chat.page import ChatPage

__all__ = ["Listed", "history_list", "listed_threads"]

Listed = tuple[tuple[ThreadRecord, bool], ...]


def listed_threads(chat: Chat, user: str) -> Listed:
    """Return the threads of a user in which something was said, the one used last first, and which may be erased."""
    said = (record for record in chat.threads(user) if record.title)
    return tuple((record, not chat.holds_evidence(user, record.id)) for record in said)


def history_list(page: ChatPage, listed: Listed) -> None:
    """List the threads of whoever looks."""
    say = page.say
    with ui.link(target="/chat?new").classes("new-thread"):
        ui.icon("add").props("aria-hidden=true")
        ui.label(say("chat_new"))
    ui.label(say("chat_history")).classes("side-title").props("role=heading aria-level=2")
    with ui.element("ul").classes("threads"):
        for record, erasable in listed:
            _thread(page, record, erasable=erasable)


def _thread(page: ChatPage, record: ThreadRecord, *, erasable: bool) -> None:
    here = record.id == page.session.thread
    with ui.element("li").classes("thread here" if here else "thread"):
        with ui.link(target=f"/chat/{record.id}").classes("thread-link") as link:
            text(record.title, "thread-title", tag="span")
            text(f"{record.updated_at.astimezone():%m-%d %H:%M}", "hint", tag="span")
        if here:
            attribute(link, aria_current="page")
        if not erasable:
            return  # evidence of what was reviewed or published is not for its author to erase
        label = page.say("chat_forget", title=record.title)
        icon_press("delete_outline", label, partial(_ask, page, record)).mark(f"forget-{record.id}")


def _ask(page: ChatPage, record: ThreadRecord) -> None:
    """Ask before a thread and its notes are erased for good."""
    say = page.say

    async def forget() -> None:
        dialog.close()
        try:
            await page.view.services.chat.forget(page.session.user, record.id)
        except UsageError as error:  # handed in, or erased, since the list was drawn
            page.announce(error.message)
            return
        page.view.go("/chat")

    with sheet(say("chat_forget_title")) as dialog, ui.card().classes("sheet-card"):
        sheet_head(dialog, say("chat_forget_title"), say("frame_close"))
        text(record.title, "quote", tag="p")
        ui.label(say("chat_forget_what")).classes("hint")
        with ui.element("div").classes("actions"):
            press(say("chat_forget_yes"), forget, kind="danger")
            press(say("chat_cancel"), dialog.close).props("autofocus")
    dialog.open()
