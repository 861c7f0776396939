"""What became evidence: a run that was handed in, approved, published or taken back is not simply erased."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from sqlalchemy import Connection, func, select, true

from agent.errors import UsageError
from agent.record.desk_tables import corrections
from agent.record.moments import utc
from agent.record.tables import approvals, publications, runs, submissions
from agent.record.values import EvidenceRecord

__all__ = ["EVER", "demand_no_evidence", "evidence_of"]

EVER = datetime(1970, 1, 1, tzinfo=UTC)


def evidence_of(
    connection: Connection, run_ids: Collection[str], *, since: datetime = EVER
) -> tuple[EvidenceRecord, ...]:
    """Return why these runs are evidence: what was done with each since then and when last, oldest first."""
    ended_so = (runs.c.outcome == "approved") & runs.c.erased_at.is_(None)
    queries = (
        ("submitted", submissions.c.run_id, submissions.c.submitted_at, true()),
        ("approved", approvals.c.run_id, approvals.c.decided_at, approvals.c.decision == "approve"),
        ("approved", runs.c.id, runs.c.updated_at, ended_so),
        ("published", publications.c.run_id, publications.c.published_at, true()),
        ("taken_back", corrections.c.run_id, corrections.c.asked_at, true()),
    )
    found: dict[tuple[str, str], datetime] = {}
    for kind, run, moment, which in queries:
        asked = select(run, func.max(moment)).where(run.in_(run_ids), moment >= since, which).group_by(run)
        for name, at in connection.execute(asked).all():
            found.setdefault((name, kind), utc(at))
    told = (EvidenceRecord(run=run, kind=kind, at=at) for (run, kind), at in found.items())
    return tuple(sorted(told, key=lambda item: (item.run, item.at)))


def demand_no_evidence(connection: Connection, run_ids: Collection[str], *, since: datetime = EVER) -> None:
    """Raise `UsageError` when one of these runs is evidence; nobody hands one in until the transaction has ended."""
    connection.execute(select(runs.c.id).where(runs.c.id.in_(run_ids)).order_by(runs.c.id).with_for_update())
    if evidence_of(connection, run_ids, since=since):
        raise UsageError("kept_as_evidence")
