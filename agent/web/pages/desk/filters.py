"""What a reviewer narrowed the queue to: read from the address, written into it, and the notes before and after one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args
from urllib.parse import quote, urlencode

from agent.desk.values import Lane, QueueFilter, QueueItem

__all__ = ["Place", "address", "case_address", "filters_of", "place_of"]

LONGEST = 200


def filters_of(query: Mapping[str, str]) -> QueueFilter:
    """Read the filters of an address; what is not understood narrows nothing."""
    lane = query.get("lane", "")
    lanes: dict[str, Lane] = {name: name for name in get_args(Lane)}
    return QueueFilter(
        lane=lanes.get(lane),
        owner=query.get("owner", "")[:LONGEST],
        account=query.get("account", "")[:LONGEST],
        search=query.get("q", "")[:LONGEST],
        overdue=True if query.get("overdue") == "1" else None,
        urgent=True if query.get("urgent") == "1" else None,
        mine=query.get("mine") == "1",
        waiting=query.get("waiting") == "1",
    )


def address(filters: QueueFilter, **more: str) -> str:
    """Return the address of the queue with these filters."""
    return f"/desk{_query(filters, more)}"


def case_address(run: str, filters: QueueFilter, **more: str) -> str:
    """Return the address of a note, which remembers the filters it was found by."""
    return f"/desk/{quote(run, safe='')}{_query(filters, more)}"


@dataclass(frozen=True)
class Place:
    """Say where a note stands in its queue; `number` counts from one and is 0 for a note that is not in it."""

    number: int
    count: int
    previous: str
    following: str


def place_of(run: str, queue: Sequence[QueueItem]) -> Place:
    """Find a note in its queue; from one that is not in it the way leads to the first."""
    runs = [item.run for item in queue]
    if run not in runs:
        return Place(0, len(runs), "", runs[0] if runs else "")
    here = runs.index(run)
    before = runs[here - 1] if here else ""
    return Place(here + 1, len(runs), before, runs[here + 1] if here + 1 < len(runs) else "")


def _query(filters: QueueFilter, more: Mapping[str, str]) -> str:
    marks = {"overdue": filters.overdue, "urgent": filters.urgent, "mine": filters.mine, "waiting": filters.waiting}
    said = {
        "lane": filters.lane or "",
        "owner": filters.owner,
        "account": filters.account,
        "q": filters.search,
        **{name: "1" if marked else "" for name, marked in marks.items()},
        **more,
    }
    kept = {name: value for name, value in said.items() if value}
    return f"?{urlencode(kept)}" if kept else ""
