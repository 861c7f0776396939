"""Hand reviews to somebody else while one is away, and take them back."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from nicegui import ui

from agent.aside import aside
from agent.desk.values import Delegation
from agent.errors import KosnoteError
from agent.people import Role
from agent.web.pages.controls import press
from agent.web.pages.desk.attempts import refused
from agent.web.pages.desk.badges import day_and_time
from agent.web.pages.desk.dialogs import actions, day_field, day_of, dialog, reason_field
from agent.web.pages.frame import View
from agent.web.pages.writing import text

__all__ = ["delegation_button"]

LANES = ("all", "green", "yellow", "red")
A_WEEK = timedelta(days=7)


async def delegation_button(view: View) -> None:
    """Put up the button and its dialog."""
    with dialog(view.say("desk_delegation")) as made:
        text(view.say("desk_delegation_hint"), "desk-quiet")
        listed = ui.element("div")
        await _list(view, listed)
        if view.identity.is_any(Role.REVIEWER):
            _form(view, made, listed)
        else:
            press(view.say("desk_close"), made.close, kind="quiet")
    press(view.say("desk_delegation"), made.open, icon="swap_horiz", kind="quiet")


def _form(view: View, made: ui.dialog, listed: ui.element) -> None:
    say, today = view.say, view.services.today()
    others = {
        person.id: person.name
        for person in view.services.workspace.people
        if Role.REVIEWER in person.roles and person.id != view.identity.user
    }
    if not others:
        text(say("desk_delegation_nobody"), "desk-quiet")
        return
    to = ui.select(others, label=say("desk_delegation_to")).mark("delegate-to").props("outlined dense")
    lanes = {lane: say(f"desk_lane_{lane}") for lane in LANES}
    lane = ui.select(lanes, value="all", label=say("desk_delegation_lane")).props("outlined dense")
    with ui.element("div").classes("desk-pair"):
        begin = day_field(say("desk_delegation_from"), today)
        end = day_field(say("desk_delegation_until"), today + A_WEEK)
    reason = reason_field(say("desk_reason_required")).props(remove="autofocus")

    async def send() -> None:
        first, last = day_of(begin), day_of(end)
        if not (to.value and first and last and reason.value.strip()):
            ui.notify(say("desk_delegation_missing"), type="warning", position="top")
            return
        try:
            await aside(
                view.services.desk.delegate,
                by=view.identity.person,
                to=to.value,
                starts_at=datetime.combine(first, time.min).astimezone(),
                ends_at=datetime.combine(last, time.max).astimezone(),
                reason=reason.value.strip(),
                lane=lane.value,
            )
        except KosnoteError as error:
            refused(error)
            return
        ui.notify(say("desk_delegated"), type="positive", position="top")
        await _list(view, listed)

    actions(say, made, say("desk_delegation_send"), send)


async def _list(view: View, listed: ui.element) -> None:
    found = await aside(view.services.desk.delegations, view.identity.person)
    listed.clear()
    with listed:
        if not found:
            text(view.say("desk_delegations_none"), "desk-quiet")
            return
        with ui.element("ul").classes("desk-list"):
            for delegation in found:
                _line(view, delegation, listed)


def _line(view: View, delegation: Delegation, listed: ui.element) -> None:
    say = view.say

    async def revoke() -> None:
        try:
            await aside(view.services.desk.revoke, delegation.id, by=view.identity.person)
        except KosnoteError as error:
            refused(error)
        await _list(view, listed)

    with ui.element("li"):
        line = say(
            "desk_delegation_line",
            who=view.name(delegation.delegator),
            to=view.name(delegation.delegate),
            lane=say(f"desk_lane_{delegation.lane}"),
            since=day_and_time(delegation.starts_at),
            until=day_and_time(delegation.ends_at),
        )
        text(line)
        text(delegation.reason, "desk-quiet")
        text(say("desk_delegation_active" if delegation.active else "desk_delegation_over"), "desk-badge", tag="span")
        if delegation.revoked_at is None and delegation.delegator == view.identity.user:
            press(say("desk_delegation_revoke"), revoke, kind="quiet")
