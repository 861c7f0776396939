"""The desk in a terminal: the queue in lines, and that nobody approves their own note."""

from __future__ import annotations

from datetime import date, datetime

from agent.desk import Desk
from agent.desk.values import QueueFilter, QueueItem
from agent.drafting import Drafting
from agent.people import Person, Role

__all__ = ["demand_other", "line_of", "waiting_for"]

LANES = {"green": "绿", "yellow": "黄", "red": "红"}


def waiting_for(drafting: Drafting, *, lane: str, overdue: bool, waiting: bool) -> tuple[QueueItem, ...]:
    """Return the queue as whoever sits at the terminal sees it."""
    asked = {"lane": lane or None, "overdue": overdue or None, "waiting": waiting}
    somebody = Person(id="", name="", roles=(Role.REVIEWER,))
    return _desk(drafting).queue(somebody, QueueFilter.model_validate(asked))


def line_of(item: QueueItem) -> str:
    """Return one text of the queue in a line."""
    due = f"超时 {-item.left_hours:.1f} 小时" if item.overdue else f"还剩 {item.left_hours:.1f} 小时"
    marks = ("  加急" if item.urgent else "") + (f"  {item.open_findings} 处待看" if item.open_findings else "")
    whose = item.owner_name or "无归属"
    age = f"已等 {item.age_hours:.1f} 小时"
    return f"{item.run}  {LANES[item.lane.lane]}  {age}  {due}{marks}  {whose}  {item.topic}"


def demand_other(drafting: Drafting, run: str, reviewer: str, *, approving: bool) -> None:
    """Raise `UsageError` when the reviewer, by id or name, is whose note it is, or (to approve) changed it."""
    people = drafting.workspace.people
    known = next((person for person in people if reviewer in (person.id, person.name)), None)
    _desk(drafting).demand_other(run, known or Person(id=reviewer, name=reviewer), approving=approving)


def _desk(drafting: Drafting) -> Desk:
    return Desk(drafting=drafting, today=_today)


def _today() -> date:
    return datetime.now().astimezone().date()
