"""What the audit says of a row: a salted hash of its content, written in the transaction that writes the row.

The salt lives in the row. When the row is erased nobody can tell any more what the hash was of, and the chain holds.
Columns are listed by name, so that a column added later changes no hash.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, select, update

from agent.record.chain import append, digest
from agent.record.desk_tables import access_events, corrections, delegations, run_waivers
from agent.record.tables import approvals, chat_turns, findings, grounds, publications, runs, submissions, versions

__all__ = [
    "adopt",
    "content_of_access",
    "content_of_correction",
    "content_of_decision",
    "content_of_delegation",
    "content_of_publication",
    "content_of_run",
    "content_of_submission",
    "content_of_turn",
    "content_of_version",
    "content_of_waiver",
    "held_of_outcome",
    "new_salt",
    "vouch_access",
    "vouch_correction",
    "vouch_decision",
    "vouch_delegation",
    "vouch_erasure",
    "vouch_outcome",
    "vouch_publication",
    "vouch_run",
    "vouch_submission",
    "vouch_thread_erasure",
    "vouch_turn",
    "vouch_turn_erasure",
    "vouch_version",
    "vouch_waiver",
]

RUN = ("id", "topic", "note_type", "account", "persona", "workspace", "author", "brief_json", "created_at")
VERSION = ("run_id", "revision", "round", "text_hash", "round_json", "saved_at", "grounds")
FINDING = (
    "rule", "pack", "severity", "status", "status_by", "field", "position", "start", "end", "text", "fingerprint",
)  # fmt: skip
DECISION = ("id", "run_id", "decision", "text_hash", "reviewer", "reason", "decided_at")
SUBMISSION = ("id", "run_id", "text_hash", "submitted_by", "submitted_at")
PUBLICATION = ("id", "run_id", "text_hash", "url", "published_by", "published_at")
WAIVER = (
    "id", "run_id", "rule", "fingerprint", "reason", "approver", "second_approver", "granted_at", "expires_on",
)  # fmt: skip
DELEGATION = ("id", "delegator", "delegate", "lane", "starts_at", "ends_at", "reason", "created_at", "revoked_at")
CORRECTION = ("id", "run_id", "url", "text_hash", "action", "reason", "by", "asked_at", "new_run", "done_at")
ACCESS = ("id", "kind", "user_id", "done_by", "about_json", "at")
TURN = ("thread_id", "number", "key", "said_json", "answer_json", "asked_at", "answered_at")


def new_salt() -> str:
    """Return a fresh salt for a row."""
    return secrets.token_hex(16)


def content_of_run(row: RowMapping) -> str:
    """Return the hash of what was asked."""
    return digest(_plain(row, RUN), salt=row["salt"] or "")


def content_of_version(connection: Connection, row: RowMapping) -> str:
    """Return the hash of a text with its check, its findings as they are listed, and what it was checked on."""
    where = (findings.c.run_id == row["run_id"]) & (findings.c.revision == row["revision"])
    listed = connection.execute(select(findings).where(where).order_by(findings.c.id)).mappings()
    content = {
        **_plain(row, VERSION),
        "findings": [_plain(finding, FINDING) for finding in listed],
        "checked_on": _checked_on(connection, row),
    }
    return digest(content, salt=row["salt"] or "")


def content_of_decision(row: RowMapping) -> str:
    """Return the hash of a decision, its reviewer and reason, and for whom it was taken if for somebody else."""
    content = _plain(row, DECISION)
    if row["on_behalf_of"]:
        content["on_behalf_of"] = row["on_behalf_of"]
    return digest(content, salt=row["salt"] or "")


def content_of_submission(row: RowMapping) -> str:
    """Return the hash of a hand-in, and of what its run drew."""
    content = _plain(row, SUBMISSION)
    if row["drawn"] is not None:
        content["drawn"] = row["drawn"]
    return digest(content, salt=row["salt"] or "")


def content_of_publication(row: RowMapping) -> str:
    """Return the hash of a publication."""
    return digest(_plain(row, PUBLICATION), salt=row["salt"] or "")


def content_of_waiver(row: RowMapping) -> str:
    """Return the hash of an accepted finding, its reason and who accepted it."""
    return digest(_plain(row, WAIVER), salt=row["salt"])


def content_of_delegation(row: RowMapping) -> str:
    """Return the hash of a delegation as it stands."""
    return digest(_plain(row, DELEGATION), salt=row["salt"])


def content_of_correction(row: RowMapping) -> str:
    """Return the hash of what became of a publication."""
    return digest(_plain(row, CORRECTION), salt=row["salt"])


def content_of_access(row: RowMapping) -> str:
    """Return the hash of what was done to somebody's access."""
    return digest(_plain(row, ACCESS), salt=row["salt"])


def content_of_turn(row: RowMapping) -> str:
    """Return the hash of what was said in a chat and what was answered."""
    return digest(_plain(row, TURN), salt=row["salt"] or "")


def held_of_outcome(row: RowMapping) -> dict[str, str]:
    """Return how a run stands; nothing personal is in it."""
    best = row["best_revision"]
    return {"outcome": row["outcome"] or "", "best": "" if best is None else str(best)}


def vouch_run(connection: Connection, run_id: str) -> None:
    """Append that a run was started."""
    row = _row(connection, runs, runs.c.id == run_id)
    append(connection, "started", run=run_id, at=_utc(row["created_at"]), held={"content": content_of_run(row)})


def vouch_version(connection: Connection, run_id: str, revision: int) -> None:
    """Append that a text was saved."""
    row = _row(connection, versions, (versions.c.run_id == run_id) & (versions.c.revision == revision))
    held = {"text": row["text_hash"], "content": content_of_version(connection, row)}
    append(connection, "version", run=run_id, at=_utc(row["saved_at"]), subject=str(revision), held=held)


def vouch_decision(connection: Connection, decision_id: int) -> None:
    """Append that a person decided."""
    row = _row(connection, approvals, approvals.c.id == decision_id)
    held = {"decision": row["decision"], "text": row["text_hash"], "content": content_of_decision(row)}
    append(connection, "decision", run=row["run_id"], at=_utc(row["decided_at"]), subject=str(decision_id), held=held)


def vouch_outcome(connection: Connection, run_id: str) -> None:
    """Append how a run stands."""
    row = _row(connection, runs, runs.c.id == run_id)
    append(connection, "outcome", run=run_id, at=_utc(row["updated_at"]), held=held_of_outcome(row))


def vouch_submission(connection: Connection, submission_id: int) -> None:
    """Append that a text was handed in for review."""
    row = _row(connection, submissions, submissions.c.id == submission_id)
    held = {"text": row["text_hash"], "content": content_of_submission(row)}
    at = _utc(row["submitted_at"])
    append(connection, "submitted", run=row["run_id"], at=at, subject=str(submission_id), held=held)


def vouch_publication(connection: Connection, publication_id: int) -> None:
    """Append that a text was published."""
    row = _row(connection, publications, publications.c.id == publication_id)
    held = {"text": row["text_hash"], "content": content_of_publication(row)}
    at = _utc(row["published_at"])
    append(connection, "published", run=row["run_id"], at=at, subject=str(publication_id), held=held)


def vouch_waiver(connection: Connection, waiver_id: int, at: datetime) -> None:
    """Append that a finding was accepted, or that somebody seconded it."""
    row = _row(connection, run_waivers, run_waivers.c.id == waiver_id)
    held = {"content": content_of_waiver(row)}
    append(connection, "waived", run=row["run_id"], at=at, subject=str(waiver_id), held=held)


def vouch_delegation(connection: Connection, delegation_id: int, at: datetime) -> None:
    """Append that somebody decides for somebody else, or no longer does; no run is meant."""
    row = _row(connection, delegations, delegations.c.id == delegation_id)
    append(
        connection, "delegated", run="", at=at, subject=str(delegation_id), held={"content": content_of_delegation(row)}
    )


def vouch_correction(connection: Connection, correction_id: int) -> None:
    """Append what became of a publication."""
    row = _row(connection, corrections, corrections.c.id == correction_id)
    held = {"text": row["text_hash"], "content": content_of_correction(row)}
    at = _utc(row["asked_at"])
    append(connection, "corrected", run=row["run_id"], at=at, subject=str(correction_id), held=held)


def vouch_access(connection: Connection, event_id: int, at: datetime) -> None:
    """Append what was done to somebody's access; no run is meant."""
    row = _row(connection, access_events, access_events.c.id == event_id)
    append(connection, "access", run="", at=at, subject=str(event_id), held={"content": content_of_access(row)})


def vouch_turn(connection: Connection, thread_id: str, number: int) -> None:
    """Append that a turn was answered."""
    row = _row(connection, chat_turns, (chat_turns.c.thread_id == thread_id) & (chat_turns.c.number == number))
    held = {"content": content_of_turn(row)}
    append(connection, "turn", run=thread_id, at=_utc(row["answered_at"]), subject=str(number), held=held)


def vouch_turn_erasure(connection: Connection, thread_id: str, number: int, at: datetime) -> None:
    """Append that the words of a turn were erased."""
    append(connection, "turn_erased", run=thread_id, at=at, subject=str(number), held={})


def vouch_thread_erasure(connection: Connection, thread_id: str, at: datetime) -> None:
    """Append that a thread was erased."""
    append(connection, "thread_erased", run=thread_id, at=at, held={})


def vouch_erasure(connection: Connection, run_id: str, at: datetime) -> None:
    """Append that a run was erased."""
    append(connection, "erased", run=run_id, at=at, held={})


def adopt(connection: Connection) -> None:
    """Vouch for the rows of a record that was kept before there was an audit, as they are found.

    An erased run has no salt either, and began long ago.
    """
    unvouched = select(runs.c.id).where(runs.c.salt.is_(None), runs.c.erased_at.is_(None))
    for run_id in connection.execute(unvouched.order_by(runs.c.created_at)):
        _adopt_run(connection, run_id[0])


def _adopt_run(connection: Connection, run_id: str) -> None:
    connection.execute(update(runs).where(runs.c.id == run_id).values(salt=new_salt()))
    vouch_run(connection, run_id)
    saved = select(versions.c.revision).where(versions.c.run_id == run_id).order_by(versions.c.revision)
    for revision in connection.execute(saved).scalars().all():
        key = (versions.c.run_id == run_id) & (versions.c.revision == revision)
        connection.execute(update(versions).where(key).values(salt=new_salt()))
        vouch_version(connection, run_id, revision)
    if connection.execute(select(runs.c.outcome).where(runs.c.id == run_id)).scalar_one() is not None:
        vouch_outcome(connection, run_id)
    decided = select(approvals.c.id).where(approvals.c.run_id == run_id).order_by(approvals.c.id)
    for decision_id in connection.execute(decided).scalars().all():
        connection.execute(update(approvals).where(approvals.c.id == decision_id).values(salt=new_salt()))
        vouch_decision(connection, decision_id)


def _checked_on(connection: Connection, row: RowMapping) -> str:
    """Return the digest of the grounds as they are kept now; empty when a text has none."""
    if not row["grounds"]:
        return ""
    where = (grounds.c.run_id == row["run_id"]) & (grounds.c.digest == row["grounds"])
    kept = connection.execute(select(grounds.c.content_json).where(where).limit(1)).scalar_one_or_none()
    return digest(kept)


def _row(connection: Connection, table: Table, where: Any) -> RowMapping:
    return connection.execute(select(table).where(where)).mappings().one()


def _plain(row: RowMapping, columns: tuple[str, ...]) -> dict[str, Any]:
    return dict(_plain_cells(row, columns))


def _plain_cells(row: RowMapping, columns: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for column in columns:
        value = row[column]
        if isinstance(value, datetime):
            value = _utc(value)
        yield column, value.isoformat() if isinstance(value, date) else value


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
