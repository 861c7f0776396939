"""Show one answer: what was done, what is asked back, and the cards it holds. The note itself is `note`'s."""

from __future__ import annotations

from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING

from nicegui import ui

from agent.chat.values import Answer, Ask, Intent, MayISay, NoteCard, Option, Saved, StatusCard
from agent.text.units import body_units
from agent.web.pages.chat.findings import finding_row, linked
from agent.web.pages.controls import copy_button, press
from agent.web.pages.writing import attribute, text

if TYPE_CHECKING:
    from agent.web.pages.chat.page import ChatPage

__all__ = ["show_answer", "show_note_line"]

LONGEST_REPLY = 220
MARKS = {"yes": "check_circle", "no": "block", "change": "edit", "needs": "error_outline"}


def show_answer(page: ChatPage, answer: Answer, *, latest: bool) -> None:
    """Show an answer without its note; only the latest one still takes a tap for an answer."""
    say = page.say
    if answer.text:
        text(answer.text, "answer-text", tag="p")
    if answer.may_i_say is not None:
        _may_i_say(page, answer.may_i_say)
    if answer.saved is not None:
        _saved(page, answer.saved, latest=latest)
    for reply, way in zip_longest(answer.replies, answer.reply_ways, fillvalue=""):
        _reply(page, reply, way)
    for status in answer.status:
        _status(page, status)
    _lines(say("chat_changes"), answer.changes, "changes")
    if answer.note is None:
        for finding in answer.findings:
            finding_row(page, finding, editable=False)
    _lines(say("chat_assumptions"), answer.assumptions, "assumptions")
    _lines(say("chat_limits"), answer.limits, "limits")
    if answer.question is not None:
        _question(page, answer.question, latest=latest)


def show_note_line(page: ChatPage, card: NoteCard) -> None:
    """Show an earlier text of a note by its title alone."""
    text(page.say("chat_earlier_text", title=card.title), "note-line", tag="p")


def _lines(title: str, lines: tuple[str, ...], classes: str) -> None:
    if not lines:
        return
    with ui.element("div").classes(f"lines {classes}"):
        ui.label(title).classes("lines-title")
        with ui.element("ul"):
            for line in lines:
                text(line, tag="li")


def _may_i_say(page: ChatPage, found: MayISay) -> None:
    say = page.say
    with ui.element("div").classes(f"verdict verdict-{found.verdict}"):
        with ui.element("div").classes("verdict-head"):
            ui.icon(MARKS[found.verdict]).props("aria-hidden=true")
            ui.label(say(f"chat_may_{found.verdict}")).classes("verdict-word")
            ui.label(say(f"chat_type_{found.note_type}")).classes("chip")
        text(f"“{found.sentence}”", "quote", tag="p")
        advice = "chat_needs" if found.verdict == "needs" else "chat_advice"
        for label, content in ((advice, found.needs), ("chat_why", found.why), ("chat_clause", found.clause)):
            if content:
                with ui.element("p").classes("reason"):
                    text(say(label), "reason-name", tag="span")
                    linked(page, content)


def _saved(page: ChatPage, saved: Saved, *, latest: bool) -> None:
    say = page.say
    if latest:  # before the story: a long one would push it out of sight
        with ui.element("div").classes("options") as options:
            page.offers.append(options)
            do = partial(page.act, intent=Intent.DRAFT, bubble=page.said("chat_write_now"))
            press(say("chat_write_now"), do, icon="edit", kind="main")
    with ui.element("ul").classes("materials"):
        for item in saved.items:
            with ui.element("li").classes("material"):
                text(page.source_name(item.id), "source-id", tag="span")
                text(item.text, tag="span")
    _lines(say("chat_open_questions"), saved.open_questions, "questions")


def _reply(page: ChatPage, reply: str, way: str) -> None:
    say = page.say
    with ui.element("div").classes("reply"):
        if way:
            ui.label(say(f"chat_reply_{way}")).classes("chip")
        text(reply, "reply-text", tag="p")
        with ui.element("div").classes("reply-foot"):
            ui.label(f"{body_units(reply)}/{LONGEST_REPLY}").classes("hint")
            copy_button(reply, say("chat_copy"), say("frame_copied"))


def _status(page: ChatPage, status: StatusCard) -> None:
    say = page.say
    with ui.element("div").classes("status-card"):
        text(status.title or status.topic, "status-topic")
        ui.label(say(f"status_{status.status}")).classes(f"chip chip-{status.status}")
        if status.title:
            text(say("chat_topic", topic=status.topic), "hint")
        if status.open_findings:
            ui.label(say("chat_open_count", count=status.open_findings)).classes("hint")
        if status.reason:
            text(say("chat_reason", reason=status.reason), "hint")
        for url in status.urls:
            text(url, "url")


def _question(page: ChatPage, ask: Ask, *, latest: bool) -> None:
    with ui.element("div").classes("ask"):
        text(ask.text, "ask-text", tag="p")
        if ask.material:
            ui.label(page.say("chat_only_you")).classes("hint")
        if latest and ask.options:
            with ui.element("div").classes("options") as options:
                page.offers.append(options)
                attribute(options, role="group", aria_label=page.say("chat_options"))
                for option in ask.options:
                    _option(page, option)


def _option(page: ChatPage, option: Option) -> None:
    press(option.label, partial(page.act, text=option.label, option=option.id)).classes("option")
