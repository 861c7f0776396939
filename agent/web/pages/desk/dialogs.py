"""Dialogs of the desk: a heading, what they ask, and two buttons; Enter or Ctrl+Enter sends, Escape closes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import date

from nicegui import ui

from agent.web.pages.controls import press
from agent.web.pages.desk.badges import ask_key
from agent.web.pages.writing import attribute, text
from agent.web.words import Words

__all__ = ["actions", "day_field", "day_of", "dialog", "keys_dialog", "reason_field", "stay"]

Send = Callable[[], Awaitable[None] | None]
LONGEST_REASON = 2000
KEYS = (
    ("j ↓ / k ↑", "desk_keys_move"),
    ("Enter", "desk_keys_open"),
    ("/", "desk_keys_filter"),
    ("a", "desk_keys_approve"),
    ("s", "desk_keys_suggest"),
    ("r", "desk_keys_reject"),
    ("n", "desk_keys_finding"),
    ("u", "desk_keys_queue"),
    ("Ctrl + Enter", "desk_keys_send"),
    ("Esc", "desk_keys_close"),
    ("?", "desk_keys_help"),
)


@contextmanager
def dialog(title: str, *, wide: bool = False) -> Iterator[ui.dialog]:
    """Build a dialog under its heading; it is open once somebody calls `open`."""
    made = ui.dialog().classes("desk-dialog")
    attribute(made, aria_label=title)
    with made, ui.card().classes("desk-dialog-card desk-dialog-wide" if wide else "desk-dialog-card"):
        heading = text(title, "desk-dialog-title", tag="h2")
        attribute(heading, dir="auto")
        yield made


def actions(
    say: Words,
    made: ui.dialog,
    words: str,
    send: Send,
    *,
    grave: bool = False,
    first: bool = False,
    leaves: bool = False,
) -> None:
    """Offer to send and to leave; `first` puts the cursor on sending, so that Enter is enough.

    What `leaves` the page once it is sent refuses every key until the next page is there, and says so: a key pressed in
    between would be lost, or meant for another note. When nothing comes of it, `stay` gives the keys back.
    """
    with ui.element("div").classes("desk-actions"):
        confirm = press(words, send, kind="danger" if grave else "main").mark("send")
        attribute(confirm, data_submit=True)
        if leaves:
            attribute(confirm, data_going=say("desk_going"), data_refused=say("desk_key_refused"))
        if first:
            attribute(confirm, autofocus=True)
        press(say("desk_cancel"), made.close, kind="quiet")


def stay() -> None:
    """Give the keys back: the page stays."""
    ui.run_javascript("kosnoteKeys.stay()")


def reason_field(label: str, *, value: str = "") -> ui.textarea:
    """Ask for words; the cursor stands in it."""
    return (
        ui.textarea(label, value=value).mark("reason").props(f"outlined autogrow autofocus maxlength={LONGEST_REASON}")
    )


def day_field(label: str, value: date) -> ui.input:
    """Ask for a day with the browser's own calendar."""
    field = ui.input(label, value=value.isoformat()).props("outlined dense stack-label")
    attribute(field, type="date")
    return field


def day_of(field: ui.input) -> date | None:
    """Return the day somebody chose; None for none."""
    try:
        return date.fromisoformat(field.value or "")
    except ValueError:
        return None


def keys_dialog(say: Words) -> None:
    """Put up the button that lists the keys; `?` opens it as well."""
    with dialog(say("desk_keys")) as made:
        with ui.element("dl").classes("desk-keys"):
            for key, words in KEYS:
                with ui.element("dt"):
                    text(key, tag="kbd")
                text(say(words), tag="dd")
        with ui.element("div").classes("desk-actions"):
            press(say("desk_close"), made.close, kind="quiet").props("autofocus")
    button = press(say("desk_keys"), made.open, icon="keyboard", kind="quiet")
    ask_key(button.classes("desk-wide-only"), "?")
