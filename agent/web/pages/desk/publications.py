"""Where an approved text was published, and what to do when it must not stay: take it down, or correct it."""

from __future__ import annotations

from urllib.parse import quote

from nicegui import ui

from agent.aside import aside
from agent.desk.values import CasePublication
from agent.errors import KosnoteError
from agent.web.pages.controls import press
from agent.web.pages.desk.attempts import attempted, refused
from agent.web.pages.desk.badges import day_and_time
from agent.web.pages.desk.dialogs import actions, dialog, reason_field
from agent.web.pages.desk.opened import Opened
from agent.web.pages.writing import attribute, text, visible

__all__ = ["show_publications"]


def show_publications(opened: Opened) -> None:
    """List the publications of a run; nothing is shown before there is one."""
    if opened.case.corrects:
        with ui.link(target=f"/desk/{quote(opened.case.corrects, safe='')}").classes("desk-link"):
            text(opened.say("desk_corrects", run=opened.case.corrects), tag="span")
    if not opened.case.publications:
        return
    text(opened.say("desk_publications"), "desk-section-title", tag="h2")
    with ui.element("ul").classes("desk-list"):
        for publication in opened.case.publications:
            _line(opened, publication)


def _line(opened: Opened, publication: CasePublication) -> None:
    say = opened.say
    with ui.element("li"):
        _address(publication.url)
        text(f"{opened.view.name(publication.by)} · {day_and_time(publication.at)}", "desk-quiet")
        if publication.action:
            text(say(f"desk_did_{publication.action}"), "desk-badge desk-late", tag="span")
            text(publication.action_reason)
        if publication.new_run:
            with ui.link(target=f"/desk/{quote(publication.new_run, safe='')}").classes("desk-link"):
                text(say("desk_correction_run"), tag="span")
        if not publication.action:
            with ui.element("div").classes("desk-finding-actions"):
                _button(opened, publication, "desk_retract", "delete_outline")
                _button(opened, publication, "desk_correct", "edit_note")


def _address(url: str) -> None:
    """Link to a web address; whatever else was recorded is shown as text alone."""
    if url.startswith("https://"):
        link = ui.link(visible(url), url, new_tab=True).classes("desk-link")
        attribute(link, rel="noopener noreferrer nofollow")
    else:
        text(url)


def _button(opened: Opened, publication: CasePublication, words: str, icon: str) -> None:
    button = press(opened.say(words), lambda: _ask(opened, publication, words), icon=icon)
    attribute(button, aria_haspopup="dialog")


def _ask(opened: Opened, publication: CasePublication, words: str) -> None:
    say = opened.say
    with dialog(say(words).rstrip("….")) as made:
        text(publication.url, "desk-quote")
        text(say(f"{words}_hint"), "desk-quiet")
        reason = reason_field(say("desk_reason_required"))

        async def send() -> None:
            if not reason.value.strip():
                ui.notify(say("desk_need_reason"), type="warning", position="top")
            elif await _done(opened, publication, words, reason.value.strip()):
                opened.reload()

        actions(say, made, say(words).rstrip("…."), send, grave=words == "desk_retract")
    made.open()


async def _done(opened: Opened, publication: CasePublication, words: str, reason: str) -> bool:
    desk, person = opened.view.services.desk, opened.view.identity.person
    if words == "desk_correct":
        corrected = desk.correct(opened.run, url=publication.url, reason=reason, by=person)
        return await attempted(corrected) is not None
    try:
        await aside(desk.retract, opened.run, url=publication.url, reason=reason, by=person)
    except KosnoteError as error:
        refused(error)
        return False
    return True
