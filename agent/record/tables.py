"""The tables. Portable SQL only: nothing that SQLite alone understands. Changes go through a migration."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

__all__ = [
    "approvals",
    "audit",
    "audit_head",
    "chat_replies",
    "chat_threads",
    "chat_turns",
    "findings",
    "grounds",
    "metadata",
    "publications",
    "replies",
    "runs",
    "submissions",
    "versions",
]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)

runs = Table(
    "runs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("topic", Text, nullable=False),
    Column("note_type", String(16), nullable=False),
    Column("account", String(64), nullable=False, index=True),
    Column("persona", String(64), nullable=False),
    Column("workspace", Text, nullable=False),
    Column("author", String(64), nullable=False),
    Column("brief_json", Text, nullable=False),
    Column("outcome", String(16), index=True),
    Column("best_revision", Integer),
    Column("created_at", DateTime(timezone=True), nullable=False, index=True),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("salt", String(32)),
    Column("erased_at", DateTime(timezone=True)),
    Column("owner", String(128), index=True),
)

versions = Table(
    "versions",
    metadata,
    Column("run_id", String(64), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("round", Integer, nullable=False),
    Column("text_hash", String(80), nullable=False, index=True),
    Column("round_json", Text, nullable=False),
    Column("saved_at", DateTime(timezone=True), nullable=False),
    Column("grounds", String(80)),
    Column("salt", String(32)),
)

findings = Table(
    "findings",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run_id", String(64), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("rule", String(16), nullable=False, index=True),
    Column("pack", String(32), nullable=False),
    Column("severity", String(8), nullable=False),
    Column("status", String(8), nullable=False),
    Column("status_by", Text, nullable=False),
    Column("field", String(8), nullable=False),
    Column("position", Integer, nullable=False),
    Column("start", Integer),
    Column("end", Integer),
    Column("text", Text, nullable=False),
    Column("fingerprint", String(80), nullable=False),
    ForeignKeyConstraint(["run_id", "revision"], ["versions.run_id", "versions.revision"], ondelete="CASCADE"),
    Index("ix_findings_run_revision", "run_id", "revision"),
)

approvals = Table(
    "approvals",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run_id", String(64), ForeignKey("runs.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("decision", String(16), nullable=False),
    Column("text_hash", String(80), nullable=False),
    Column("reviewer", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False),
    Column("salt", String(32)),
    Column("key", String(80)),
    Column("on_behalf_of", String(128)),
)

replies = Table(
    "replies",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run_id", String(64), ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("node", String(16), nullable=False),
    Column("round", Integer, nullable=False),
    Column("digest", String(64), nullable=False, index=True),
    Column("prompt", Text, nullable=False),
    Column("completion_json", Text, nullable=False),
    UniqueConstraint("run_id", "node", "round", "digest", name="uq_replies_key"),
)

grounds = Table(
    "grounds",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run_id", String(64), ForeignKey("runs.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("digest", String(80), nullable=False),
    Column("content_json", Text, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String(40), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("run_id", String(64), nullable=False, index=True),
    Column("subject", String(16), nullable=False),
    Column("held_json", Text, nullable=False),
    Column("prev", String(80), nullable=False),
    Column("hash", String(80), nullable=False),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, nullable=False),
    Column("hash", String(80), nullable=False),
)

submissions = Table(
    "submissions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run_id", String(64), ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("text_hash", String(80), nullable=False),
    Column("submitted_by", Text, nullable=False),
    Column("submitted_at", DateTime(timezone=True), nullable=False),
    Column("salt", String(32), nullable=False),
    Column("urgent", Boolean),
    Column("drawn", Integer),
    UniqueConstraint("run_id", "text_hash", name="uq_submissions_key"),
)

publications = Table(
    "publications",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run_id", String(64), ForeignKey("runs.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("text_hash", String(80), nullable=False),
    Column("url", Text, nullable=False),
    Column("published_by", Text, nullable=False),
    Column("published_at", DateTime(timezone=True), nullable=False),
    Column("salt", String(32), nullable=False),
)

chat_threads = Table(
    "chat_threads",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("owner", String(128), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("state_json", Text, nullable=False),
    Column("worker", String(160)),
    Column("leased_until", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("erased_at", DateTime(timezone=True)),
)

chat_turns = Table(
    "chat_turns",
    metadata,
    Column("thread_id", String(64), ForeignKey("chat_threads.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("key", String(64), nullable=False),
    Column("run_id", String(64), index=True),
    Column("said_json", Text, nullable=False),
    Column("work_json", Text, nullable=False),
    Column("answer_json", Text, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("answered_at", DateTime(timezone=True)),
    Column("erased_at", DateTime(timezone=True)),
    Column("salt", String(32)),
    UniqueConstraint("thread_id", "key", name="uq_chat_turns_key"),
)

chat_replies = Table(
    "chat_replies",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("thread_id", String(64), nullable=False),
    Column("number", Integer, nullable=False),
    Column("node", String(16), nullable=False),
    Column("round", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("prompt", Text, nullable=False),
    Column("completion_json", Text, nullable=False),
    ForeignKeyConstraint(["thread_id", "number"], ["chat_turns.thread_id", "chat_turns.number"], ondelete="CASCADE"),
    UniqueConstraint("thread_id", "number", "node", "round", "digest", name="uq_chat_replies_key"),
)
