"""The queue: what waits for a reviewer, lane by lane, with its time left and findings; opened by keyboard alone."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import get_args

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from agent.desk.queueing import wanted
from agent.desk.values import Lane, QueueFilter, QueueItem
from agent.web.pages.controls import press
from agent.web.pages.desk.badges import ask_key, lane_badge
from agent.web.pages.desk.delegating import delegation_button
from agent.web.pages.desk.dialogs import keys_dialog
from agent.web.pages.desk.filters import address, case_address, filters_of
from agent.web.pages.desk.results import tell_last
from agent.web.pages.desk.rows import COLUMNS, QueueRow
from agent.web.pages.frame import View
from agent.web.pages.notices import notices_button
from agent.web.pages.writing import attribute, text

__all__ = ["show"]

LOOK_SECONDS = 3.0
LOOKS_TO_ANEW = 20  # then times left are shown anew, whatever has happened
LOOKS_GONE = 3  # changes a note that waits no longer stays in sight
ROWS_AT_ONCE = 10
MARKS = (
    ("overdue", "desk_only_overdue"),
    ("urgent", "desk_only_urgent"),
    ("mine", "desk_only_mine"),
    ("waiting", "desk_with_waiting"),
)


async def show(view: View) -> None:
    """Build the page; from then on it shows by itself what comes and goes."""
    page = QueuePage(view)
    await page.open()
    tell_last(view)
    ui.timer(0, page.look_for_near, once=True)
    ui.timer(LOOK_SECONDS, page.look, immediate=False)


class QueuePage:
    """Hold what one opened queue shows: its filters, all that waited when it was read, and its notes as listed.

    What waits is worked out beside the event loop, once for each time the queue is listed.
    """

    def __init__(self, view: View) -> None:
        self.view = view
        self.say = view.say
        self.filters = filters_of(view.request.query_params)
        self.rows: dict[str, QueueRow] = {}
        self.counts: dict[Lane | None, TextElement] = {}
        self._all: tuple[QueueItem, ...] = ()
        self._body: ui.element | None = None
        self._pulse: tuple[int, ...] = ()
        self._asked = 0
        self._looks = 0
        self._looking = False
        self._listing = 0

    async def open(self) -> None:
        """Build the page with what waits now."""
        self._pulse = await asyncio.to_thread(self.view.services.desk.pulse)
        self._all = await self._waiting()
        with ui.element("div").classes("desk desk-queue-page"):
            with ui.element("div").classes("desk-head"):
                text(self.say("desk_title"), "desk-title", tag="h1")
                with ui.element("div").classes("desk-tools"):
                    self.bell = await notices_button(self.view)
                    await delegation_button(self.view)
                    keys_dialog(self.say)
            with ui.element("div").classes("desk-filters"):
                _filter_fields(self)
            self._came = text("", "unseen")
            attribute(self._came, role="status")
            self._listed = ui.element("div").classes("desk-listed")
        await self._show()

    async def narrow(self, **changes: object) -> None:
        """Change filters, keep them in the address, and list anew."""
        self.filters = self.filters.model_copy(update=changes)
        ui.navigate.history.replace(address(self.filters))
        await self.list()

    async def mark(self, name: str, marked: bool) -> None:
        """Narrow by a yes-or-no filter; unmarked, it narrows nothing."""
        await self.narrow(**{name: marked or type(self.filters).model_fields[name].default})

    async def list(self) -> None:
        """List what waits now; when somebody has asked anew meanwhile, that is listed."""
        self._asked += 1
        asked = self._asked
        found = await self._waiting()
        if asked == self._asked:
            self._all = found
            await self._show()
            await self.look_for_near()

    async def look(self) -> None:
        """Show what has come and gone since the last look, in place: focus and typed words stay where they are.

        It asks one cheap question; the queue is worked out when the answer has changed, or times left are old.
        """
        if self._looking or self._listing:
            return
        self._looking = True
        try:
            await self._look()
        finally:
            self._looking = False

    async def look_for_near(self) -> None:
        """Mark the rows listed whose notes are nearly the same as another; that may take a while."""
        await self._mark_near(list(self.rows))

    def choices(self, name: str) -> dict[str, str]:
        """Return the owners or accounts that have something in the whole queue, by id."""
        known = {getattr(item, name): getattr(item, f"{name}_name") for item in self._all if getattr(item, name)}
        chosen = getattr(self.filters, name)
        return {"": self.say(f"desk_any_{name}"), **({chosen: chosen} if chosen else {}), **known}

    async def _look(self) -> None:
        self._looks += 1
        asked, pulse = self._asked, await asyncio.to_thread(self.view.services.desk.pulse)
        if pulse == self._pulse and self._looks % LOOKS_TO_ANEW:
            return
        found = await self._waiting()
        if asked != self._asked or self._listed.is_deleted:
            return
        self._pulse, self._all = pulse, found
        await self._renew()
        await self.bell.refresh()

    async def _show(self) -> None:
        """Show the notes that were read; a long list lets others have their turn in between."""
        self._listing += 1
        try:
            await self._list_all(self._asked)
        finally:
            self._listing -= 1

    async def _list_all(self, asked: int) -> None:
        items = self._items()
        self.rows, self._body = {}, None
        self._listed.clear()
        with self._listed:
            _lanes(self, self._counted())
            if not items:
                _empty(self)
                return
            self._body = _table(self)
        for place, item in enumerate(items):
            if asked != self._asked:
                return
            self._add(item, first=place == 0)
            if place % ROWS_AT_ONCE == ROWS_AT_ONCE - 1:
                await asyncio.sleep(0)

    async def _renew(self) -> None:
        """Change the rows that are there, and put those that have come where they belong."""
        items = self._items()
        if self._body is None:
            if items:
                await self._show()
                await self.look_for_near()
            return
        for lane, label in self.counts.items():
            label.set_text(str(self._counted()[lane] if lane else self._counted().total()))
        waiting = {item.run for item in items}
        for run in [run for run in self.rows if run not in waiting]:
            self._part_with(run)
        fresh = self._renewed(items)
        self._came.set_text(self.say("desk_came", count=len(fresh)) if fresh else "")
        await self._mark_near(fresh)

    def _renewed(self, items: Sequence[QueueItem]) -> Sequence[str]:
        """Bring every row up to date; return the runs whose text was not there before."""
        fresh, place = [], 0
        for item in items:
            row = self.rows.get(item.run)
            if row is None:
                self._add(item).root.move(self._body, target_index=place)
                self.rows[item.run].mark_new()
            if row is None or row.update(item):
                fresh.append(item.run)
            assert self._body is not None
            place = self._body.default_slot.children.index(self.rows[item.run].root) + 1
        return fresh

    def _part_with(self, run: str) -> None:
        row = self.rows[run]
        if row.looks_gone < LOOKS_GONE:
            row.leave()
        else:
            del self.rows[run]
            row.root.delete()

    def _add(self, item: QueueItem, *, first: bool = False) -> QueueRow:
        assert self._body is not None
        with self._body:
            row = self.rows[item.run] = QueueRow(self.view, item, case_address(item.run, self.filters), first=first)
        return row

    async def _mark_near(self, runs: Sequence[str]) -> None:
        if not runs:
            return
        desk, person = self.view.services.desk, self.view.identity.person
        rows = {run: self.rows[run] for run in runs}
        found = await asyncio.to_thread(desk.alike, person, list(rows))
        for run, row in rows.items():
            if not row.root.is_deleted:
                row.show_near(found[run][0] if run in found else None)

    def _items(self) -> Sequence[QueueItem]:
        lane = self.filters.lane
        return [item for item in self._wanted() if lane is None or item.lane.lane == lane]

    def _counted(self) -> Counter[Lane]:
        return Counter(item.lane.lane for item in self._wanted())

    def _wanted(self) -> Sequence[QueueItem]:
        """Return what the filters let through, in every lane."""
        every_lane = self.filters.model_copy(update={"lane": None})
        return [item for item in self._all if wanted(item, every_lane)]

    async def _waiting(self) -> tuple[QueueItem, ...]:
        everything = QueueFilter(waiting=self.filters.waiting)
        desk, person = self.view.services.desk, self.view.identity.person
        return await asyncio.to_thread(desk.queue, person, everything, near=False)


def _filter_fields(page: QueuePage) -> None:
    say, filters = page.say, page.filters
    field = ui.input(
        say("desk_filter"), value=filters.search, on_change=lambda event: page.narrow(search=event.value or "")
    )
    field.props("outlined dense clearable debounce=300 maxlength=200").classes("desk-search").mark("search")
    ask_key(field, "/")
    for name in ("owner", "account"):
        chooser = ui.select(
            page.choices(name),
            value=getattr(filters, name),
            label=say(f"desk_{name}"),
            on_change=lambda event, name=name: page.narrow(**{name: event.value or ""}),
        )
        chooser.props("outlined dense options-dense").classes("desk-chooser").mark(f"by-{name}")
    with ui.element("div").classes("desk-marks"):
        for name, words in MARKS:
            ui.checkbox(
                say(words),
                value=bool(getattr(filters, name)),
                on_change=lambda event, name=name: page.mark(name, bool(event.value)),
            ).props("dense")


def _lanes(page: QueuePage, counts: Counter[Lane]) -> None:
    say, chosen = page.say, page.filters.lane
    choices: tuple[Lane | None, ...] = (None, *get_args(Lane))
    with ui.element("div").classes("desk-lanes") as group:
        attribute(group, role="group", aria_label=say("desk_lanes"))
        for lane in choices:
            count = counts[lane] if lane else counts.total()
            button = press("", lambda lane=lane: page.narrow(lane=lane), kind="chip")
            attribute(button.classes("desk-lane-button"), aria_pressed=str(lane == chosen).lower())
            button.mark(f"lane-{lane or 'all'}")
            with button:
                if lane:
                    lane_badge(say, lane)
                    attribute(button, title=say(f"desk_lane_{lane}_hint"))
                else:
                    text(say("desk_lane_all"), tag="span")
                page.counts[lane] = text(str(count), "desk-count", tag="span")


def _table(page: QueuePage) -> ui.element:
    """Build the table but for its rows, and return where they go."""
    say = page.say
    with ui.element("table").classes("desk-queue"):
        text(say("desk_queue_caption"), "desk-caption", tag="caption")
        with ui.element("thead"), ui.element("tr"):
            for column in COLUMNS:
                attribute(text(say(f"desk_column_{column}"), tag="th"), scope="col")
        return ui.element("tbody")


def _empty(page: QueuePage) -> None:
    say = page.say
    narrowed = page.filters.model_dump(exclude_defaults=True)
    words = "desk_empty_filtered" if narrowed else "desk_empty"
    with ui.element("div").classes("desk-empty") as empty:
        attribute(empty, role="status")
        text(say(words), "desk-empty-title")
        text(say(f"{words}_hint"), "desk-quiet")
        if narrowed:
            press(say("desk_clear_filter"), lambda: page.view.go("/desk"))
