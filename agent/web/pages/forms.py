"""Ask with a plain form: what somebody looks for stands in the address, can be shared, and survives a refresh."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from urllib.parse import urlencode

from nicegui import ui

from agent.web.pages.writing import attribute, text

__all__ = ["address", "ask", "choice", "field", "filter_form", "held", "submit"]


@contextmanager
def filter_form(path: str, label: str, *, short: bool = False) -> Iterator[ui.element]:
    """Open a form that leads to `path` with what was filled in; a short one has its button beside its one field."""
    with ui.element("form").classes("filters filters-short" if short else "filters") as form:
        attribute(form, method="get", action=path, role="search", aria_label=label)
        yield form


def field(name: str, label: str, value: str, *, kind: str = "search") -> None:
    """Ask for a line of text, or with another kind for a day or a number."""
    with ui.element("label").classes(f"filter filter-{kind}"):
        text(label, "filter-name", tag="span")
        attribute(ui.element("input").classes("filter-field"), type=kind, name=name, value=value, maxlength="200")


def ask(name: str, label: str, value: str, go: str) -> None:
    """Ask for words, with the button that looks for them beside."""
    with ui.element("div").classes("filter-ask"):
        field(name, label, value)
        submit(go)


def choice(name: str, label: str, values: Sequence[tuple[str, str]], chosen: str) -> None:
    """Ask for one of some values, each with what it is called."""
    with ui.element("label").classes("filter"):
        text(label, "filter-name", tag="span")
        with ui.element("select").classes("filter-field") as select:
            attribute(select, name=name)
            for value, called in values:
                option = text(called, tag="option")
                attribute(option, value=value)
                if value == chosen:
                    attribute(option, selected=True)


def held(name: str, value: str) -> None:
    """Carry a value along that is asked for elsewhere."""
    attribute(ui.element("input"), type="hidden", name=name, value=value)


def submit(label: str) -> None:
    """Offer to look."""
    attribute(text(label, "press press-main filter-submit", tag="button"), type="submit")


def address(path: str, given: Mapping[str, str]) -> str:
    """Return a path with what is asked of it; what is empty is left out."""
    query = urlencode({name: value for name, value in given.items() if value})
    return f"{path}?{query}" if query else path
