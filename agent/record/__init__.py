"""The record: runs, versions, findings and decisions, their audit, in SQLite or any database SQLAlchemy reaches."""

from agent.record.publishing import Publishing
from agent.record.store import Store
from agent.record.threads import ThreadStore, TurnJournal
from agent.record.values import (
    AuditEvent,
    AuditReport,
    BoundModel,
    Break,
    DecisionRecord,
    EarlierNote,
    Grounds,
    PublicationRecord,
    RunRecord,
    SubmissionRecord,
    ThreadRecord,
    TurnRecord,
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
    "PublicationRecord",
    "Publishing",
    "RunRecord",
    "Store",
    "SubmissionRecord",
    "ThreadRecord",
    "ThreadStore",
    "TurnJournal",
    "TurnRecord",
    "VersionRecord",
]
