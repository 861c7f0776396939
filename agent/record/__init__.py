"""The record: runs, versions, findings and decisions, their audit, in SQLite or any database SQLAlchemy reaches."""

from agent.record.store import Store
from agent.record.values import (
    AuditEvent,
    AuditReport,
    BoundModel,
    Break,
    DecisionRecord,
    EarlierNote,
    Grounds,
    RunRecord,
    VersionRecord,
)

__all__ = [
    "AuditEvent",
    "AuditReport",
    "BoundModel",
    "Break",
    "DecisionRecord",
    "EarlierNote",
    "Grounds",
    "RunRecord",
    "Store",
    "VersionRecord",
]
