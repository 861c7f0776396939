"""What a person is told in the pages: a bell that counts what is unread, and the list it opens."""

from __future__ import annotations

from collections.abc import Sequence

from nicegui import ui

from agent.aside import aside
from agent.desk.values import Notice
from agent.web.pages.controls import icon_press, press
from agent.web.pages.frame import View
from agent.web.pages.writing import attribute, text, visible

__all__ = ["Bell", "notices_button", "see_notices_of"]


class Bell:
    """Hold the bell of one opened page. It counts anew without touching what has the focus."""

    def __init__(self, view: View, told: Sequence[Notice], pulse: tuple[int, ...]) -> None:
        self._view = view
        self._pulse = pulse
        say = view.say
        with ui.dialog() as self._dialog, ui.card().classes("notices-card"):
            text(say("notices_title"), "notices-title", tag="h2")
            self._list = ui.element("div")
            with ui.element("div").classes("notices-actions"):
                press(say("notices_close"), self._dialog.close, kind="quiet").props("autofocus")
        attribute(self._dialog, aria_label=say("notices_title"))
        with icon_press("notifications", say("notices_title"), self._open) as self._button:
            self._count = ui.badge("").props("floating color=negative")
        attribute(self._button.mark("notices"), aria_haspopup="dialog")
        self._show_count(told)

    async def look(self) -> None:
        """Count anew if anything has happened since the last look."""
        pulse = await aside(self._view.services.desk.pulse)
        if pulse != self._pulse:
            self._pulse = pulse
            await self.refresh()

    async def refresh(self) -> None:
        """Count anew; a list that is open stays as it is."""
        told = await self._told()
        if not (self._dialog.value or self._button.is_deleted):
            self._show_count(told)

    async def _open(self) -> None:
        """List what was told; it counts as seen now."""
        told = await self._told()
        self._list.clear()
        with self._list:
            _listed(self._view, told)
        self._dialog.open()
        unseen = [notice.id for notice in told if not notice.seen]
        await aside(self._view.services.desk.see, self._view.identity.person, unseen)
        self._show_count(())

    async def _told(self) -> Sequence[Notice]:
        return await aside(self._view.services.desk.notices, self._view.identity.person)

    def _show_count(self, told: Sequence[Notice]) -> None:
        say, count = self._view.say, sum(1 for notice in told if not notice.seen)
        label = visible(say("notices_unseen", count=count) if count else say("notices_title"))
        self._count.set_text(str(count))
        self._count.set_visibility(bool(count))
        attribute(self._button, title=label, aria_label=label)


async def notices_button(view: View) -> Bell:
    """Put up the bell."""
    desk = view.services.desk
    pulse = await aside(desk.pulse)
    return Bell(view, await aside(desk.notices, view.identity.person), pulse)


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
