"""What stands for a note in a list: its title, how it stands in words and colour, whose it is and since when."""

from __future__ import annotations

from datetime import date, datetime

from nicegui import ui

from agent.library.shelf import ShelvedNote
from agent.record import Status
from agent.web.pages.frame import View
from agent.web.pages.library.asking import LIBRARY
from agent.web.pages.writing import attribute, text

__all__ = ["account_name", "day", "moment", "note_address", "note_head", "person_name", "status_chip"]

ICONS: dict[Status, str] = {
    "published": "public", "approved": "check_circle", "submitted": "hourglass_top", "ready": "done",
    "written": "edit_note", "changes": "back_hand", "needs_material": "help", "refused": "block",
    "rejected": "cancel", "retracted": "undo", "unfinished": "pending",
}  # fmt: skip


def note_head(view: View, note: ShelvedNote) -> None:
    """Show a note in two lines; the title leads to it."""
    with ui.element("div").classes("lib-note"):
        with ui.element("div").classes("lib-note-line"):
            with ui.link(target=note_address(note.run)).classes("lib-note-title"):
                text(note.heading, tag="span")
            status_chip(view, note.status)
        parts = [account_name(view, note.stamp.account), person_name(view, note), day(note.stamp.created_at)]
        text(" · ".join(part for part in parts if part), "hint")


def status_chip(view: View, status: Status) -> None:
    """Say how a note stands."""
    with ui.element("span").classes(f"chip lib-chip lib-status-{status}"):
        attribute(ui.icon(ICONS[status]), aria_hidden="true")
        text(view.say(f"status_{status}"), tag="span")


def note_address(run: str) -> str:
    """Return where a note is."""
    return f"{LIBRARY}/{run}"


def account_name(view: View, account: str) -> str:
    """Return what an account is called on the platform; its id when nobody knows it."""
    found = (known.nickname for known in view.services.workspace.accounts if known.id == account)
    return next(found, account) or view.say("library_no_account")


def person_name(view: View, note: ShelvedNote) -> str:
    """Return whose a note is."""
    person = view.services.workspace.person(note.stamp.owner)
    return person.name if person else note.stamp.owner


def day(at: datetime | date) -> str:
    """Write a day."""
    return f"{at.astimezone() if isinstance(at, datetime) else at:%Y-%m-%d}"


def moment(at: datetime) -> str:
    """Write a moment by the clock of this machine."""
    return f"{at.astimezone():%Y-%m-%d %H:%M}"
