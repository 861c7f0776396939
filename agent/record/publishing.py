"""Keep what was handed in for review, and where an approved text was published.

Both are statements by a person about one text: they carry its hash. The same statement again changes nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, ScalarSelect, func, insert, select

from agent.errors import UsageError
from agent.record.database import Database
from agent.record.desk_tables import corrections
from agent.record.erasure import demand_kept
from agent.record.moments import utc
from agent.record.notices import tell
from agent.record.rows import submission_of
from agent.record.tables import approvals, publications, submissions, versions
from agent.record.values import PublicationRecord, SubmissionRecord
from agent.record.vouching import new_salt, vouch_publication, vouch_submission

__all__ = ["DRAWN_OF", "Publishing", "drawn_by"]

DRAWN_OF = 1_000_000


class Publishing:
    """Record hand-ins and publications of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def submit(
        self,
        run_id: str,
        *,
        text_hash: str,
        submitted_by: str,
        submitted_at: datetime,
        urgent: bool = False,
        tell_to: Sequence[str] = (),
    ) -> None:
        """Record that this text was handed in for review, and tell who reviews; the same text again changes nothing.

        Raises `UsageError` when a reviewer has sent this text back and nothing in it has changed since.
        """
        same = (submissions.c.run_id == run_id) & (submissions.c.text_hash == text_hash)
        with self._database.writing() as connection:
            demand_kept(connection, run_id)
            handed = connection.execute(select(submissions.c.submitted_at).where(same)).scalar_one_or_none()
            if _is_sent_back(connection, run_id, text_hash, since=handed):
                raise UsageError("submission_sent_back", run=run_id)
            if handed is not None:
                return
            row = insert(submissions).values(
                run_id=run_id,
                text_hash=text_hash,
                submitted_by=submitted_by,
                submitted_at=submitted_at,
                salt=new_salt(),
                urgent=urgent,
                drawn=_drawn(connection, run_id, text_hash),
            )
            made = connection.execute(row.returning(submissions.c.id)).scalar_one()
            vouch_submission(connection, made)
            tell(connection, "submitted", run=run_id, about=str(made), to=tell_to, by=submitted_by, at=submitted_at)

    def publish(self, run_id: str, *, text_hash: str, url: str, published_by: str, published_at: datetime) -> None:
        """Record where a text was published; raise `UsageError` unless this very text was approved.

        A text that was taken back anywhere is published nowhere else.
        """
        same = (publications.c.run_id == run_id) & (publications.c.text_hash == text_hash) & (publications.c.url == url)
        with self._database.writing() as connection:
            demand_kept(connection, run_id)
            if not _is_approved(connection, run_id, text_hash):
                raise UsageError("publication_unapproved", run=run_id)
            if _is_retracted(connection, run_id, text_hash):
                raise UsageError("publication_retracted", run=run_id)
            if connection.execute(select(publications.c.id).where(same)).first() is not None:
                return
            row = insert(publications).values(
                run_id=run_id,
                text_hash=text_hash,
                url=url,
                published_by=published_by,
                published_at=published_at,
                salt=new_salt(),
            )
            vouch_publication(connection, connection.execute(row.returning(publications.c.id)).scalar_one())

    def submissions(self, run_id: str) -> tuple[SubmissionRecord, ...]:
        """Return the hand-ins of a run, oldest first."""
        query = select(submissions).where(submissions.c.run_id == run_id).order_by(submissions.c.id)
        with self._database.reading() as connection:
            return tuple(submission_of(row) for row in connection.execute(query).mappings())

    def drawn(self, run_id: str) -> int | None:
        """Return the lowest number below `DRAWN_OF` that the texts of a run drew; None before one is handed in."""
        with self._database.reading() as connection:
            number: int | None = connection.execute(select(drawn_by(run_id))).scalar_one()
        return number

    def publications(self, run_id: str) -> tuple[PublicationRecord, ...]:
        """Return where texts of a run were published, oldest first."""
        query = select(publications).where(publications.c.run_id == run_id).order_by(publications.c.id)
        with self._database.reading() as connection:
            return tuple(
                PublicationRecord(
                    run=row["run_id"],
                    text_hash=row["text_hash"],
                    url=row["url"],
                    published_by=row["published_by"],
                    published_at=utc(row["published_at"]),
                )
                for row in connection.execute(query).mappings()
            )


def drawn_by(run: str | ColumnElement[str]) -> ScalarSelect[int | None]:
    """Return a subquery for what a run drew; whatever its text, it is the same."""
    held = submissions.alias()
    return select(func.min(held.c.drawn)).where(held.c.run_id == run).scalar_subquery()


def _drawn(connection: Connection, run_id: str, text_hash: str) -> int:
    """Return the lowest that run or text drew when first handed in: neither an edit nor another run draws again."""
    drew = connection.execute(select(drawn_by(run_id), _drawn_for(text_hash))).one()
    kept = [number for number in drew if number is not None]
    return min(kept) if kept else secrets.randbelow(DRAWN_OF)


def _drawn_for(text_hash: str) -> ScalarSelect[int | None]:
    """Return a subquery for the lowest a text drew in any run; its runs are found by the index of texts."""
    same = (versions.c.run_id == submissions.c.run_id) & (versions.c.text_hash == submissions.c.text_hash)
    drew = select(func.min(submissions.c.drawn)).select_from(versions).join(submissions, same)
    return drew.where(versions.c.text_hash == text_hash).scalar_subquery()


def _is_approved(connection: Connection, run_id: str, text_hash: str) -> bool:
    query = select(approvals.c.id).where(
        approvals.c.run_id == run_id, approvals.c.text_hash == text_hash, approvals.c.decision == "approve"
    )
    return connection.execute(query).first() is not None


def _is_sent_back(connection: Connection, run_id: str, text_hash: str, *, since: datetime | None) -> bool:
    """Tell whether a reviewer sent the text back after it was handed in (None: at any time)."""
    query = select(approvals.c.id).where(
        approvals.c.run_id == run_id, approvals.c.text_hash == text_hash, approvals.c.decision == "comment"
    )
    after = query if since is None else query.where(approvals.c.decided_at >= since)
    return connection.execute(after).first() is not None


def _is_retracted(connection: Connection, run_id: str, text_hash: str) -> bool:
    query = select(corrections.c.id).where(
        corrections.c.run_id == run_id, corrections.c.text_hash == text_hash, corrections.c.action == "retract"
    )
    return connection.execute(query).first() is not None
