"""Find the notes a new text of an account is compared with: its earlier ones, in the same workspace.

Owns which of them are drafts (nobody was handed them), and which of those a run takes the place of.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, exists, or_, select

from agent.models import Brief, Note, Round
from agent.record.desk_tables import corrections
from agent.record.tables import publications, runs, submissions, versions
from agent.record.values import EarlierNote

__all__ = ["notes_before"]


def notes_before(connection: Connection, account: str, before: str, limit: int) -> tuple[tuple[EarlierNote, Note], ...]:
    """Return the best notes of an account's runs that began before this run, newest first, and where each is kept.

    What the run corrects is left out, for they must be alike, and so are the drafts it takes the place of: of the same
    topic, or from the same material.
    """
    asked = select(runs.c.created_at, runs.c.workspace, runs.c.brief_json).where(runs.c.id == before)
    own = connection.execute(asked).first()
    query = _notes_of(account, (before, *_corrected(connection, before)))
    if own is not None:
        query = query.where(runs.c.created_at <= own.created_at, runs.c.workspace == own.workspace)
    rows = connection.execute(query.limit(limit)).mappings()
    return tuple(_found(row) for row in rows if own is None or not _is_superseded(row, own.brief_json))


def _notes_of(account: str, but: tuple[str, ...]) -> Select[Any]:
    best = (runs.c.id == versions.c.run_id) & (runs.c.best_revision == versions.c.revision)
    return (
        select(versions, runs.c.brief_json, _is_handed().label("handed"))
        .join(runs, best)
        .where(runs.c.account == account, runs.c.id.not_in(but))
        .where(runs.c.outcome.not_in(("rejected", "refused")))
        .order_by(runs.c.created_at.desc(), runs.c.id.desc())
    )


def _is_handed() -> ColumnElement[bool]:
    """Tell whether somebody was handed the note of a run: submitted, approved or published."""
    submitted = exists().where(submissions.c.run_id == runs.c.id)
    published = exists().where(publications.c.run_id == runs.c.id)
    return or_(runs.c.outcome == "approved", submitted, published)


def _is_superseded(row: RowMapping, brief_json: str) -> bool:
    """Tell whether a kept note is a draft of the same topic, or from the same material, as this brief."""
    if row["handed"]:
        return False
    one, other = Brief.model_validate_json(row["brief_json"]), Brief.model_validate_json(brief_json)
    told = {item.text for item in one.material} & {item.text for item in other.material}
    return one.topic == other.topic or bool(told)


def _corrected(connection: Connection, run_id: str) -> tuple[str, ...]:
    """Return the run that a run corrects, the one that one corrects, and so on."""
    asked = select(corrections.c.run_id).where(corrections.c.new_run == run_id)
    found = connection.execute(asked).scalars().first()
    return () if found is None else (found, *_corrected(connection, found))


def _found(row: RowMapping) -> tuple[EarlierNote, Note]:
    where = EarlierNote(
        run=row["run_id"], revision=row["revision"], text_hash=row["text_hash"], draft=not row["handed"]
    )
    return where, Round.model_validate_json(row["round_json"]).note
