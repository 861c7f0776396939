"""Tell how runs stand without their words: one query for any number of them, and one status for everybody."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, func, or_, select

from agent.models import Frozen, Outcome
from agent.record.desk_tables import corrections
from agent.record.moments import utc
from agent.record.statuses import Past, Status, status_of
from agent.record.tables import approvals, publications, runs, submissions, versions

__all__ = ["Stamp", "stamp_of", "stamps_query"]


class Stamp(Frozen):
    """Tell how a run stands and which text is its best, without its words: enough to see whether it has changed.

    `text_hash` is empty and `revision` None as long as a run has no text; `published_at` None as well once it was taken
    back from everywhere.
    """

    run: str
    owner: str = ""
    note_type: str
    account: str = ""
    persona: str = ""
    outcome: Outcome | None = None
    status: Status = "unfinished"
    revision: int | None = None
    rounds: int = 0
    text_hash: str = ""
    saved_at: datetime | None = None
    grounds: str = ""
    published_at: datetime | None = None
    retracted_at: datetime | None = None
    created_at: datetime
    updated_at: datetime


def stamps_query(run_ids: Collection[str] | None = None) -> Select[Any]:
    """Return the query for every kept run, newest first, or for these alone."""
    best = and_(versions.c.run_id == runs.c.id, versions.c.revision == runs.c.best_revision)
    rounds = select(func.max(versions.c.round)).where(versions.c.run_id == runs.c.id).correlate(runs)
    query = (
        select(
            runs.c.id,
            runs.c.owner,
            runs.c.note_type,
            runs.c.account,
            runs.c.persona,
            runs.c.outcome,
            runs.c.created_at,
            runs.c.updated_at,
            versions.c.revision,
            versions.c.text_hash,
            versions.c.saved_at,
            versions.c.grounds,
            rounds.scalar_subquery().label("rounds"),
            *(moment.label(name) for name, moment in _past().items()),
        )
        .outerjoin(versions, best)
        .where(runs.c.erased_at.is_(None))
        .order_by(runs.c.created_at.desc(), runs.c.id.desc())
    )
    return query if run_ids is None else query.where(runs.c.id.in_(run_ids))


def stamp_of(row: Any) -> Stamp:
    """Return the stamp of a row of `stamps_query`."""
    past = Past(**{name: _moment(row[name]) for name in Past.__dataclass_fields__})
    return Stamp(
        run=row["id"],
        owner=row["owner"] or "",
        note_type=row["note_type"],
        account=row["account"],
        persona=row["persona"],
        outcome=row["outcome"],
        status=status_of(row["outcome"], past),
        revision=row["revision"],
        rounds=row["rounds"] or 0,
        text_hash=row["text_hash"] or "",
        saved_at=_moment(row["saved_at"]),
        grounds=row["grounds"] or "",
        published_at=past.published,
        retracted_at=past.retracted,
        created_at=utc(row["created_at"]),
        updated_at=utc(row["updated_at"]),
    )


def _past() -> dict[str, ScalarSelect[Any]]:
    """Return subqueries for the fields of `Past`, of one run and its best text."""
    handed, decided = submissions.c.run_id == runs.c.id, approvals.c.run_id == runs.c.id
    comment = approvals.c.decision == "comment"
    by_others = and_(approvals.c.decision == "edit", approvals.c.reviewer != runs.c.owner)
    retracted = and_(corrections.c.run_id == runs.c.id, corrections.c.action == "retract")
    taken_back = select(corrections.c.url).where(retracted, corrections.c.url == publications.c.url)
    still_there = ~taken_back.correlate(runs, publications).exists()
    return {
        "handed_in": _last(submissions.c.submitted_at, handed, submissions.c.text_hash == versions.c.text_hash),
        "sent_back": _last(approvals.c.decided_at, decided, comment, approvals.c.text_hash == versions.c.text_hash),
        "handed_any": _last(submissions.c.submitted_at, handed),
        "asked": _last(approvals.c.decided_at, decided, or_(comment, by_others)),
        "published": _last(publications.c.published_at, publications.c.run_id == runs.c.id, still_there),
        "retracted": _last(corrections.c.asked_at, retracted),
    }


def _last(moment: ColumnElement[datetime], *where: ColumnElement[bool]) -> ScalarSelect[Any]:
    return select(func.max(moment)).where(*where).correlate(runs, versions).scalar_subquery()


def _moment(found: datetime | None) -> datetime | None:
    return None if found is None else utc(found)
