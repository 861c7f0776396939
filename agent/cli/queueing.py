"""The desk in a terminal: the queue in lines, and whom a name on the command line means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from rapidfuzz import process

from agent.desk import Desk
from agent.desk.values import QueueFilter, QueueItem
from agent.drafting import Drafting
from agent.errors import UsageError
from agent.people import Person, Role

__all__ = ["decided_cases", "desk_of", "line_of", "reviewer_called", "waiting_for"]

SOMEBODY = Person(id="", name="", roles=(Role.REVIEWER,))  # whoever sits at the terminal can read the record
LANES = {"green": "绿", "yellow": "黄", "red": "红"}


def waiting_for(drafting: Drafting, *, lane: str, overdue: bool, waiting: bool) -> tuple[QueueItem, ...]:
    """Return the queue as whoever sits at the terminal sees it."""
    asked = {"lane": lane or None, "overdue": overdue or None, "waiting": waiting}
    return desk_of(drafting).queue(SOMEBODY, QueueFilter.model_validate(asked))


def decided_cases(drafting: Drafting) -> Iterator[dict[str, Any]]:
    """Return what was decided with a reason, as candidates for golden cases."""
    return desk_of(drafting).golden_cases(SOMEBODY)


def line_of(item: QueueItem) -> str:
    """Return one text of the queue in a line."""
    due = f"超时 {-item.left_hours:.1f} 小时" if item.overdue else f"还剩 {item.left_hours:.1f} 小时"
    marks = ("  加急" if item.urgent else "") + (f"  {item.open_findings} 处待看" if item.open_findings else "")
    marks += f"  {item.waived} 处凭豁免放行" if item.waived else ""
    whose = item.owner_name or "无归属"
    age = f"已等 {item.age_hours:.1f} 小时"
    return f"{item.run}  {LANES[item.lane.lane]}  {age}  {due}{marks}  {whose}  {item.topic}"


def reviewer_called(name: str, people: Sequence[Person]) -> Person:
    """Return the reviewer with this id or exact name; in a workspace that lists nobody, whoever is named.

    Raises `UsageError` naming the nearest reviewers when nobody who reviews, or more than one, is called this.
    """
    called = name.strip()
    if not called:
        raise UsageError("reviewer_empty")
    if not people:
        return Person(id=called, name=called, roles=(Role.REVIEWER,))
    known = [person for person in people if Role.REVIEWER in person.roles]
    found = [p for p in known if p.id == called] or [p for p in known if p.name == called]
    if len(found) == 1:
        return found[0]
    near = process.extract(called, [f"{person.id}（{person.name}）" for person in found or known], limit=3)
    raise UsageError("reviewer_unknown", value=called, nearest="、".join(match[0] for match in near) or "—")


def desk_of(drafting: Drafting) -> Desk:
    """Return the desk as it is on today's date."""
    return Desk(drafting=drafting, today=_today)


def _today() -> date:
    return datetime.now().astimezone().date()
