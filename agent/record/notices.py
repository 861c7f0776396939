"""Keep what people are told: rows written in the transaction of what they tell, sent and seen later.

A row for `WEBHOOK` is to be posted once; a row for a person is shown to them. No word of a note is in them but the
topic of its brief.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, insert, select, update

from agent.record.database import Database
from agent.record.desk_tables import notices
from agent.record.moments import utc
from agent.record.tables import runs
from agent.record.values import NoticeRecord

__all__ = ["WEBHOOK", "Notices", "tell"]

WEBHOOK = "@webhook"  # no person has this id: sign-in names hold no @ at their beginning
LONGEST_ERROR = 200


def tell(
    connection: Connection,
    kind: str,
    *,
    run: str,
    about: str,
    to: Iterable[str],
    by: str = "",
    reason: str = "",
    at: datetime,
) -> None:
    """Write a notice for each recipient and one for the webhook; what `about` identifies is told each of them once."""
    topic = connection.execute(select(runs.c.topic).where(runs.c.id == run)).scalar_one_or_none() or ""
    content = json.dumps({"topic": topic, "by": by, "reason": reason}, ensure_ascii=False)
    for recipient in dict.fromkeys((*(person for person in to if person), WEBHOOK)):
        key = f"{kind}:{run}:{about}:{recipient}"[:160]
        if connection.execute(select(notices.c.id).where(notices.c.key == key)).first() is None:
            row = {"key": key, "kind": kind, "run_id": run, "recipient": recipient, "content_json": content}
            connection.execute(insert(notices).values(**row, created_at=at, due_at=at, attempts=0, error=""))


class Notices:
    """Read and tick off the notices of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, recipient: str, *, limit: int = 50) -> tuple[NoticeRecord, ...]:
        """Return what somebody is told, newest first."""
        query = select(notices).where(notices.c.recipient == recipient).order_by(notices.c.id.desc()).limit(limit)
        with self._database.reading() as connection:
            return tuple(_notice(row) for row in connection.execute(query).mappings())

    def see(self, recipient: str, ids: Sequence[int], *, seen_at: datetime) -> None:
        """Mark notices of somebody as seen; those of others stay as they are."""
        theirs = notices.c.id.in_(ids) & (notices.c.recipient == recipient) & notices.c.seen_at.is_(None)
        with self._database.writing() as connection:
            connection.execute(update(notices).where(theirs).values(seen_at=seen_at))

    def due(self, *, now: datetime, since: datetime, limit: int = 20) -> tuple[NoticeRecord, ...]:
        """Return what is to be posted now, oldest first; what happened before `since` is posted no more."""
        waiting = (notices.c.recipient == WEBHOOK) & notices.c.sent_at.is_(None) & (notices.c.created_at >= since)
        query = select(notices).where(waiting, notices.c.due_at <= now).order_by(notices.c.id).limit(limit)
        with self._database.reading() as connection:
            return tuple(_notice(row) for row in connection.execute(query).mappings())

    def begin(self, notice: NoticeRecord, *, again_at: datetime) -> bool:
        """Count an attempt before it is made, and say when the next may be; False when somebody else began it."""
        same = (notices.c.id == notice.id) & (notices.c.attempts == notice.attempts) & notices.c.sent_at.is_(None)
        begun = update(notices).where(same).values(attempts=notice.attempts + 1, due_at=again_at)
        with self._database.writing() as connection:
            return bool(connection.execute(begun).rowcount)

    def sent(self, notice: NoticeRecord, *, at: datetime) -> None:
        """Mark a notice as posted."""
        with self._database.writing() as connection:
            connection.execute(update(notices).where(notices.c.id == notice.id).values(sent_at=at, error=""))

    def failed(self, notice: NoticeRecord, error: str) -> None:
        """Keep why posting failed; it stays to be posted."""
        with self._database.writing() as connection:
            connection.execute(update(notices).where(notices.c.id == notice.id).values(error=error[:LONGEST_ERROR]))


def _notice(row: RowMapping) -> NoticeRecord:
    content = json.loads(row["content_json"])
    return NoticeRecord(
        id=row["id"],
        kind=row["kind"],
        run=row["run_id"] or "",
        recipient=row["recipient"],
        topic=content["topic"],
        by=content["by"],
        reason=content["reason"],
        created_at=utc(row["created_at"]),
        sent_at=utc(row["sent_at"]) if row["sent_at"] else None,
        seen_at=utc(row["seen_at"]) if row["seen_at"] else None,
        attempts=row["attempts"],
        error=row["error"],
    )
