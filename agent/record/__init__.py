"""The record: runs, versions, findings and decisions, their audit, in SQLite or any database SQLAlchemy reaches."""

from agent.record.claims import Claims
from agent.record.desk import DeskRecord
from agent.record.library import BlockCount, LibraryStore, Milestones, Stamp
from agent.record.notices import Notices
from agent.record.publishing import Publishing
from agent.record.store import Store
from agent.record.threads import ThreadStore, TurnJournal
from agent.record.values import (
    AuditEvent,
    AuditReport,
    BoundModel,
    Break,
    CorrectionRecord,
    DecisionRecord,
    DelegationRecord,
    EarlierNote,
    Grounds,
    NoticeRecord,
    PublicationRecord,
    RunRecord,
    RunWaiver,
    SubmissionRecord,
    ThreadRecord,
    TurnRecord,
    VersionRecord,
)

__all__ = [
    "AuditEvent",
    "AuditReport",
    "BlockCount",
    "BoundModel",
    "Break",
    "Claims",
    "CorrectionRecord",
    "DecisionRecord",
    "DelegationRecord",
    "DeskRecord",
    "EarlierNote",
    "Grounds",
    "LibraryStore",
    "Milestones",
    "NoticeRecord",
    "Notices",
    "PublicationRecord",
    "Publishing",
    "RunRecord",
    "RunWaiver",
    "Stamp",
    "Store",
    "SubmissionRecord",
    "ThreadRecord",
    "ThreadStore",
    "TurnJournal",
    "TurnRecord",
    "VersionRecord",
]
