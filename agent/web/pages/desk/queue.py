"""The queue: what waits for a reviewer, lane by lane, with its time left and findings; opened by keyboard alone."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import get_args

from nicegui import ui

from agent.desk.queueing import wanted
from agent.desk.values import Lane, NearNote, QueueFilter, QueueItem
from agent.web.pages.controls import press
from agent.web.pages.desk.badges import ask_key, day_and_time, due_badge, duration, findings_badge, lane_badge
from agent.web.pages.desk.delegating import delegation_button
from agent.web.pages.desk.dialogs import keys_dialog
from agent.web.pages.desk.filters import address, case_address, filters_of
from agent.web.pages.desk.results import tell_last
from agent.web.pages.frame import View
from agent.web.pages.notices import notices_button
from agent.web.pages.writing import attribute, text

__all__ = ["show"]

COLUMNS = ("lane", "note", "who", "age", "due", "findings")
LOOK_AGAIN_SECONDS = 30.0
ROWS_AT_ONCE = 10
MARKS = (
    ("overdue", "desk_only_overdue"),
    ("urgent", "desk_only_urgent"),
    ("mine", "desk_only_mine"),
    ("waiting", "desk_with_waiting"),
)


async def show(view: View) -> None:
    """Build the page."""
    page = QueuePage(view)
    await page.open()
    tell_last(view)
    ui.timer(0, page.look_for_near, once=True)
    ui.timer(LOOK_AGAIN_SECONDS, page.look_again, immediate=False)


class QueuePage:
    """Hold what one opened queue shows: its filters, all that waited when it was read, and its notes as listed.

    What waits is worked out beside the event loop, once for each time the queue is listed.
    """

    def __init__(self, view: View) -> None:
        self.view = view
        self.say = view.say
        self.filters = filters_of(view.request.query_params)
        self._all: tuple[QueueItem, ...] = ()
        self._near_rows: dict[str, ui.element] = {}
        self._asked = 0

    async def open(self) -> None:
        """Build the page with what waits now."""
        self._all = await self._waiting()
        with ui.element("div").classes("desk desk-queue-page"):
            await _head(self)
            with ui.element("div").classes("desk-filters"):
                _filter_fields(self)
            self._stale = press(self.say("desk_changed_queue"), self.list, icon="refresh")
            self._stale.set_visibility(False)
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

    async def look_again(self) -> None:
        """Offer to refresh when the queue is no longer what it was; nothing moves under somebody's cursor."""
        asked = self._asked
        found = await self._waiting()
        if asked == self._asked:
            self._stale.set_visibility(_what_waits(self._wanted(found)) != _what_waits(self._wanted(self._all)))

    async def look_for_near(self) -> None:
        """Mark the rows listed whose notes are nearly the same as another; that may take a while."""
        rows = dict(self._near_rows)
        desk, person = self.view.services.desk, self.view.identity.person
        for run, found in (await asyncio.to_thread(desk.alike, person, list(rows))).items():
            if not rows[run].is_deleted:
                with rows[run]:
                    _say_near(self, found[0])

    def choices(self, name: str) -> dict[str, str]:
        """Return the owners or accounts that have something in the whole queue, by id."""
        known = {getattr(item, name): getattr(item, f"{name}_name") for item in self._all if getattr(item, name)}
        chosen = getattr(self.filters, name)
        return {"": self.say(f"desk_any_{name}"), **({chosen: chosen} if chosen else {}), **known}

    def near_row(self, run: str) -> None:
        """Keep the place in a row where a note that is nearly the same is named."""
        self._near_rows[run] = ui.element("div")

    async def _show(self) -> None:
        """Show the notes that were read; a long list lets others have their turn in between."""
        asked = self._asked
        self._stale.set_visibility(False)
        shown = self._wanted(self._all)
        lane = self.filters.lane
        items = [item for item in shown if lane is None or item.lane.lane == lane]
        self._near_rows = {}
        self._listed.clear()
        with self._listed:
            _lanes(self, Counter(item.lane.lane for item in shown))
            if not items:
                _empty(self)
                return
            body = _table(self)
        for place, item in enumerate(items):
            if asked != self._asked:
                return
            with body:
                _row(self, item, first=place == 0)
            if place % ROWS_AT_ONCE == ROWS_AT_ONCE - 1:
                await asyncio.sleep(0)

    def _wanted(self, items: Sequence[QueueItem]) -> Sequence[QueueItem]:
        """Return what the filters let through, in every lane."""
        every_lane = self.filters.model_copy(update={"lane": None})
        return [item for item in items if wanted(item, every_lane)]

    async def _waiting(self) -> tuple[QueueItem, ...]:
        everything = QueueFilter(waiting=self.filters.waiting)
        desk, person = self.view.services.desk, self.view.identity.person
        return await asyncio.to_thread(desk.queue, person, everything, near=False)


def _what_waits(items: Sequence[QueueItem]) -> set[tuple[str, str]]:
    return {(item.run, item.text_hash) for item in items}


async def _head(page: QueuePage) -> None:
    with ui.element("div").classes("desk-head"):
        text(page.say("desk_title"), "desk-title", tag="h1")
        with ui.element("div").classes("desk-tools"):
            await notices_button(page.view)
            await delegation_button(page.view)
            keys_dialog(page.say)


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
                text(str(count), "desk-count", tag="span")


def _table(page: QueuePage) -> ui.element:
    """Build the table but for its rows, and return where they go."""
    say = page.say
    with ui.element("table").classes("desk-queue"):
        text(say("desk_queue_caption"), "desk-caption", tag="caption")
        with ui.element("thead"), ui.element("tr"):
            for column in COLUMNS:
                attribute(text(say(f"desk_column_{column}"), tag="th"), scope="col")
        return ui.element("tbody")


def _row(page: QueuePage, item: QueueItem, *, first: bool) -> None:
    say = page.say
    with ui.element("tr"):
        with ui.element("td"):
            lane_badge(say, item.lane.lane)
        with ui.element("td").classes("desk-cell-note"):
            _note_cell(page, item, first=first)
        with ui.element("td"):
            text(item.owner_name or say("desk_no_owner"))
            text(item.account_name or say("desk_no_account"), "desk-quiet")
        with _named_cell(page, "age"):
            age = text(duration(say, item.age_hours), tag="span")
            attribute(age, title=day_and_time(item.submitted_at))
        with _named_cell(page, "due"):
            due_badge(say, item)
        with _named_cell(page, "findings"):
            findings_badge(say, item)


def _named_cell(page: QueuePage, column: str) -> ui.element:
    """Return a cell that says its column by itself where the table has no room for a heading."""
    cell = ui.element("td")
    attribute(cell, data_column=page.say(f"desk_column_{column}"))
    return cell


def _note_cell(page: QueuePage, item: QueueItem, *, first: bool) -> None:
    say = page.say
    link = ui.link(target=case_address(item.run, page.filters)).classes("desk-link")
    attribute(link, data_row=True, autofocus=first)
    with link:
        text(item.title or item.topic, tag="bdi")
    with ui.element("div").classes("desk-quiet desk-inline"):
        if item.urgent:
            text(say("desk_urgent"), "desk-badge desk-urgent", tag="span")
        text(say(f"desk_type_{item.note_type}"), tag="span")
        text(item.topic, "desk-topic", tag="bdi")
        if not item.submitted:
            text(say("desk_unsubmitted"), "desk-badge", tag="span")
        if not item.lane.must_review:
            text(say("desk_lane_sampling"), tag="span")
        if item.permission.on_behalf_of:
            text(say("desk_on_behalf", name=page.view.name(item.permission.on_behalf_of)), "desk-badge", tag="span")
    page.near_row(item.run)
    if not item.permission.allowed:
        text(item.permission.reason, "desk-quiet")


def _say_near(page: QueuePage, near: NearNote) -> None:
    percent = round(near.score * 100)
    text(page.say("desk_near", title=near.title, account=near.account, percent=percent), "desk-warning")


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
