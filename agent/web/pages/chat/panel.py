"""The panel beside the conversation: what this account may say this week, and what the note rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nicegui import ui

from agent.models import Fact
from agent.web.pages.chat.week import Week, week_of
from agent.web.pages.writing import text

if TYPE_CHECKING:
    from agent.web.pages.chat.page import ChatPage

__all__ = ["show_sources", "show_week"]

SHOWN = 4


def show_week(page: ChatPage) -> None:
    """Say what the account that speaks may say this week: its scope, what holds, what has run out."""
    say, services, account = page.say, page.view.services, page.speaker.account
    with ui.element("section").classes("panel-part"):
        ui.label(say("chat_week")).classes("section-title").props("role=heading aria-level=2")
        if account is None:
            ui.label(say("chat_week_nobody")).classes("hint")
            return
        week = week_of(account, services.workspace, services.today())
        text(account.nickname, "week-account")
        _scope(page, week)
        _facts(page, say("chat_week_ending"), week.running_out, "ending")
        _facts(page, say("chat_week_valid"), week.valid, "valid")
        _facts(page, say("chat_week_coming"), week.coming, "coming")
        _facts(page, say("chat_week_expired"), week.expired, "expired")


def show_sources(page: ChatPage) -> None:
    """List the material told in this thread and what the note on the table cites, each in full."""
    say, table = page.say, page.table
    told = page.state.material
    with ui.element("section").classes("panel-part"):
        ui.label(say("chat_material")).classes("section-title").props("role=heading aria-level=2")
        if not told:
            ui.label(say("chat_material_none")).classes("hint")
        with ui.element("ul").classes("materials"):
            for item in told:
                _source(page.source_name(item.id), item.text)
    cited = {name: line for name, line in table.evidence.items() if not name.startswith("m")} if table else {}
    if cited:
        with ui.element("section").classes("panel-part"):
            ui.label(say("chat_facts_used")).classes("section-title").props("role=heading aria-level=2")
            with ui.element("ul").classes("materials"):
                for name, line in cited.items():
                    _source(name, line)


def _source(name: str, told: str) -> None:
    with ui.element("li").classes("material"):
        text(name, "source-id", tag="span")
        text(told, tag="span")


def _scope(page: ChatPage, week: Week) -> None:
    say, account = page.say, week.account
    with ui.element("div").classes("scope"):
        ui.label(say(f"chat_account_{account.type.replace('-', '_')}")).classes("chip")
        for category in week.scope:
            ui.label(say(f"chat_category_{category}")).classes("chip chip-may")
        if not week.scope:
            ui.label(say("chat_no_product")).classes("chip chip-no")
    if account.authorised_until is not None:
        key = "chat_lapsed" if week.lapsed else "chat_authorised"
        ui.label(say(key, day=account.authorised_until.isoformat())).classes("alarm" if week.lapsed else "hint")


def _facts(page: ChatPage, title: str, facts: Sequence[Fact], classes: str) -> None:
    if not facts:
        return
    ui.label(f"{title} · {len(facts)}").classes(f"week-title week-{classes}").props("role=heading aria-level=3")
    _list(page, facts[:SHOWN], classes)
    if rest := facts[SHOWN:]:
        with ui.element("details").classes("fold"):
            text(page.say("chat_more", count=len(rest)), tag="summary")
            _list(page, rest, classes)


def _list(page: ChatPage, facts: Sequence[Fact], classes: str) -> None:
    with ui.element("ul").classes("facts"):
        for fact in facts:
            with ui.element("li").classes(f"fact fact-{classes}"), ui.element("details"):
                text(fact.claim.partition("，")[0], "fact-claim", tag="summary")
                text(fact.claim, "fact-whole", tag="p")
                until = fact.valid_to.isoformat() if fact.valid_to else page.say("chat_open_end")
                text(f"{fact.valid_from.isoformat()} – {until} · {fact.approval_no or fact.source}", "hint", tag="p")
