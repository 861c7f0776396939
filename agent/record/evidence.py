"""What became evidence: a run that was handed in, approved or published is no longer its author's to erase."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from agent.errors import UsageError
from agent.record.tables import approvals, publications, runs, submissions

__all__ = ["demand_no_evidence", "holds_evidence"]


def holds_evidence(connection: Connection, run_ids: Collection[str]) -> bool:
    """Tell whether one of these runs was handed in, approved or published."""
    mine = (
        select(submissions.c.id).where(submissions.c.run_id.in_(run_ids)),
        select(publications.c.id).where(publications.c.run_id.in_(run_ids)),
        select(approvals.c.id).where(approvals.c.run_id.in_(run_ids), approvals.c.decision == "approve"),
        select(runs.c.id).where(runs.c.id.in_(run_ids), runs.c.outcome == "approved", runs.c.erased_at.is_(None)),
    )
    return any(connection.execute(query.limit(1)).first() is not None for query in mine)


def demand_no_evidence(connection: Connection, run_ids: Collection[str]) -> None:
    """Raise `UsageError` when one of these runs is evidence; nobody hands one in until the transaction has ended."""
    connection.execute(select(runs.c.id).where(runs.c.id.in_(run_ids)).order_by(runs.c.id).with_for_update())
    if holds_evidence(connection, run_ids):
        raise UsageError("kept_as_evidence")
