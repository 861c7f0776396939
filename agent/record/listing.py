"""Ask for runs, newest first, narrowed and from any place on: the query alone, whoever carries it out."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from agent.record.tables import runs

__all__ = ["listed"]


def listed(
    *, outcome: str | None, search: str | None, owner: str | None, account: str | None, after: str | None
) -> Select[Any]:
    """Return the query for runs; None narrows nothing, and `after` names the run the list goes on from."""
    query = select(runs).order_by(runs.c.created_at.desc(), runs.c.id.desc())
    if outcome:
        query = query.where(runs.c.outcome == outcome)
    if owner is not None:
        query = query.where(runs.c.owner == owner)
    if account is not None:
        query = query.where(runs.c.account == account)
    if search:
        query = query.where(runs.c.topic.contains(search, autoescape=True))
    if after is None:
        return query
    begun = select(runs.c.created_at).where(runs.c.id == after).scalar_subquery()
    return query.where((runs.c.created_at < begun) | ((runs.c.created_at == begun) & (runs.c.id < after)))
