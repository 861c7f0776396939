"""Draw the tables: options of Apache ECharts. Colours are read from the page's stylesheet in the browser.

A key that begins with `:` is an expression NiceGUI's chart evaluates there. Only fixed expressions stand behind one;
names and counts are values, so that a nickname is never a script.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent.library.numbers import Numbers
from agent.web.pages.dashboard.figures import Figure
from agent.web.words import Words

__all__ = ["charts_of"]

MOST = 10  # bars one can still read
NAME_WIDTH = 150

Options = dict[str, Any]


def charts_of(say: Words, figures: Mapping[str, Figure], numbers: Numbers) -> dict[str, Options]:
    """Return the chart of each table that is worth drawing."""
    weeks, hours, rounds = figures["weeks"], figures["hours"], figures["rounds"]
    blocks, accounts, products = figures["blocks"], figures["accounts"], figures["products"]
    colours = ("--chart-soft", "--chart-main", "--chart-strong")
    return {
        "weeks": _upright(
            _days(weeks),
            [
                _bars(say, weeks, name, colour)
                for name, colour in zip(("begun", "approved", "published"), colours, strict=True)
            ],
        ),
        "hours": _upright(
            _days(hours),
            [_line(say, hours, "median", "--chart-main"), _line(say, hours, "p90", "--chart-warm", dashed=True)],
        ),
        "rounds": _upright(
            [say("dashboard_in_rounds", rounds=value) for value in rounds.column("rounds")],
            [_bars(say, rounds, "notes", "--chart-main")],
        ),
        "blocks": _level(
            [f"{rule} {title}" for rule, title in zip(blocks.column("rule"), blocks.column("title"), strict=True)],
            [_bars(say, blocks, "notes", "--chart-warm")],
        ),
        "accounts": _level(
            [str(name) for name in accounts.column("account")],
            [
                _bars(say, accounts, "with_product", "--chart-warm", stack="notes"),
                {
                    **_bars(say, accounts, "begun", "--chart-soft", stack="notes"),
                    "name": say("dashboard_without_product"),
                    "data": [row.begun - row.with_product for row in numbers.accounts],
                },
            ],
        ),
        "products": _level(
            [str(name) for name in products.column("category")], [_bars(say, products, "notes", "--chart-main")]
        ),
    }


def _upright(names: Sequence[str], series: Sequence[Options]) -> Options:
    """Stand the bars on a line of names."""
    return {**_sheet(series), "xAxis": _names(names), "yAxis": _counts()}


def _level(names: Sequence[str], series: Sequence[Options]) -> Options:
    """Lay the bars beside a column of names, the longest on top, as many as can be read."""
    cut = [{**one, "data": one["data"][:MOST]} for one in series]
    column = _names([str(name) for name in names[:MOST]])
    column["axisLabel"] |= {"width": NAME_WIDTH, "overflow": "truncate"}
    return {**_sheet(cut), "yAxis": {**column, "inverse": True}, "xAxis": _counts()}


def _sheet(series: Sequence[Options]) -> Options:
    legend = {"show": len(series) > 1, "bottom": 0, "textStyle": _ink()}
    return {
        "grid": {"left": 8, "right": 20, "top": 16, "bottom": 36 if len(series) > 1 else 8, "containLabel": True},
        "legend": legend,
        "tooltip": {"trigger": "axis", "confine": True, "renderMode": "richText"},
        "animation": False,
        "series": list(series),
    }


def _bars(say: Words, figure: Figure, column: str, colour: str, *, stack: str = "") -> Options:
    series = {
        "type": "bar",
        "name": say(f"dashboard_column_{column}"),
        "data": figure.column(column),
        "itemStyle": {":color": _variable(colour)},
        "barMaxWidth": 26,
    }
    return {**series, "stack": stack} if stack else series


def _line(say: Words, figure: Figure, column: str, colour: str, *, dashed: bool = False) -> Options:
    hours = figure.column(column)
    return {
        "type": "line",
        "name": say(f"dashboard_column_{column}"),
        "data": [round(value, 2) if isinstance(value, float) else value for value in hours],
        "itemStyle": {":color": _variable(colour)},
        "lineStyle": {":color": _variable(colour), "type": "dashed" if dashed else "solid", "width": 2},
        "symbolSize": 7,
    }


def _names(names: Sequence[str]) -> Options:
    return {"type": "category", "data": list(names), "axisLabel": _ink(), "axisTick": {"show": False}}


def _counts() -> Options:
    return {
        "type": "value",
        "minInterval": 1,
        "axisLabel": _ink(),
        "splitLine": {"lineStyle": {":color": _variable("--line")}},
    }


def _ink() -> Options:
    return {":color": _variable("--soft")}


def _days(figure: Figure) -> list[str]:
    return [row[0] for row in figure.shown]


def _variable(name: str) -> str:
    return f"getComputedStyle(document.body).getPropertyValue('{name}').trim()"
