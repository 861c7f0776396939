"""The warnings: notes that read alike across accounts, notes whose facts end, notes that a coming rule will touch."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import groupby

from nicegui import ui

from agent.library.coming import Outlook, Task
from agent.library.sameness import Pair
from agent.library.validity import AffectedNote
from agent.models import Finding
from agent.web.pages.forms import choice, filter_form, held, submit
from agent.web.pages.frame import View
from agent.web.pages.library.asking import LIBRARY, Asked, Leaf, sight_of
from agent.web.pages.library.pieces import day, note_head
from agent.web.pages.writing import attribute, text

__all__ = ["FACT_DAYS", "RULE_DAYS", "show_alike", "show_by_facts", "show_by_rules"]

MOST = 100
PASSAGES = 3
FACT_DAYS = (7, 14, 30, 90)
RULE_DAYS = (30, 90, 180, 365)
LOOK_AGAIN_SECONDS = 1.5


def show_alike(view: View, pairs: Sequence[Pair]) -> None:
    """Show pairs of notes with what they share."""
    say = view.say
    _lead(view, "alike", say("library_alike_lead"), count=len(pairs))
    with ui.element("ul").classes("lib-list"):
        for pair in pairs[:MOST]:
            with ui.element("li").classes("lib-card"):
                text(say("library_share", share=f"{pair.share:.0%}"), "lib-share")
                note_head(view, pair.first)
                note_head(view, pair.second)
                _passages(view, pair.shared)
    if len(pairs) > MOST:
        text(say("library_first", most=MOST, total=len(pairs)), "hint")


def show_by_facts(view: View, affected: Sequence[AffectedNote], asked: Asked, *, days: int) -> None:
    """Show the standing notes by the fact that lets them down."""
    say = view.say
    _lead(view, "facts", say("library_facts_lead"), count=len(affected), asked=asked, days=days)
    for fact_id, group in groupby(affected[:MOST], key=lambda one: one.fact_id):
        notes = list(group)
        with ui.element("section").classes("lib-card"):
            with ui.element("div").classes("lib-note-line"):
                text(fact_id, "source-id", tag="span")
                when = day(notes[0].ends) if notes[0].ends else ""
                text(say(f"library_fact_{notes[0].validity}", day=when), "lib-why", tag="strong")
            if notes[0].fact is not None:
                text(notes[0].fact.claim, "lib-claim")
            for one in notes:
                note_head(view, one.note)
    if len(affected) > MOST:
        text(say("library_first", most=MOST, total=len(affected)), "hint")


def show_by_rules(view: View, asked: Asked, *, days: int) -> None:
    """Show the work that coming rules make; the list grows until every note was looked at."""
    sight, library = sight_of(view.identity), view.services.library
    room = ui.element("div").classes("lib-warnings")

    async def look() -> None:
        outlook = await asyncio.to_thread(library.outlook, sight, days=days)
        room.clear()
        with room:
            _outlook(view, outlook, asked, days)
        if outlook.complete:
            again.cancel()

    with room:
        text(view.say("library_rules_working"), "hint")
    again = ui.timer(LOOK_AGAIN_SECONDS, look)


def _outlook(view: View, outlook: Outlook, asked: Asked, days: int) -> None:
    say = view.say
    _lead(view, "rules", say("library_rules_lead"), count=len(outlook.tasks), asked=asked, days=days)
    if not outlook.rules:
        text(say("library_rules_none"), "lib-empty")
        return
    with ui.element("ul").classes("lib-coming"):
        for rule in outlook.rules:
            text(say("library_rule_begins", rule=rule.id, title=rule.title, day=day(rule.effective)), tag="li")
    if not outlook.complete:
        progress = say("library_rules_progress", checked=outlook.checked, total=outlook.total)
        attribute(text(progress, "hint"), role="status")
    with ui.element("ul").classes("lib-list"):
        for task in outlook.tasks[:MOST]:
            with ui.element("li").classes("lib-card"):
                _task(view, task)
    if len(outlook.tasks) > MOST:
        text(say("library_first", most=MOST, total=len(outlook.tasks)), "hint")


def _task(view: View, task: Task) -> None:
    note_head(view, task.note)
    text(view.say("library_from", day=day(task.begins)), "lib-why")
    if task.failed:
        text(view.say("library_check_failed"), "lib-why")
    for finding in task.findings:
        _finding(view, finding)


def _finding(view: View, finding: Finding) -> None:
    with ui.element("div").classes("lib-finding"):
        text(f"{finding.rule} · {view.say(f'library_severity_{finding.severity}')}", "chip lib-rule", tag="span")
        if finding.text:
            text(finding.text, "quote")
        text(finding.message)
        text(finding.advice, "hint")


def _lead(view: View, leaf: Leaf, lead: str, *, count: int, asked: Asked | None = None, days: int = 0) -> None:
    """Say what the list is and how long it is, let the days be chosen, and offer it as a sheet."""
    say = view.say
    text(lead, "hint")
    if asked is not None:
        with filter_form(LIBRARY, say("library_days"), short=True):
            held("view", leaf)
            known = sorted({*(FACT_DAYS if leaf == "facts" else RULE_DAYS), days})
            values = tuple((str(number), say("library_within", days=number)) for number in known)
            choice("days", say("library_days"), values, str(days))
            submit(say("library_go"))
    with ui.element("div").classes("lib-found"):
        attribute(text(say("library_found_warnings", count=count), "lib-total"), role="status")
        target = f"{LIBRARY}.csv?view={leaf}" + (f"&days={days}" if days else "")
        with ui.link(target=target).classes("lib-sheet"):
            attribute(ui.icon("download"), aria_hidden="true")
            text(say("library_sheet"), tag="span")
    if not count and leaf != "rules":
        text(say("library_no_warning"), "lib-empty")


def _passages(view: View, shared: Sequence[str]) -> None:
    if not shared:
        return
    longest = sorted(shared, key=len, reverse=True)
    text(view.say("library_shared"), "lines-title")
    for passage in longest[:PASSAGES]:
        text(passage, "quote")
    if longest[PASSAGES:]:
        with ui.element("details").classes("fold"):
            text(view.say("library_more_shared", count=len(longest) - PASSAGES), tag="summary")
            for passage in longest[PASSAGES:]:
                text(passage, "quote")
