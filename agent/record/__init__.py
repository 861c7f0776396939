"""The record: runs, versions, findings and decisions, their audit, in SQLite or any database SQLAlchemy reaches."""

from agent.record.access import AccessStore
from agent.record.claims import Claims
from agent.record.desk import DeskRecord
from agent.record.library import BlockCount, LibraryStore, Milestones
from agent.record.notices import Notices
from agent.record.publishing import Publishing
from agent.record.stamps import Stamp
from agent.record.statuses import STATUSES, Status, status_word
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
    SessionRecord,
    SubmissionRecord,
    ThreadRecord,
    TokenRecord,
    TurnRecord,
    VersionRecord,
    Waiting,
)

__all__ = [
    "STATUSES",
    "AccessStore",
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
    "SessionRecord",
    "Stamp",
    "Status",
    "Store",
    "SubmissionRecord",
    "ThreadRecord",
    "ThreadStore",
    "TokenRecord",
    "TurnJournal",
    "TurnRecord",
    "VersionRecord",
    "Waiting",
    "status_word",
]
