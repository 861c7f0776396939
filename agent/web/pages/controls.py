"""What people press: buttons of a few kinds, buttons that copy, and sheets. Their looks are in the stylesheet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from nicegui import ui

from agent.web.pages.writing import attribute, text, visible

__all__ = ["Kind", "copy_button", "icon_press", "press", "row_press", "sheet", "sheet_head", "switch_off"]

Kind = Literal["main", "plain", "quiet", "danger", "chip"]


def press(
    label: str, on_press: Callable[..., Any] | None = None, *, icon: str | None = None, kind: Kind = "plain"
) -> ui.button:
    """Return a button with a label; there is one of kind `main` in a group."""
    button = ui.button(visible(label), on_click=on_press, icon=icon, color=None)
    return button.props("flat no-caps").classes(f"press press-{kind}")


def icon_press(icon: str, label: str, on_press: Callable[..., Any] | None = None) -> ui.button:
    """Return a button that shows an icon; `label` is what it is called."""
    button = ui.button(on_click=on_press, icon=icon, color=None).props("flat round").classes("press icon-button")
    attribute(button, aria_label=visible(label))
    return button


def row_press(on_press: Callable[..., Any] | None = None, *, chosen: bool = False) -> ui.button:
    """Return a button as wide as its place; fill it with `with`."""
    button = ui.button(on_click=on_press, color=None).props("flat no-caps align=left")
    return button.classes("press row-button chosen" if chosen else "press row-button")


def copy_button(content: str, label: str, done: str, *, kind: Kind = "quiet") -> ui.button:
    """Offer to copy a text as it is; the browser copies by itself and says `done`."""
    button = press(label, icon="content_copy", kind=kind)
    attribute(button, data_copy=content, data_copied=done)
    return button


def switch_off(button: ui.element, reason: str) -> None:
    """Show that something cannot be done now: it keeps its place in the tab order, and `reason` names the why by id."""
    attribute(button, aria_disabled="true", aria_describedby=reason)
    button.classes("off")


def sheet(label: str, *, side: str = "bottom") -> ui.dialog:
    """Return a dialog that comes from one side of the window; fill it with `with`."""
    dialog = ui.dialog().props(f"position={side}").classes(f"sheet sheet-{side}")
    attribute(dialog, aria_label=visible(label))
    return dialog


def sheet_head(dialog: ui.dialog, title: str, close: str) -> None:
    """Put the title of a sheet with the button that closes it."""
    with ui.element("div").classes("sheet-head"):
        text(title, "sheet-title", tag="h2")
        icon_press("close", close, dialog.close)
