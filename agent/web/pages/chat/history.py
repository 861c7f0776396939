"""The threads of a person: open one, begin one, erase one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from nicegui import ui

from agent.chat.session import Chat
from agent.chat.state import ThreadState
from agent.errors import UsageError
from agent.record import Status, ThreadRecord
from agent.web.pages.controls import icon_press, press, sheet, sheet_head
from agent.web.pages.writing import attribute, text

if TYPE_CHECKING:
    from agent.web.pages.chat.page import ChatPage

__all__ = ["Listed", "ListedThread", "history_list", "listed_threads"]


@dataclass(frozen=True)
class ListedThread:
    """Hold a thread as it is listed: by the title of the note on its table and where that stands, if it has one."""

    id: str
    topic: str
    used_at: datetime
    erasable: bool
    title: str = ""
    status: Status | None = None

    @property
    def heading(self) -> str:
        """Return what it is called."""
        return self.title or self.topic


Listed = tuple[ListedThread, ...]


def listed_threads(chat: Chat, user: str) -> Listed:
    """Return the threads of a user in which something was said, the one used last first, and which may be erased."""
    said = [record for record in chat.threads(user) if record.title]
    runs = {record.id: _run_of(record) for record in said}
    library = chat.drafting.store.library
    wanted = [run for run in runs.values() if run]
    statuses, titles = library.statuses(wanted), library.titles(wanted)
    return tuple(
        ListedThread(
            id=record.id,
            topic=record.title,
            used_at=record.updated_at,
            erasable=not chat.holds_evidence(user, record.id),
            title=titles.get(runs[record.id], ""),
            status=statuses.get(runs[record.id]),
        )
        for record in said
    )


def _run_of(record: ThreadRecord) -> str:
    return ThreadState.model_validate_json(record.state).run if record.state else ""


def history_list(page: ChatPage, listed: Listed) -> None:
    """List the threads of whoever looks."""
    say = page.say
    with ui.link(target="/chat?new").classes("new-thread"):
        ui.icon("add").props("aria-hidden=true")
        ui.label(say("chat_new"))
    ui.label(say("chat_history")).classes("side-title").props("role=heading aria-level=2")
    with ui.element("ul").classes("threads"):
        for listed_thread in listed:
            _thread(page, listed_thread)


def _thread(page: ChatPage, record: ListedThread) -> None:
    here = record.id == page.session.thread
    with ui.element("li").classes("thread here" if here else "thread"):
        with ui.link(target=f"/chat/{record.id}").classes("thread-link") as link:
            text(record.heading, "thread-title", tag="span")
            if record.title and record.topic != record.title:
                text(record.topic, "hint thread-topic", tag="span")
            with ui.element("span").classes("thread-foot"):
                text(f"{record.used_at.astimezone():%m-%d %H:%M}", "hint", tag="span")
                if record.status:
                    text(page.say(f"status_{record.status}"), f"chip chip-{record.status}", tag="span")
        if here:
            attribute(link, aria_current="page")
        if not record.erasable:
            return  # evidence of what was reviewed or published is not for its author to erase
        label = page.say("chat_forget", title=record.heading)
        icon_press("delete_outline", label, partial(_ask, page, record)).mark(f"forget-{record.id}")


def _ask(page: ChatPage, record: ListedThread) -> None:
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
        text(record.heading, "quote", tag="p")
        ui.label(say("chat_forget_what")).classes("hint")
        with ui.element("div").classes("actions"):
            press(say("chat_forget_yes"), forget, kind="danger")
            press(say("chat_cancel"), dialog.close).props("autofocus")
    dialog.open()
