"""One row of the queue: it changes in place, so that whoever stands on it keeps their place."""

from __future__ import annotations

from nicegui import ui

from agent.desk.values import NearNote, QueueItem
from agent.web.pages.desk.badges import day_and_time, due_badge, duration, findings_badge, lane_badge
from agent.web.pages.frame import View
from agent.web.pages.writing import attribute, text, visible

__all__ = ["COLUMNS", "QueueRow"]

COLUMNS = ("lane", "note", "who", "age", "due", "findings")


class QueueRow:
    """Hold a row that was listed; `is_gone` says that its note waits no longer, and `looks_gone` for how many looks."""

    def __init__(self, view: View, item: QueueItem, address: str, *, first: bool = False) -> None:
        self.view = view
        self.item = item
        self.looks_gone = 0
        say = view.say
        with ui.element("tr") as self.root:
            self._lane = ui.element("td")
            with ui.element("td").classes("desk-cell-note"):
                link = ui.link(target=address).classes("desk-link")
                attribute(link, data_row=True, **({"autofocus": True} if first else {}))
                with link:
                    self._title = text("", tag="bdi")
                self._about = ui.element("div")
                self._near = ui.element("div")
            self._who = ui.element("td")
            self._timed = [ui.element("td") for _ in ("age", "due")]
            self._findings = ui.element("td")
        for cell, column in zip((*self._timed, self._findings), ("age", "due", "findings"), strict=True):
            attribute(cell, data_column=say(f"desk_column_{column}"))  # where the table has no room for a heading
        self._fill(item)

    @property
    def is_gone(self) -> bool:
        """Tell whether its note waits no longer."""
        return self.looks_gone > 0

    def update(self, item: QueueItem) -> bool:
        """Show the row as it is now; tell whether it is about another text than before."""
        before, self.item = self.item, item
        if self.is_gone or _but_for_time(before) != _but_for_time(item):
            self.looks_gone = 0
            self.root.classes(remove="desk-gone")
            self._fill(item)
        else:
            self._fill_times(item)
        return before.text_hash != item.text_hash

    def leave(self) -> None:
        """Show that the note waits no longer; the row stays, or the focus would leave with it."""
        self.looks_gone += 1
        if self.looks_gone == 1:
            self.root.classes(add="desk-gone")
            with self._about:
                text(self.view.say("desk_no_longer"), "desk-badge")

    def mark_new(self) -> None:
        """Show that it has come while the queue was open."""
        with self._about:
            text(self.view.say("notices_new"), "notice-mark")

    def show_near(self, near: NearNote | None) -> None:
        """Name the note this one is nearly the same as, if there is one."""
        self._near.clear()
        if near is not None:
            percent = round(near.score * 100)
            with self._near:
                said = self.view.say("desk_near", title=near.title, account=near.account, percent=percent)
                text(said, "desk-warning")

    def _fill(self, item: QueueItem) -> None:
        say = self.view.say
        self._title.set_text(visible(item.title or item.topic))
        for cell in (self._lane, self._about, self._who, self._findings):
            cell.clear()
        with self._lane:
            lane_badge(say, item.lane.lane)
        with self._about:
            self._small_print(item)
        with self._who:
            text(item.owner_name or say("desk_no_owner"))
            text(item.account_name or say("desk_no_account"), "desk-quiet")
        with self._findings:
            findings_badge(say, item)
        self._fill_times(item)

    def _fill_times(self, item: QueueItem) -> None:
        say = self.view.say
        age, due = self._timed
        age.clear()
        due.clear()
        with age:
            attribute(text(duration(say, item.age_hours), tag="span"), title=day_and_time(item.submitted_at))
        with due:
            due_badge(say, item)

    def _small_print(self, item: QueueItem) -> None:
        say = self.view.say
        with ui.element("div").classes("desk-quiet desk-inline"):
            if item.urgent:
                text(say("desk_urgent"), "desk-badge desk-urgent", tag="span")
            text(say(f"desk_type_{item.note_type}"), tag="span")
            text(item.topic, "desk-topic", tag="bdi")
            if not item.submitted:
                text(say("status_written"), "desk-badge", tag="span")
            if not item.lane.must_review:
                text(say("desk_lane_sampling"), tag="span")
            if item.permission.on_behalf_of:
                name = self.view.name(item.permission.on_behalf_of)
                text(say("desk_on_behalf", name=name), "desk-badge", tag="span")
        if not item.permission.allowed:
            text(item.permission.reason, "desk-quiet")


def _but_for_time(item: QueueItem) -> QueueItem:
    return item.model_copy(update={"age_hours": 0.0, "left_hours": 0.0, "near": ()})
