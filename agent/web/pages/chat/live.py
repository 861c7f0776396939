"""One turn while it is at work: what was said, each node and round as it ends, the text as it is written."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from nicegui import ui

from agent.chat.values import ChatEvent, NodeDone, TextPiece, Turn, TurnBegan
from agent.web.pages.controls import press
from agent.web.pages.writing import attribute, text, visible
from agent.web.words import Words

__all__ = ["NAMED", "Live", "show_said", "show_steps"]

NAMED = 40  # characters of what was said that name its place on the page


def show_said(words: str) -> None:
    """Show what a person said."""
    if words.strip():
        text(words, "said", tag="p")


def show_steps(say: Words, lines: Sequence[str]) -> None:
    """Show, folded away, how a note was made when somebody comes back to it."""
    if not lines:
        return
    with ui.element("div").classes("progress"), ui.element("details").classes("fold"):
        text(say("chat_steps", count=len(lines)), tag="summary")
        with ui.element("ol").classes("steps"):
            for line in lines:
                text(line, "step", tag="li")


class Live:
    """Build the turn's place on the page and fill it while events come."""

    def __init__(self, say: Words, turn: Turn, bubble: str) -> None:
        self._say = say
        self._written = ""
        self._lines = 0
        self.began = say("chat_at_work")
        with ui.element("article").classes("turn") as self.root:
            show_said(bubble)
            self.told = ui.element("div").classes("told")
            with self.told, ui.element("div").classes("progress") as self._progress:
                with ui.element("div").classes("thinking") as self._thinking:
                    ui.spinner("dots", size="1.6em").props("aria-hidden=true")
                    self._what = ui.label(say("chat_at_work"))
                self._steps = ui.element("ol").classes("steps")
                self._piece = text("", "piece", tag="p")
        attribute(self.root, aria_busy="true", aria_label=visible(bubble or self.began)[:NAMED])

    def show(self, event: ChatEvent) -> str:
        """Show one event and return the line to announce, empty for none."""
        if isinstance(event, TurnBegan):
            name = self._say(f"chat_intent_{event.intent.value}") if event.intent else self._say("chat_at_work")
            self._what.set_text(self._say("chat_doing", what=name))
            return ""
        if isinstance(event, NodeDone):
            self._lines += 1
            with self._steps:
                text(event.text, f"step step-{event.node}", tag="li")
            return event.text
        if isinstance(event, TextPiece):
            self._written = self._written + event.text if event.text else ""
            self._piece.set_text(visible(self._written))
        return ""

    def finish(self) -> ui.element:
        """Fold the steps away and return the place of the answer."""
        self._thinking.delete()
        self._piece.delete()
        if not self._lines:
            self._progress.delete()
        else:
            with self._progress:
                with ui.element("details").classes("fold") as fold:
                    text(self._say("chat_steps", count=self._lines), tag="summary")
                self._steps.move(fold)
        attribute(self.root, aria_busy="false")
        return self.told

    def fail(self, message: str, code: str, again: Callable[[], Awaitable[None]]) -> None:
        """Say in plain words what kept the turn from being answered, and offer to send it again as it was."""
        self._thinking.delete()
        self._piece.delete()
        attribute(self.root, aria_busy="false")
        with self.told, ui.element("div").classes("failed").props("role=alert"):
            text(message, "failed-what", tag="p")
            ui.label(self._say("chat_nothing_lost"))
            ui.label(self._say("chat_code", code=code)).classes("hint")
            press(self._say("chat_again"), again, icon="refresh", kind="main")
