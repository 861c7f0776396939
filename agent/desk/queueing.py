"""Order what waits for a reviewer: overdue first, then urgent, then oldest; and say who may decide on it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from agent.desk.permitting import may_decide
from agent.desk.standing import Standing, names
from agent.desk.values import QueueFilter, QueueItem
from agent.people import Person

__all__ = ["item_of", "ordered", "wanted"]

HOUR = timedelta(hours=1)


def item_of(standing: Standing, viewer: Person) -> QueueItem:
    """Return one line of the queue as this person sees it."""
    run, report = standing.run, standing.version.round.report
    left = standing.due_at - standing.now
    accounts = {account.id: account.nickname for account in standing.drafting.workspace.accounts}
    assert run.outcome is not None
    return QueueItem(
        run=run.id,
        text_hash=standing.version.text_hash,
        topic=run.brief.topic,
        title=standing.version.round.note.title,
        note_type=report.note_type,
        products=tuple(product.name for product in standing.products),
        lane=standing.lane,
        urgent=standing.urgent,
        owner=run.owner,
        owner_name=names(standing.drafting, [run.owner])[run.owner],
        account=run.brief.account,
        account_name=accounts.get(run.brief.account, run.brief.account),
        submitted=standing.submission is not None,
        submitted_by=standing.submission.submitted_by if standing.submission else "",
        submitted_at=standing.since,
        age_hours=(standing.now - standing.since) / HOUR,
        due_at=standing.due_at,
        left_hours=left / HOUR,
        overdue=left < timedelta(0),
        outcome=run.outcome,
        open_blocks=len(report.open("block")),
        open_fixes=len(report.open("fix")),
        open_warns=len(report.open("warn")),
        waived=len(report.waived),
        permission=may_decide(viewer, standing),
    )


def ordered(items: Iterable[QueueItem]) -> tuple[QueueItem, ...]:
    """Sort the queue; two that tie keep one order for ever."""
    return tuple(sorted(items, key=lambda item: (not item.overdue, not item.urgent, item.submitted_at, item.run)))


def wanted(item: QueueItem, filters: QueueFilter) -> bool:
    """Tell whether a line passes the filters."""
    asked = (
        (filters.lane, item.lane.lane),
        (filters.owner or None, item.owner),
        (filters.account or None, item.account),
        (filters.overdue, item.overdue),
        (filters.urgent, item.urgent),
    )
    if any(want is not None and want != is_ for want, is_ in asked):
        return False
    if filters.mine and not item.permission.allowed:
        return False
    return filters.search.casefold() in f"{item.topic}\n{item.title}".casefold()
