"""The list of notes: what to look for, what was found, and the way through its pages."""

from __future__ import annotations

from nicegui import ui

from agent.library.search import FIELDS, Page
from agent.library.shelf import ShelvedNote
from agent.record import STATUSES
from agent.web.pages.forms import ask, choice, field, filter_form, held
from agent.web.pages.frame import View
from agent.web.pages.library.asking import LIBRARY, NOTE_TYPES, Asked
from agent.web.pages.library.pieces import note_head
from agent.web.pages.writing import attribute, text

__all__ = ["show_notes"]

SHOWN = 3


def show_notes(view: View, asked: Asked, page: Page, *, everything: bool) -> None:
    """Show the form, then the page."""
    _form(view, asked, everything=everything)
    with ui.element("div").classes("lib-found"):
        attribute(text(view.say("library_found", total=page.total), "lib-total"), role="status")
        with ui.link(target=asked.at(f"{LIBRARY}.csv", page="")).classes("lib-sheet"):
            attribute(ui.icon("download"), aria_hidden="true")
            text(view.say("library_sheet"), tag="span")
    if not page.notes:
        text(view.say("library_empty" if any(asked.given.values()) else "library_none_yet"), "lib-empty")
        return
    with ui.element("ul").classes("lib-list"):
        for note in page.notes:
            with ui.element("li").classes("lib-card"):
                _card(view, note)
    if page.pages > 1:
        _pager(view, asked, page)


def _form(view: View, asked: Asked, *, everything: bool) -> None:
    say, given = view.say, asked.given
    with filter_form(LIBRARY, say("library_look")):
        ask("q", say("library_words"), given["q"], say("library_go"))
        choice("field", say("library_where"), _named(view, "library_field", FIELDS), asked.query.field)
        statuses = (("", say("library_any")), *_named(view, "status", STATUSES))
        choice("status", say("library_status"), statuses, given["status"])
        with ui.element("details").classes("fold filter-more") as more:
            text(say("library_more"), tag="summary")
            if any(given[name] for name in ("type", "account", "since", "until")):
                attribute(more, open=True)
            with ui.element("div").classes("filter-row"):
                types = (("", say("library_any")), *_named(view, "library_type", NOTE_TYPES))
                choice("type", say("library_type"), types, asked.query.note_type)
                if everything:
                    known = tuple((account.id, account.nickname) for account in view.services.workspace.accounts)
                    choice("account", say("library_account"), (("", say("library_any")), *known), given["account"])
                field("since", say("library_since"), given["since"], kind="date")
                field("until", say("library_until"), given["until"], kind="date")
        if given["fact"]:
            held("fact", given["fact"])
    if given["fact"]:
        with ui.element("p").classes("lib-only"):
            text(say("library_citing", fact=given["fact"]), tag="span")
            ui.link(say("library_all_again"), asked.at(fact="", page=""))


def _named(view: View, prefix: str, values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((value, view.say(f"{prefix}_{value or 'any'}")) for value in values)


def _card(view: View, note: ShelvedNote) -> None:
    note_head(view, note)
    with ui.element("div").classes("lib-marks"):
        text(view.say(f"library_type_{note.stamp.note_type}"), "chip", tag="span")
        for category in note.categories[:SHOWN]:
            text(view.say(f"library_category_{category}"), "chip", tag="span")
        if note.stamp.rounds:
            text(view.say("library_rounds", number=note.stamp.rounds), "hint", tag="span")
        for rule in note.rules[:SHOWN]:
            chip = text(rule, "chip lib-rule", tag="span")
            attribute(chip, title=view.services.library.title_of(rule))
    if note.title and note.topic:
        text(view.say("library_topic", topic=note.topic), "hint lib-clip")


def _pager(view: View, asked: Asked, page: Page) -> None:
    say = view.say
    with ui.element("nav").classes("lib-pager") as pager:
        attribute(pager, aria_label=say("library_pages"))
        _turn(say("library_previous"), asked.at(page=str(page.number - 1)), there=page.number > 1)
        text(say("library_page", number=page.number, pages=page.pages), tag="span")
        _turn(say("library_next"), asked.at(page=str(page.number + 1)), there=page.number < page.pages)


def _turn(label: str, target: str, *, there: bool) -> None:
    if there:
        ui.link(label, target).classes("press press-plain lib-turn")
    else:
        text("", "lib-turn", tag="span")
