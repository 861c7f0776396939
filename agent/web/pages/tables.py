"""Show tables that a screen reader reads as tables and a phone can hold: wide ones scroll within themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from nicegui import ui

from agent.web.pages.writing import attribute, text

__all__ = ["Show", "table"]

Show = str | Callable[[], object]


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[Show]], *, classes: str = "") -> None:
    """Build a table; a cell is a text, or what builds it. The first cell of a row names the row."""
    with ui.element("div").classes("table-room") as room:
        attribute(room, tabindex="0", role="region", aria_label=caption)
        with ui.element("table").classes(f"table {classes}"):
            text(caption, "unseen", tag="caption")
            with ui.element("thead"), ui.element("tr"):
                for head in heads:
                    attribute(text(head, tag="th"), scope="col")
            with ui.element("tbody"):
                for row in rows:
                    _row(row, heads)


def _row(row: Sequence[Show], heads: Sequence[str]) -> None:
    with ui.element("tr"):
        for place, (cell, head) in enumerate(zip(row, heads, strict=True)):
            if isinstance(cell, str):
                element: ui.element = text(cell, tag="td" if place else "th")
            else:
                element = ui.element("td" if place else "th")
                with element:
                    cell()
            attribute(element, data_head=head)
            if not place:
                attribute(element, scope="row")
