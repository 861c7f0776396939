"""The facts ledger under `/facts`: what may be said today, what soon may not, what is wrong, and which notes say it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.responses import Response
from nicegui import ui

from agent.library.shelf import fold
from agent.library.validity import VALIDITIES, FactRow
from agent.web.access import require, services_of
from agent.web.identity import Identity
from agent.web.pages.forms import address, ask, choice, filter_form
from agent.web.pages.frame import View, private_page
from agent.web.pages.library.asking import LIBRARY, SEEING_ALL, sight_of
from agent.web.pages.library.pieces import day
from agent.web.pages.sheets import Row, sheet_answer, words_of
from agent.web.pages.writing import attribute, text
from agent.web.words import Words

__all__ = ["register"]

FACTS = "/facts"
ASKED = ("q", "validity", "product", "state")
COLUMNS = (
    "fact", "product", "category", "claim", "validity", "valid_from", "valid_to", "days_left", "source", "approval_no",
    "owner", "problems", "notes",
)  # fmt: skip
ICONS = {"valid": "check_circle", "soon": "schedule", "expired": "error", "future": "event_upcoming"}


def register(app: FastAPI) -> None:
    """Register the page and its sheet."""

    @app.get(f"{FACTS}.csv")
    def sheet(request: Request, identity: Annotated[Identity, Depends(require(*SEEING_ALL))]) -> Response:
        say, services = words_of(request), services_of(request)
        rows = _matching(services.library.facts(sight_of(identity)), _asked(request.query_params))
        return sheet_answer(
            "facts", [say(f"facts_column_{name}") for name in COLUMNS], (_row(say, row) for row in rows)
        )

    private_page(app, FACTS, *SEEING_ALL)(_show)


async def _show(view: View) -> None:
    say, asked = view.say, _asked(view.request.query_params)
    rows = await asyncio.to_thread(view.services.library.facts, sight_of(view.identity))
    with ui.element("div").classes("lib"):
        text(say("facts_title"), "lib-title", tag="h1")
        text(say("facts_as_of", day=day(view.services.today())), "hint")
        _tally(view, rows, asked)
        _form(view, asked)
        found = _matching(rows, asked)
        with ui.element("div").classes("lib-found"):
            attribute(text(say("facts_found", count=len(found)), "lib-total"), role="status")
            with ui.link(target=address(f"{FACTS}.csv", asked)).classes("lib-sheet"):
                attribute(ui.icon("download"), aria_hidden="true")
                text(say("library_sheet"), tag="span")
        if not found:
            text(say("facts_none"), "lib-empty")
        with ui.element("ul").classes("lib-list facts-list"):
            for row in found:
                with ui.element("li").classes(f"lib-card facts-card facts-is-{row.validity}"):
                    _fact(view, row)


def _asked(parameters: Mapping[str, str]) -> dict[str, str]:
    return {name: parameters.get(name, "").strip() for name in ASKED}


def _matching(rows: Sequence[FactRow], asked: Mapping[str, str]) -> list[FactRow]:
    words = fold(asked["q"]).split()
    found = [row for row in rows if _is_asked(row, asked) and all(word in _words(row) for word in words)]
    return sorted(found, key=lambda row: VALIDITIES.index(row.validity))  # what needs somebody stands on top


def _is_asked(row: FactRow, asked: Mapping[str, str]) -> bool:
    return (
        asked["validity"] in ("", row.validity)
        and asked["product"] in ("", row.fact.product)
        and (asked["state"] != "problems" or bool(row.problems))
        and (asked["state"] != "used" or bool(row.notes))
    )


def _words(row: FactRow) -> str:
    fact = row.fact
    return fold("\n".join((fact.id, fact.product, fact.claim, fact.source, fact.approval_no, fact.owner)))


def _tally(view: View, rows: Sequence[FactRow], asked: Mapping[str, str]) -> None:
    """Count the facts by validity; each count leads to its facts."""
    with ui.element("ul").classes("facts-tally"):
        for validity in VALIDITIES:
            count = sum(1 for row in rows if row.validity == validity)
            chosen = asked["validity"] == validity
            target = address(FACTS, {**asked, "validity": "" if chosen else validity})
            with ui.element("li"), ui.link(target=target).classes(f"facts-count facts-{validity}") as link:
                attribute(link, aria_pressed=str(chosen).lower())
                text(str(count), "facts-number", tag="strong")
                text(view.say(f"facts_{validity}"), tag="span")


def _form(view: View, asked: Mapping[str, str]) -> None:
    say, bank = view.say, view.services.workspace
    everything = ("", say("library_any"))
    with filter_form(FACTS, say("facts_look")):
        ask("q", say("facts_words"), asked["q"], say("library_go"))
        validities = tuple((validity, say(f"facts_{validity}")) for validity in VALIDITIES)
        choice("validity", say("facts_validity"), (everything, *validities), asked["validity"])
        products = tuple((product.id, product.name) for product in bank.products)
        choice("product", say("facts_product"), (everything, *products), asked["product"])
        states = (("problems", say("facts_with_problems")), ("used", say("facts_used")))
        choice("state", say("facts_state"), (everything, *states), asked["state"])


def _fact(view: View, row: FactRow) -> None:
    say, fact = view.say, row.fact
    with ui.element("div").classes("lib-note-line"):
        text(fact.id, "source-id", tag="span")
        with ui.element("span").classes(f"chip lib-chip facts-{row.validity}"):
            attribute(ui.icon(ICONS[row.validity]), aria_hidden="true")
            text(say(f"facts_{row.validity}"), tag="span")
        if row.validity == "soon":
            text(say("facts_left", days=row.days_left), "lib-why", tag="span")
    text(fact.claim, "lib-claim")
    until = day(fact.valid_to) if fact.valid_to else say("facts_for_good")
    pairs = (
        (say("facts_period"), say("facts_dates", since=day(fact.valid_from), until=until)),
        (say("facts_column_source"), fact.source),
        (say("facts_column_approval_no"), fact.approval_no or "—"),
        (say("facts_column_owner"), fact.owner or "—"),
    )
    with ui.element("dl").classes("facts-pairs"):
        for name, value in pairs:
            text(name, tag="dt")
            text(value, tag="dd")
    for problem in row.problems:
        text(say("facts_problem", message=problem.message, hint=problem.hint), "facts-problem")
    if row.notes:
        ui.link(say("facts_cited_by", count=len(row.notes)), f"{LIBRARY}?fact={fact.id}").classes("facts-notes")
    else:
        text(say("facts_uncited"), "hint")


def _row(say: Words, row: FactRow) -> Row:
    fact = row.fact
    return (
        fact.id,
        fact.product,
        say(f"library_category_{fact.category}"),
        fact.claim,
        say(f"facts_{row.validity}"),
        fact.valid_from,
        fact.valid_to,
        row.days_left,
        fact.source,
        fact.approval_no,
        fact.owner,
        " / ".join(problem.message for problem in row.problems),
        " ".join(note.run for note in row.notes),
    )
