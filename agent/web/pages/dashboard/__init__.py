"""The dashboard under `/dashboard`: what became of the notes begun in a span of days, drawn and as tables."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.responses import Response
from nicegui import ui

from agent.library.numbers import Numbers
from agent.web.access import require, services_of
from agent.web.identity import Identity
from agent.web.pages.dashboard.charts import charts_of
from agent.web.pages.dashboard.figures import FIGURES, Figure, figures_of, time_taken
from agent.web.pages.forms import address, field, filter_form, submit
from agent.web.pages.frame import View, private_page
from agent.web.pages.library.asking import SEEING_ALL, day_in
from agent.web.pages.sheets import sheet_answer, words_of
from agent.web.pages.tables import table
from agent.web.pages.writing import attribute, text

__all__ = ["register"]

DASHBOARD = "/dashboard"
SPANS = (7, 30, 90)
USUAL = 30


def register(app: FastAPI) -> None:
    """Register the page and its sheets."""

    @app.get(f"{DASHBOARD}.csv")
    def sheet(request: Request, identity: Annotated[Identity, Depends(require(*SEEING_ALL))]) -> Response:
        services = services_of(request)
        since, until = _span(request.query_params, services.today())
        numbers = services.library.numbers(since=since, until=until)
        wanted = request.query_params.get("table", "")
        name = wanted if wanted in FIGURES else FIGURES[0]
        figure = figures_of(words_of(request), services.workspace, services.library, numbers)[name]
        return sheet_answer(f"dashboard-{name}-{since}-{until}", figure.heads, figure.rows)

    private_page(app, DASHBOARD, *SEEING_ALL)(_show)


async def _show(view: View) -> None:
    services, say = view.services, view.say
    since, until = _span(view.request.query_params, services.today())
    numbers = await asyncio.to_thread(services.library.numbers, since=since, until=until)
    figures = figures_of(say, services.workspace, services.library, numbers)
    charts = charts_of(say, figures, numbers)
    with ui.element("div").classes("lib lib-wide"):
        text(say("dashboard_title"), "lib-title", tag="h1")
        _choose(view, since, until)
        _tiles(view, numbers)
        if not numbers.begun:
            text(say("dashboard_empty"), "lib-empty")
            return
        with ui.element("div").classes("dash-figures"):
            for name in FIGURES:
                _figure(view, name, figures[name], charts.get(name), since, until)


def _span(parameters: Mapping[str, str], today: date) -> tuple[date, date]:
    """Return the days asked for, or the last `USUAL` ones; a span the wrong way round is turned."""
    until = day_in(parameters.get("until", "")) or today
    since = day_in(parameters.get("since", "")) or until - timedelta(days=USUAL - 1)
    return min(since, until), max(since, until)


def _choose(view: View, since: date, until: date) -> None:
    say, today = view.say, view.services.today()
    with ui.element("nav").classes("lib-leaves") as nav:
        attribute(nav, aria_label=say("dashboard_spans"))
        for days in SPANS:
            begins = today - timedelta(days=days - 1)
            target = address(DASHBOARD, {"since": str(begins), "until": str(today)})
            link = ui.link(say("dashboard_last", days=days), target).classes("press press-chip lib-leaf")
            if (since, until) == (begins, today):
                attribute(link.classes("here"), aria_current="page")
    with filter_form(DASHBOARD, say("dashboard_spans")):
        field("since", say("library_since"), str(since), kind="date")
        field("until", say("library_until"), str(until), kind="date")
        submit(say("library_go"))
    text(say("dashboard_cohort"), "hint")


def _tiles(view: View, numbers: Numbers) -> None:
    say, hours = view.say, numbers.hours
    rate, rounds = numbers.approved_rate, numbers.rounds_a_note
    decided = numbers.approved + numbers.rejected
    tiles = (
        ("begun", str(numbers.begun), say("dashboard_published", count=numbers.published)),
        ("rate", "—" if rate is None else f"{rate:.0%}", say("dashboard_decided", count=decided)),
        ("rounds", "—" if rounds is None else f"{rounds:.1f}", say("dashboard_a_note")),
        ("median", _hours(view, hours.median), say("dashboard_p90", hours=_hours(view, hours.p90))),
    )
    with ui.element("dl").classes("dash-tiles"):
        for name, value, more in tiles:
            with ui.element("div").classes("dash-tile"):
                text(say(f"dashboard_tile_{name}"), "hint", tag="dt")
                text(value, "dash-value", tag="dd")
                text(more, "hint", tag="dd")


def _hours(view: View, hours: float | None) -> str:
    return "—" if hours is None else time_taken(view.say, hours)


def _figure(view: View, name: str, figure: Figure, chart: dict[str, object] | None, since: date, until: date) -> None:
    say = view.say
    with ui.element("section").classes(f"lib-card dash-figure dash-{name}"):
        with ui.element("div").classes("lib-found"):
            text(figure.title, "lib-part-title", tag="h2")
            target = address(f"{DASHBOARD}.csv", {"table": name, "since": str(since), "until": str(until)})
            with ui.link(target=target).classes("lib-sheet") as link:
                attribute(link, aria_label=say("dashboard_sheet_of", title=figure.title))
                attribute(ui.icon("download"), aria_hidden="true")
                text("CSV", tag="span")
        if not figure.rows:
            text(say("dashboard_nothing"), "hint")
            return
        if chart is not None:
            drawn = ui.echart(chart, renderer="svg").classes("dash-chart")
            attribute(drawn, role="img", aria_label=say("dashboard_drawn", title=figure.title))
        table(figure.title, figure.shown_heads, figure.shown, classes="table-numbers")
