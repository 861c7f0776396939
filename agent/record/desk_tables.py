"""The tables of the review desk and of the web. Portable SQL only; changes go through a migration."""

from __future__ import annotations

from sqlalchemy import Column, Date, DateTime, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from agent.record.tables import metadata

__all__ = [
    "access_events",
    "api_tokens",
    "claims",
    "corrections",
    "delegations",
    "notices",
    "run_waivers",
    "web_sessions",
]

claims = Table(
    "claims",
    metadata,
    Column("run_id", String(64), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("worker", String(160), nullable=False),
    Column("purpose", String(80), nullable=False),
    Column("leased_until", DateTime(timezone=True), nullable=False),
)

delegations = Table(
    "delegations",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("delegator", String(128), nullable=False),
    Column("delegate", String(128), nullable=False, index=True),
    Column("lane", String(16), nullable=False),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
    Column("salt", String(32), nullable=False),
)

run_waivers = Table(
    "run_waivers",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run_id", String(64), ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("rule", String(16), nullable=False),
    Column("fingerprint", String(80), nullable=False),
    Column("reason", Text, nullable=False),
    Column("approver", Text, nullable=False),
    Column("second_approver", Text, nullable=False),
    Column("granted_at", DateTime(timezone=True), nullable=False),
    Column("expires_on", Date, nullable=False),
    Column("salt", String(32), nullable=False),
    UniqueConstraint("run_id", "rule", "fingerprint", name="uq_run_waivers_key"),
)

corrections = Table(
    "corrections",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run_id", String(64), ForeignKey("runs.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("text_hash", String(80), nullable=False),
    Column("action", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("new_run", String(64)),
    Column("done_at", DateTime(timezone=True)),
    Column("salt", String(32), nullable=False),
)

notices = Table(
    "notices",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", String(160), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("run_id", String(64), ForeignKey("runs.id", ondelete="CASCADE")),
    Column("recipient", String(128), nullable=False, index=True),
    Column("content_json", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True)),
    Column("sent_at", DateTime(timezone=True)),
    Column("seen_at", DateTime(timezone=True)),
    Column("attempts", Integer, nullable=False),
    Column("error", Text, nullable=False),
    UniqueConstraint("key", name="uq_notices_key"),
)

web_sessions = Table(
    "web_sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("user_id", String(128), nullable=False, index=True),
    Column("content_json", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("user_id", String(128), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("scopes_json", Text, nullable=False),
    Column("created_by", String(128), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
)

access_events = Table(
    "access_events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False),
    Column("user_id", String(128), nullable=False, index=True),
    Column("done_by", String(128), nullable=False),
    Column("about_json", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("salt", String(32), nullable=False),
)
