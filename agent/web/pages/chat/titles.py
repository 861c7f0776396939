"""The title options, each with its length as the platform counts it, and the choice among them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from nicegui import ui

from agent.chat.values import Intent, Selection
from agent.text.units import title_units
from agent.web.pages.chat.table import Table
from agent.web.pages.controls import row_press
from agent.web.pages.writing import attribute, text

if TYPE_CHECKING:
    from agent.web.pages.chat.page import ChatPage

__all__ = ["show_titles"]

MOST_UNITS = 20


def show_titles(page: ChatPage, table: Table) -> None:
    """Offer the titles a note was written with; the chosen one says so."""
    say, note = page.say, table.note
    if len(note.titles) < 2:
        return
    with ui.element("details").classes("fold titles"):
        text(say("chat_titles", count=len(note.titles)), tag="summary")
        with ui.element("div").classes("title-options") as group:
            attribute(group, role="group", aria_label=say("chat_titles", count=len(note.titles)))
            for index, title in enumerate(note.titles):
                _option(page, table, index, title)


def _option(page: ChatPage, table: Table, index: int, title: str) -> None:
    chosen, units = title == table.note.title, title_units(title)
    take = partial(page.act, intent=Intent.CHANGE_SPAN, span=Selection(field="title"), replacement=title)
    with row_press(take, chosen=chosen).mark(f"title-{index}") as row:
        ui.icon("radio_button_checked" if chosen else "radio_button_unchecked").props("aria-hidden=true")
        text(title, "row-title", tag="span")
        if any(f.field == "title" and f.index == index for f in table.findings):
            ui.label(page.say("chat_has_finding")).classes("grade grade-fix")
        ui.label(f"{units}/{MOST_UNITS}").classes("units over" if units > MOST_UNITS else "units")
    attribute(row, aria_pressed=str(chosen).lower())
    if chosen or not table.open_to_change:
        row.disable()
