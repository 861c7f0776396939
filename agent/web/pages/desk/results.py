"""Say on the next page how the last decision went: the address carries what was decided, and nothing of a note."""

from __future__ import annotations

from typing import get_args

from nicegui import ui

from agent.record.values import Decision
from agent.web.pages.frame import View

__all__ = ["DONE", "tell_last"]

DONE = "done"


def tell_last(view: View) -> None:
    """Show what the last page did, if it did anything."""
    done = view.request.query_params.get(DONE, "")
    if done in get_args(Decision):
        ui.notify(view.say(f"desk_done_{done}"), type="positive", position="top")
