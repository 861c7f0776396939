"""The tables of the dashboard: headings and rows, the same on the page, in the chart and in the sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from agent.library import Library
from agent.library.numbers import Numbers
from agent.library.sheets import Cell
from agent.web.words import Words
from agent.workspace import Workspace

__all__ = ["FIGURES", "Figure", "figures_of", "time_taken"]

FIGURES = ("weeks", "hours", "rounds", "blocks", "accounts", "products", "statuses")
SHARES = frozenset({"share"})
TIMES = frozenset({"median", "p90"})  # hours in the sheet, words on the page


@dataclass(frozen=True)
class Figure:
    """Hold one table; `columns` says what each is, `rows` hold plain values."""

    say: Words
    title: str
    columns: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def shown(self) -> list[list[str]]:
        """Return the rows as people read them."""
        return [
            [_written(self.say, column, cell) for column, cell in zip(self.columns, row, strict=True)]
            for row in self.rows
        ]

    @property
    def shown_heads(self) -> tuple[str, ...]:
        """Return the headings over what is shown: times name their own unit there."""
        named = zip(self.columns, self.heads, strict=True)
        return tuple(self.say(f"dashboard_shown_{column}") if column in TIMES else head for column, head in named)

    def column(self, name: str) -> list[Cell]:
        """Return the values of one column."""
        place = self.columns.index(name)
        return [row[place] for row in self.rows]


def figures_of(say: Words, workspace: Workspace, library: Library, numbers: Numbers) -> dict[str, Figure]:
    """Return every table by name."""
    names = {account.id: account.nickname for account in workspace.accounts}
    weeks = numbers.weeks
    return {
        "weeks": _figure(
            say, "weeks", ("week", "begun", "approved", "published"),
            [(week.monday, week.begun, week.approved, week.published) for week in weeks],
        ),
        "hours": _figure(
            say, "hours", ("week", "approved", "median", "p90"),
            [(one.monday, one.hours.number, one.hours.median, one.hours.p90) for one in weeks if one.hours.number],
        ),
        "rounds": _figure(say, "rounds", ("rounds", "notes"), numbers.rounds),
        "blocks": _figure(
            say, "blocks", ("rule", "title", "notes", "findings"),
            [(one.rule, library.title_of(one.rule), one.runs, one.findings) for one in numbers.blocks],
        ),
        "accounts": _figure(
            say, "accounts", ("account", "begun", "approved", "published", "with_product", "share"),
            [
                (names.get(row.account, row.account) or say("library_no_account"), row.begun, row.approved,
                 row.published, row.with_product, row.share)
                for row in numbers.accounts
            ],
        ),
        "products": _figure(
            say, "products", ("category", "notes", "share"),
            [(say(f"library_category_{row.category}"), row.notes, row.share) for row in numbers.products],
        ),
        "statuses": _figure(
            say, "statuses", ("status", "notes"),
            [(say(f"status_{status}"), count) for status, count in numbers.statuses],
        ),
    }  # fmt: skip


def _figure(say: Words, name: str, columns: tuple[str, ...], rows: Sequence[tuple[Cell, ...]]) -> Figure:
    heads = tuple(say(f"dashboard_column_{column}") for column in columns)
    return Figure(say, say(f"dashboard_title_{name}"), columns, heads, tuple(rows))


def time_taken(say: Words, hours: float) -> str:
    """Say a time in hours, or in minutes where it is less than one."""
    if hours < 1:
        return say("dashboard_minutes", count=max(1, round(hours * 60)))
    return say("dashboard_hours", hours=f"{hours:.1f}")


def _written(say: Words, column: str, cell: Cell) -> str:
    if cell is None:
        return "—"
    if column in TIMES and isinstance(cell, float):
        return time_taken(say, cell)
    if column in SHARES and isinstance(cell, float):
        return f"{cell:.0%}"
    if isinstance(cell, float):
        return f"{cell:.1f}"
    return f"{cell:%m-%d}" if isinstance(cell, date) else str(cell)
