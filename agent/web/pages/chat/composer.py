"""Where a person types: what the line is for, the way to send it, and what to begin with."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from nicegui import events, ui

from agent.chat.handing import address_in
from agent.chat.values import MAX_TEXT, Intent
from agent.web.pages.controls import icon_press, press, row_press, sheet, sheet_head
from agent.web.pages.writing import attribute, text

if TYPE_CHECKING:
    from agent.web.pages.chat.page import ChatPage

__all__ = ["Composer"]

MODES = (Intent.DRAFT, Intent.CAPTURE, Intent.MAY_I_SAY, Intent.REPLY, Intent.STATUS)
STARTERS = 3
SEND_ON_ENTER = """(e) => {
    if (e.key !== 'Enter' || e.shiftKey || e.isComposing || !window.matchMedia('(hover: hover)').matches) return;
    e.preventDefault();
    emit();
}"""


class Composer:
    """Hold the line that is being typed; a chosen mode says what it is for, without one the words decide."""

    def __init__(self, page: ChatPage) -> None:
        self._page = page
        self._say = page.say
        self._mode: Intent | None = None
        self._chips: dict[Intent, ui.button] = {}
        self._welcome: ui.element | None = None
        with ui.element("div").classes("composer"):
            with ui.element("div").classes("modes") as modes:
                attribute(modes, role="group", aria_label=self._say("chat_modes"))
                for intent in MODES:
                    self._chip(intent)
            with ui.element("div").classes("line"):
                self._field = ui.textarea(placeholder=self._say("chat_placeholder"))
                self._field.props(f"autogrow borderless maxlength={MAX_TEXT}").classes("field").mark("line")
                attribute(self._field, aria_label=self._say("chat_line"))
                self._field.on("keydown", self._send, js_handler=SEND_ON_ENTER)
                self._button = (
                    icon_press("arrow_upward", self._say("chat_send"), self._send).classes("send").mark("send")
                )

    def set_busy(self, busy: bool) -> None:
        """Show that a turn is at work; typing goes on meanwhile."""
        self._button.props(add="loading") if busy else self._button.props(remove="loading")
        if busy and self._welcome is not None:
            self._welcome.delete()
            self._welcome = None

    def refresh(self) -> None:
        """Greet anew when somebody else speaks."""
        if self._welcome is not None:
            self._welcome.clear()
            with self._welcome:
                self._greet()

    def welcome(self) -> None:
        """Greet in an empty thread, with three ways to begin."""
        self._welcome = ui.element("div").classes("welcome")
        with self._welcome:
            self._greet()

    def paste_url(self) -> None:
        """Ask for the address under which the note was published."""
        say = self._say

        async def record() -> None:
            if not address_in(field.value or ""):
                field.error = say("chat_url_foreign")
                return
            dialog.close()
            await self._page.act(intent=Intent.PUBLISHED, text=field.value or "")

        with sheet(say("chat_record_url")) as dialog, ui.card().classes("sheet-card"):
            sheet_head(dialog, say("chat_record_url"), say("frame_close"))
            ui.label(say("chat_record_url_hint")).classes("hint")
            field = ui.input(label=say("chat_url")).props("outlined type=url inputmode=url autofocus maxlength=2000")
            field.on("keydown.enter", record)
            with ui.element("div").classes("actions"):
                press(say("chat_record"), record, kind="main")
                press(say("chat_cancel"), dialog.close)
        dialog.open()

    def _chip(self, intent: Intent) -> None:
        chip = press(self._say(f"chat_intent_{intent.value}"), partial(self._choose, intent), kind="chip")
        self._chips[intent] = chip
        if intent is not Intent.STATUS:
            attribute(chip, aria_pressed="false")

    async def _choose(self, intent: Intent) -> None:
        if intent is Intent.STATUS:  # asks for nothing to be typed
            await self._page.act(intent=intent)
            return
        self._set_mode(None if self._mode is intent else intent)
        self._field.run_method("focus")

    def _set_mode(self, mode: Intent | None) -> None:
        self._mode = mode
        for intent, chip in self._chips.items():
            if intent is not Intent.STATUS:
                attribute(chip, aria_pressed=str(intent is mode).lower())
        self._field.props["placeholder"] = self._say(f"chat_placeholder_{mode.value}" if mode else "chat_placeholder")

    async def _send(self, _: events.GenericEventArguments | events.ClickEventArguments) -> None:
        line, mode = (self._field.value or "").strip(), self._mode
        if self._page.busy or not (line or mode is Intent.DRAFT):
            self._field.run_method("focus")
            return
        self._field.set_value("")
        self._set_mode(None)
        await self._page.act(text=line, intent=mode)

    def _greet(self) -> None:
        page, say = self._page, self._say
        workspace = page.view.services.workspace
        persona = next((p for p in workspace.personas if p.id == (page.speaker.persona_id)), None)
        text(say("chat_hello", name=page.view.identity.name), "hello", tag="p").props("role=heading aria-level=2")
        ui.label(say("chat_hello_what")).classes("hint")
        with ui.element("div").classes("starters"):
            for habit in (persona.habits if persona else ())[:STARTERS]:
                line = say("chat_write_about", topic=habit)
                with row_press(partial(page.act, intent=Intent.DRAFT, text=line)).classes("starter"):
                    ui.icon("edit_note").props("aria-hidden=true")
                    text(line, "row-title", tag="span")
