"""The record: runs, versions, findings and decisions, in SQLite or any database SQLAlchemy reaches."""

from agent.record.store import Store
from agent.record.values import DecisionRecord, RunRecord, VersionRecord

__all__ = ["DecisionRecord", "RunRecord", "Store", "VersionRecord"]
