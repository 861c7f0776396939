"""Restore values from rows that several readers of the record need."""

from __future__ import annotations

from datetime import date

from sqlalchemy import RowMapping

from agent.models import Brief, Round
from agent.record.moments import utc
from agent.record.values import DecisionRecord, RunRecord, RunWaiver, SubmissionRecord, VersionRecord

__all__ = ["decision_of", "run_of", "submission_of", "version_of", "waiver_of"]


def run_of(row: RowMapping) -> RunRecord:
    """Restore a run."""
    return RunRecord(
        id=row["id"],
        brief=_brief(row),
        author=row["author"],
        workspace=row["workspace"],
        owner=row["owner"] or "",
        outcome=row["outcome"],
        best_revision=row["best_revision"],
        created_at=utc(row["created_at"]),
        updated_at=utc(row["updated_at"]),
        erased_at=utc(row["erased_at"]) if row["erased_at"] else None,
    )


def version_of(row: RowMapping) -> VersionRecord:
    """Restore a text with its check."""
    return VersionRecord(
        run=row["run_id"],
        revision=row["revision"],
        text_hash=row["text_hash"],
        round=Round.model_validate_json(row["round_json"]),
        saved_at=utc(row["saved_at"]),
        grounds=row["grounds"] or "",
    )


def submission_of(row: RowMapping) -> SubmissionRecord:
    """Restore a hand-in."""
    return SubmissionRecord(
        run=row["run_id"],
        text_hash=row["text_hash"],
        submitted_by=row["submitted_by"],
        submitted_at=utc(row["submitted_at"]),
        urgent=bool(row["urgent"]),
    )


def decision_of(row: RowMapping) -> DecisionRecord:
    """Restore a decision."""
    return DecisionRecord(
        run=row["run_id"],
        decision=row["decision"],
        text_hash=row["text_hash"],
        reviewer=row["reviewer"],
        reason=row["reason"],
        decided_at=utc(row["decided_at"]),
        key=row["key"] or "",
        on_behalf_of=row["on_behalf_of"] or "",
    )


def waiver_of(row: RowMapping) -> RunWaiver:
    """Restore an accepted finding."""
    return RunWaiver(
        id=row["id"],
        run=row["run_id"],
        rule=row["rule"],
        fingerprint=row["fingerprint"],
        reason=row["reason"],
        approver=row["approver"],
        second_approver=row["second_approver"],
        granted_at=utc(row["granted_at"]),
        expires_on=row["expires_on"],
    )


def _brief(row: RowMapping) -> Brief:
    """Return the brief, or of an erased run its shell."""
    if row["erased_at"] is None:
        return Brief.model_validate_json(row["brief_json"])
    began: date = row["created_at"].date()
    return Brief(id=row["id"], topic="", note_type=row["note_type"], as_of=began)
