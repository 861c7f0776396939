"""Accept a finding for a stated reason until a day; a block counts only once a second reviewer agrees."""

from __future__ import annotations

from datetime import timedelta

from nicegui import ui

from agent.desk.values import CaseFinding, CaseWaiver
from agent.models import Waiver
from agent.web.pages.controls import press
from agent.web.pages.desk.attempts import attempted
from agent.web.pages.desk.badges import day_and_time
from agent.web.pages.desk.dialogs import actions, day_field, day_of, dialog, reason_field
from agent.web.pages.desk.opened import Opened
from agent.web.pages.writing import attribute, text

__all__ = ["show_waivers", "waive_button"]

A_MONTH = timedelta(days=30)


def waive_button(opened: Opened, finding: CaseFinding) -> None:
    """Offer to accept one finding; its dialog is built when it is asked for."""
    button = press(opened.say("desk_waive"), lambda: _ask(opened, finding), icon="gavel", kind="quiet")
    attribute(button, aria_haspopup="dialog")


def show_waivers(opened: Opened) -> None:
    """List what has been accepted in this run, and let a second reviewer agree."""
    say = opened.say
    text(say("desk_waivers"), "desk-section-title", tag="h2")
    if not opened.case.waivers and not opened.case.filed_waivers:
        text(say("desk_waivers_none"), "desk-quiet")
        return
    with ui.element("ul").classes("desk-list"):
        for filed in opened.case.filed_waivers:
            _filed_line(opened, filed)
        for waiver in opened.case.waivers:
            _line(opened, waiver)


def _ask(opened: Opened, finding: CaseFinding) -> None:
    say, today = opened.say, opened.view.services.today()
    with dialog(say("desk_waive_title", rule=finding.rule)) as made:
        text(finding.text or finding.sentence, "desk-quote")
        text(say("desk_waive_hint"), "desk-quiet")
        if finding.severity == "block":
            text(say("desk_waive_second_hint"), "desk-warning")
        reason = reason_field(say("desk_waive_reason"))
        until = day_field(say("desk_waive_until"), today + A_MONTH)
        attribute(until, min=today.isoformat())

        async def send() -> None:
            day = day_of(until)
            if not reason.value.strip() or day is None:
                ui.notify(say("desk_need_reason"), type="warning", position="top")
                return
            waived = await attempted(
                opened.view.services.desk.waive(
                    opened.run,
                    text_hash=opened.case.text_hash,
                    finding=finding.id,
                    reason=reason.value.strip(),
                    expires_on=day,
                    by=opened.view.identity.person,
                )
            )
            if waived:
                opened.reload()

        actions(say, made, say("desk_waive_send"), send)
    made.open()


def _filed_line(opened: Opened, waiver: Waiver) -> None:
    """Show a waiver of the bank's folder; two people stand behind one of a block before it counts at all."""
    say = opened.say
    people = "、".join(opened.view.name(name) for name in (waiver.approver, waiver.second_approver) if name)
    with ui.element("li"):
        with ui.element("div").classes("desk-inline"):
            text(waiver.rule, "desk-rule", tag="span")
            text(say("desk_waiver_counts"), "desk-badge", tag="span")
        text(f"“{waiver.quote}”" if waiver.quote else say("desk_waiver_whole_text"), "desk-quote")
        text(waiver.reason)
        filed = {"id": waiver.id, "name": people, "since": waiver.created, "until": waiver.expires}
        text(say("desk_waiver_filed_by", **filed), "desk-quiet")


def _line(opened: Opened, waiver: CaseWaiver) -> None:
    say = opened.say

    async def second() -> None:
        agreed = opened.view.services.desk.second(opened.run, waiver.id, by=opened.view.identity.person)
        if await attempted(agreed):
            opened.reload()

    with ui.element("li"):
        with ui.element("div").classes("desk-inline"):
            text(waiver.rule, "desk-rule", tag="span")
            text(say(_standing(waiver)), "desk-badge", tag="span")
        text(waiver.reason)
        granted = day_and_time(waiver.granted_at)
        words = say("desk_waiver_by", name=opened.view.name(waiver.approver), time=granted, until=waiver.expires_on)
        text(words, "desk-quiet")
        if waiver.second_approver:
            text(say("desk_waiver_second_by", name=opened.view.name(waiver.second_approver)), "desk-quiet")
        elif waiver.needs_second and opened.case.permission.allowed and waiver.approver != opened.view.identity.user:
            press(say("desk_waiver_second"), second)


def _standing(waiver: CaseWaiver) -> str:
    if waiver.counts:
        return "desk_waiver_counts"
    return "desk_waiver_needs_second" if waiver.needs_second else "desk_waiver_expired"
