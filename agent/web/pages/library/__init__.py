"""The library: the list of notes and its warnings under `/library`, one note with its history under `/library/{run}`.

An employee finds their own notes here and nobody else's; `/library.csv` hands out the list that is shown.
"""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from nicegui import ui

from agent.web.pages.frame import View, private_page
from agent.web.pages.library import listing, sheets, warnings
from agent.web.pages.library.asking import LEAVES, LIBRARY, Asked, asked_in, sight_of
from agent.web.pages.library.file import show_file
from agent.web.pages.notices import notices_button
from agent.web.pages.writing import attribute, text

__all__ = ["register"]

LOOK_SECONDS = 15.0


def register(app: FastAPI) -> None:
    """Register the pages and the sheet."""
    sheets.register(app)
    private_page(app, LIBRARY)(_show)
    private_page(app, f"{LIBRARY}/{{run}}")(_show_note)


async def _show(view: View) -> None:
    asked = asked_in(view.request.query_params)
    sight = sight_of(view.identity)
    with ui.element("div").classes("lib"):
        with ui.element("div").classes("lib-found"):
            text(view.say("library_title" if sight.everything else "library_title_mine"), "lib-title", tag="h1")
            bell = await notices_button(view)
        _leaves(view, asked)
        await _leaf(view, asked)
    ui.timer(LOOK_SECONDS, bell.look, immediate=False)


async def _leaf(view: View, asked: Asked) -> None:
    library, sight = view.services.library, sight_of(view.identity)
    if asked.leaf == "alike":
        warnings.show_alike(view, await asyncio.to_thread(library.pairs, sight))
    elif asked.leaf == "facts":
        days = asked.days or warnings.FACT_DAYS[1]
        affected = await asyncio.to_thread(library.affected_by_facts, sight, days=days)
        warnings.show_by_facts(view, affected, asked, days=days)
    elif asked.leaf == "rules":
        warnings.show_by_rules(view, asked, days=asked.days or warnings.RULE_DAYS[1])
    else:
        page = await asyncio.to_thread(library.page, asked.query, sight, number=asked.page)
        listing.show_notes(view, asked, page, everything=sight.everything)


def _leaves(view: View, asked: Asked) -> None:
    with ui.element("nav").classes("lib-leaves") as nav:
        attribute(nav, aria_label=view.say("library_leaves"))
        for leaf in LEAVES:
            target = LIBRARY if leaf == "notes" else f"{LIBRARY}?view={leaf}"
            link = ui.link(view.say(f"library_leaf_{leaf}"), target).classes("press press-chip lib-leaf")
            if leaf == asked.leaf:
                attribute(link.classes("here"), aria_current="page")


async def _show_note(view: View, run: str) -> None:
    file = await asyncio.to_thread(view.services.library.note, run, sight_of(view.identity))
    if file is None:
        view.absent()
        return
    with ui.element("div").classes("lib"):
        show_file(view, file)
