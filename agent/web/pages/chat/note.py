"""The note card: as it would look on the platform, with what can be done about each block of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from nicegui import ui

from agent.chat.badges import badges_of, leads_on
from agent.chat.means import can_wish
from agent.chat.restoring import can_restore
from agent.chat.values import Intent
from agent.text.units import body_units, title_units
from agent.web.pages.chat.blocks import block_menu
from agent.web.pages.chat.findings import finding_row, highlighted
from agent.web.pages.chat.progress import show_progress
from agent.web.pages.chat.table import Table, paragraphs
from agent.web.pages.chat.titles import show_titles
from agent.web.pages.controls import copy_button, press, switch_off
from agent.web.pages.writing import attribute, text, visible

if TYPE_CHECKING:
    from agent.models import Segment
    from agent.web.pages.chat.page import ChatPage

__all__ = ["show_note"]

WISHES = (Intent.MORE_SPOKEN, Intent.SHORTER, Intent.SPLIT, Intent.OTHER_OPENING, Intent.LESS_PRODUCT)
MUST = frozenset({"condition", "disclosure", "role", "label"})
MOST_BODY = 1000


def show_note(page: ChatPage, table: Table) -> None:
    """Show the note on the table with its findings, titles, label step and what can be done next."""
    say = page.say
    with ui.element("article").classes("note").mark("note") as card:
        attribute(card, aria_label=say("chat_note"))
        show_progress(page, table)
        _as_published(page, table)
        if table.findings:
            _findings(page, table)
        if table.card.tone:
            _remarks(page, table)
        if table.open_to_change:
            _wishes(page, table)
        _next_steps(page, table)
        show_titles(page, table)
        _label(page, table)


def _as_published(page: ChatPage, table: Table) -> None:
    note, findings = table.note, table.findings
    with ui.element("div").classes("post"):
        with ui.element("div").classes("cover").props("id=part-cover"):
            with ui.element("p").classes("cover-text"):
                highlighted(page, note.cover, [f for f in findings if f.field == "cover"])
            if table.card.label_text:
                text(table.card.label_text, "cover-label")
            block_menu(page, table, "cover")
        with ui.element("div").classes("post-text"):
            _author(page)
            with ui.element("div").classes("part part-title").props("id=part-title"):
                with ui.element("h2").classes("note-title"):
                    chosen = note.titles.index(note.title)
                    highlighted(page, note.title, [f for f in findings if (f.field, f.index) == ("title", chosen)])
                block_menu(page, table, "title")
            _body(page, table)
            with ui.element("div").classes("part part-tags").props("id=part-tags"):
                with ui.element("p").classes("tags"):
                    for index, tag in enumerate(note.tags):
                        _tag(page, table, index, tag)
                block_menu(page, table, "tags")
            units = say_units(page, table)
            ui.label(units).classes("hint units")


def say_units(page: ChatPage, table: Table) -> str:
    """Count title and body as the platform does."""
    return page.say(
        "chat_units", title=title_units(table.note.title), body=body_units(table.note.body), limit=MOST_BODY
    )


def _author(page: ChatPage) -> None:
    account = page.speaker.account
    if account is None:
        return
    with ui.element("div").classes("post-author"):
        text(account.nickname[:1], "avatar", tag="span").props("aria-hidden=true")
        text(account.nickname, "post-name", tag="span")


def _body(page: ChatPage, table: Table) -> None:
    findings = [f for f in table.findings if f.field == "body"]
    for number, paragraph in enumerate(paragraphs(table.note), 1):
        must = all(segment.kind in MUST for segment, _ in paragraph)
        with ui.element("div").classes("part must" if must else "part").props(f"id=part-p{number}"):
            with ui.element("p").classes("paragraph"):
                for segment, begin in paragraph:
                    highlighted(page, segment.text, findings, begin=begin)
                    _sources(page, table, segment)
            block_menu(page, table, f"p{number}", must=must)


def _sources(page: ChatPage, table: Table, segment: Segment) -> None:
    """Show beside a claim what it rests on; a tap tells the source in full."""
    sources = table.result.sources
    if leads_on(segment, sources):
        text(page.say("chat_leads_on"), "source source-none", tag="span")
    for source in badges_of(segment, sources):
        told = table.evidence.get(source, source)
        name = page.source_name(source)
        chip = text(name, "source", tag="button")
        attribute(chip, type="button", aria_label=visible(page.say("chat_source_of", name=name, text=told)))
        with chip, ui.menu().classes("source-menu"):
            text(told, "source-text", tag="p")


def _tag(page: ChatPage, table: Table, index: int, tag: str) -> None:
    with ui.element("span").classes("tag"):
        text("#", tag="span")
        highlighted(page, tag, [f for f in table.findings if (f.field, f.index) == ("tags", index)])


def _findings(page: ChatPage, table: Table) -> None:
    say = page.say
    safe = [finding for finding in table.findings if finding.safe]
    with ui.element("section").classes("findings") as section:
        attribute(section, aria_label=say("chat_findings"))
        with ui.element("div").classes("section-head"):
            ui.label(say("chat_findings_count", count=len(table.findings))).props("role=heading aria-level=3")
            if len(safe) > 1 and table.open_to_change:
                press(say("chat_accept_all"), partial(page.act, intent=Intent.ACCEPT_FIX), kind="quiet")
        for finding in table.findings:
            finding_row(page, finding)


def _remarks(page: ChatPage, table: Table) -> None:
    """Tell what reads less well, as the reviewer will see it; none of it keeps a note from going in."""
    with ui.element("section").classes("lines remarks").mark("remarks") as section:
        attribute(section, aria_label=page.say("chat_remarks"))
        ui.label(page.say("chat_remarks")).classes("lines-title").props("role=heading aria-level=3")
        with ui.element("ul"):
            for line in table.card.tone:
                text(line, tag="li")


def _wishes(page: ChatPage, table: Table) -> None:
    """Offer the usual wishes; one that takes a model nobody has set up is there, off, with the reason beside it."""
    locked, has_model = page.state.locked, page.has_model
    off = [i for i in WISHES if not can_wish(i, table.note, locked=locked, has_model=has_model)]
    with ui.element("div").classes("chips") as chips:
        attribute(chips, role="group", aria_label=page.say("chat_wishes"))
        for intent in WISHES:
            wish = press(page.say(f"chat_intent_{intent.value}"), kind="chip").mark(f"wish-{intent.value}")
            if intent not in off:
                wish.on_click(partial(page.act, intent=intent))
                continue
            switch_off(wish, "wish-off")
            wish.on_click(partial(page.announce, _lacks_model(page, table, wish.text)))
        if can_restore(page.state, table.note):
            undo = press(page.say("chat_intent_undo"), partial(page.act, intent=Intent.UNDO), icon="undo", kind="chip")
            undo.mark("wish-undo")
    if off:
        names = page.say("chat_and").join(page.say(f"chat_intent_{intent.value}") for intent in off)
        text(_lacks_model(page, table, names), "hint", tag="p").props("id=wish-off")


def _lacks_model(page: ChatPage, table: Table, what: str) -> str:
    """Say what takes a model, and what can be done instead; what is marked is named where something is."""
    key = "chat_needs_model_marked" if table.findings else "chat_needs_model"
    return page.say(key, what=what)


def _next_steps(page: ChatPage, table: Table) -> None:
    """Offer what comes next: hand it in, copy it out, record where it was published, or begin another text."""
    say, stage = page.say, table.standing.stage
    with ui.element("div").classes("actions next-steps"):
        if stage in ("written", "changes") and table.open_to_change:
            submit = press(say("chat_intent_submit"), partial(page.act, intent=Intent.SUBMIT), icon="send", kind="main")
            if table.blocked or table.standing.sent_back:
                submit.disable()
                attribute(submit, aria_describedby="submit-blocked")
        if stage in ("approved", "published"):
            url = press(say("chat_record_url"), page.composer.paste_url, icon="link")
            url.classes("press-main" if stage == "approved" else "press-plain", remove="press-plain")
        copy_button(table.note.to_text(), say("chat_copy_all"), say("frame_copied"), kind="plain")
        if stage in ("rejected", "published", "retracted"):
            do = partial(page.act, intent=Intent.DRAFT, bubble=page.said("chat_another"))
            press(say("chat_another"), do, icon="add")
    if table.open_to_change and (table.blocked or table.standing.sent_back):
        key = "chat_submit_blocked" if table.blocked else "chat_submit_sent_back"
        text(say(key), "hint").props("id=submit-blocked")


def _label(page: ChatPage, table: Table) -> None:
    say, card = page.say, table.card
    if not (card.label_text or card.label_step):
        return
    with ui.element("section").classes("label-step") as section:
        attribute(section, aria_label=say("chat_label"))
        ui.label(say("chat_label")).classes("section-title").props("role=heading aria-level=3")
        if card.label_text:
            with ui.element("p").classes("reason"):
                text(say("chat_label_line"), "reason-name", tag="span")
                text(card.label_text, tag="span")
        if card.label_step:
            with ui.element("p").classes("reason"):
                text(say("chat_label_step"), "reason-name", tag="span")
                text(card.label_step, tag="span")
