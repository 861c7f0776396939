"""Write and read decisions: each is about one text, vouched for, and told to the owner in the same transaction."""

from __future__ import annotations

from sqlalchemy import Connection, func, insert, select

from agent.errors import UsageError
from agent.models import Round
from agent.record.notices import tell
from agent.record.rows import decision_of
from agent.record.tables import approvals, runs, versions
from agent.record.values import DecisionRecord
from agent.record.vouching import new_salt, vouch_decision

__all__ = ["count_decisions", "decisions_of", "write_decision"]

TOLD = {"approve": "approved", "reject": "rejected", "edit": "suggested", "comment": "suggested"}


def count_decisions(connection: Connection, run_id: str) -> int:
    """Count the decisions on a run."""
    count = select(func.count()).select_from(approvals).where(approvals.c.run_id == run_id)
    return connection.execute(count).scalar_one()


def write_decision(connection: Connection, made: DecisionRecord) -> None:
    """Write a decision; raise `UsageError` for an approval of what is not the best text, or has a block open."""
    if made.decision == "approve":
        _demand_approvable(connection, made.run, made.text_hash)
    row = insert(approvals).values(
        run_id=made.run,
        decision=made.decision,
        text_hash=made.text_hash,
        reviewer=made.reviewer,
        reason=made.reason,
        decided_at=made.decided_at,
        salt=new_salt(),
        key=made.key or None,
        on_behalf_of=made.on_behalf_of or None,
    )
    decision_id = connection.execute(row.returning(approvals.c.id)).scalar_one()
    vouch_decision(connection, decision_id)
    _tell_owner(connection, decision_id)


def decisions_of(connection: Connection, run_id: str) -> tuple[DecisionRecord, ...]:
    """Return the decisions on a run, oldest first."""
    query = select(approvals).where(approvals.c.run_id == run_id).order_by(approvals.c.id)
    return tuple(decision_of(row) for row in connection.execute(query).mappings())


def _demand_approvable(connection: Connection, run_id: str, text_hash: str) -> None:
    best = (
        select(versions.c.round_json)
        .join(runs, (runs.c.id == versions.c.run_id) & (runs.c.best_revision == versions.c.revision))
        .where(runs.c.id == run_id, versions.c.text_hash == text_hash)
    )
    content = connection.execute(best).scalar_one_or_none()
    if content is None or Round.model_validate_json(content).report.open("block"):
        raise UsageError("approval_unfounded", run=run_id, text_hash=text_hash)


def _tell_owner(connection: Connection, decision_id: int) -> None:
    """Tell the owner what somebody else decided on their note."""
    query = select(approvals, runs.c.owner).join(runs, runs.c.id == approvals.c.run_id)
    row = connection.execute(query.where(approvals.c.id == decision_id)).mappings().one()
    kind = TOLD.get(row["decision"])
    if kind is None or not row["owner"] or row["owner"] == row["reviewer"]:
        return
    tell(
        connection,
        kind,
        run=row["run_id"],
        about=str(decision_id),
        to=(row["owner"],),
        by=row["reviewer"],
        reason=row["reason"],
        at=row["decided_at"],
    )
