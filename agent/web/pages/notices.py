"""What a person is told in the pages: a bell that counts what is unread, and the list it opens."""

from __future__ import annotations

from collections.abc import Sequence

from nicegui import ui

from agent.aside import aside
from agent.desk.values import Notice
from agent.web.pages.controls import icon_press, press
from agent.web.pages.frame import View
from agent.web.pages.writing import attribute, text, visible

__all__ = ["notices_button", "see_notices_of"]


async def notices_button(view: View) -> None:
    """Put up the bell; what it lists counts as seen once it has been opened."""
    say, desk, person = view.say, view.services.desk, view.identity.person
    told = await aside(desk.notices, person)
    unseen = [notice.id for notice in told if not notice.seen]
    with ui.dialog() as dialog, ui.card().classes("notices-card"):
        text(say("notices_title"), "notices-title", tag="h2")
        _listed(view, told)
        with ui.element("div").classes("notices-actions"):
            press(say("notices_close"), dialog.close, kind="quiet").props("autofocus")

    async def show() -> None:
        await aside(desk.see, person, unseen)
        dialog.open()
        count.set_visibility(False)
        attribute(button, title=visible(say("notices_title")), aria_label=visible(say("notices_title")))

    label = say("notices_unseen", count=len(unseen)) if unseen else say("notices_title")
    with icon_press("notifications", label, show) as button:
        count = ui.badge(str(len(unseen))).props("floating color=negative")
        count.set_visibility(bool(unseen))
    button.mark("notices")
    attribute(button, title=visible(label), aria_haspopup="dialog")
    attribute(dialog, aria_label=say("notices_title"))


async def see_notices_of(view: View, run: str) -> None:
    """Count as seen what this person was told about a run, now that they have it before them."""
    desk, person = view.services.desk, view.identity.person
    told = await aside(desk.notices, person)
    if fresh := [notice.id for notice in told if notice.run == run and not notice.seen]:
        await aside(desk.see, person, fresh)


def _listed(view: View, told: Sequence[Notice]) -> None:
    if not told:
        text(view.say("notices_none"), "hint")
        return
    with ui.element("ul").classes("notices"):
        for notice in told:
            with ui.element("li").classes("notice" if notice.seen else "notice notice-new"):
                if not notice.seen:
                    text(view.say("notices_new"), "notice-mark", tag="span")
                with ui.link(target=notice.path):
                    text(notice.text, tag="bdi")
                text(f"{notice.at.astimezone():%m-%d %H:%M}", "hint", tag="span")
