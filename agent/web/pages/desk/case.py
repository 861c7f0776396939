"""One note with all there is to decide on: its text and findings, what changed, what it rests on, and what was done."""

from __future__ import annotations

import asyncio

from nicegui import ui

from agent.errors import UsageError
from agent.web.pages.desk.badges import ask_key, day_and_time, due_badge, lane_badge, short_hash
from agent.web.pages.desk.deciding import decision_bar, show_barriers
from agent.web.pages.desk.dialogs import keys_dialog
from agent.web.pages.desk.differences import show_differences
from agent.web.pages.desk.evidence import show_claims, show_facts, show_history, show_human, show_near
from agent.web.pages.desk.filters import address, case_address, filters_of, place_of
from agent.web.pages.desk.findings import show_findings
from agent.web.pages.desk.marks import show_note
from agent.web.pages.desk.opened import Opened
from agent.web.pages.desk.publications import show_publications
from agent.web.pages.desk.results import tell_last
from agent.web.pages.desk.waiving import show_waivers
from agent.web.pages.frame import View
from agent.web.pages.notices import see_notices_of
from agent.web.pages.writing import attribute, text

__all__ = ["show"]


async def show(view: View, run: str) -> None:
    """Build the page of one note; one without a text to decide on is not there."""
    desk, person = view.services.desk, view.identity.person
    try:
        case = await desk.case(run, person)
    except UsageError:
        view.absent()
        return
    await see_notices_of(view, run)
    filters = filters_of(view.request.query_params)
    queue = await asyncio.to_thread(desk.queue, person, filters, near=False)
    opened = Opened(view, case, filters, place_of(run, queue))
    with ui.element("div").classes("desk desk-case"):
        _way(opened)
        _head(opened)
        show_barriers(opened)
        _columns(opened)
    decision_bar(opened)
    tell_last(view)


def _way(opened: Opened) -> None:
    """Lead back to the queue and along it."""
    say, place, filters = opened.say, opened.place, opened.filters
    with ui.element("nav").classes("desk-way") as way:
        attribute(way, aria_label=say("desk_title"))
        ask_key(ui.link(f"← {say('desk_back')}", address(filters)).classes("desk-link"), "u")
        if place.number:
            text(say("desk_place", place=place.number, count=place.count), "desk-quiet", tag="span")
        for words, run, key in (("desk_previous", place.previous, "k"), ("desk_next", place.following, "j")):
            if run:
                link = ui.link(target=case_address(run, filters)).classes("desk-link")
                ask_key(link, key)
                with link:
                    text(say(words), tag="span")
                    attribute(text(key.upper(), "desk-wide-only", tag="kbd"), aria_hidden="true")
        with ui.element("div").classes("desk-push"):
            keys_dialog(say)


def _head(opened: Opened) -> None:
    say, case, item = opened.say, opened.case, opened.case.item
    with ui.element("header").classes("desk-case-head"):
        text(case.note.title, "desk-title", tag="h1")
        with ui.element("div").classes("desk-inline"):
            lane_badge(say, item.lane.lane)
            if opened.undecided:
                due_badge(say, item)
            if item.urgent:
                text(say("desk_urgent"), "desk-badge desk-urgent", tag="span")
            if case.permission.on_behalf_of:
                on_behalf = say("desk_on_behalf", name=opened.view.name(case.permission.on_behalf_of))
                text(on_behalf, "desk-badge", tag="span")
            text(say(f"desk_type_{item.note_type}"), tag="span")
            text(item.owner_name or say("desk_no_owner"), tag="bdi")
            text(item.account_name or say("desk_no_account"), tag="bdi")
        _small_print(opened)
        for reason in item.lane.reasons:
            text(reason, "desk-quiet")


def _small_print(opened: Opened) -> None:
    say, case, item = opened.say, opened.case, opened.case.item
    with ui.element("div").classes("desk-inline desk-quiet"):
        hashed = text(say("desk_hash", hash=short_hash(case.text_hash)), "desk-hash", tag="span")
        attribute(hashed, title=say("desk_hash_hint"))
        text(say("desk_version", count=case.revision), tag="span")
        text(say("desk_rounds", count=case.rounds), tag="span")
        offline = case.author.startswith("offline@")
        text(say("desk_written_by_offline" if offline else "desk_written_by_model"), tag="span")
        if case.status != "submitted":
            text(say(f"status_{case.status}"), "desk-badge", tag="span")
        if item.submitted:
            name = opened.view.name(item.submitted_by)
            text(say("desk_handed_in", name=name, time=day_and_time(item.submitted_at)), tag="span")


def _columns(opened: Opened) -> None:
    """Lay the parts out in two columns; where there is room for one, they follow each other by their number."""
    left = ((1, _note), (3, show_differences), (5, show_claims))
    right = ((2, show_findings), (4, show_facts), (6, _people_and_past))
    with ui.element("div").classes("desk-columns"):
        for column in (left, right):
            with ui.element("div").classes("desk-column"):
                for order, show_part in column:
                    with ui.element("section").classes(f"desk-panel desk-order-{order}"):
                        show_part(opened)


def _note(opened: Opened) -> None:
    text(opened.say("desk_text"), "desk-section-title", tag="h2")
    show_note(opened)


def _people_and_past(opened: Opened) -> None:
    show_near(opened)
    show_publications(opened)
    show_human(opened)
    show_waivers(opened)
    show_history(opened)
