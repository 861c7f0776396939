"""Keep what the review desk and the web need: owners, claims, delegations, waivers, notices, corrections, sign-ins.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, and say whose a run is."""
    op.add_column("runs", sa.Column("owner", sa.String(128)))
    op.create_index("ix_runs_owner", "runs", ["owner"])
    op.execute(
        "UPDATE runs SET owner = (SELECT MIN(chat_threads.owner) FROM chat_threads "
        "JOIN chat_turns ON chat_turns.thread_id = chat_threads.id "
        "WHERE chat_turns.run_id = runs.id AND chat_threads.owner <> '')"
    )
    op.add_column("approvals", sa.Column("key", sa.String(80)))
    op.add_column("approvals", sa.Column("on_behalf_of", sa.String(128)))
    op.add_column("submissions", sa.Column("urgent", sa.Boolean))
    op.create_table(
        "claims",
        sa.Column("run_id", sa.String(64), sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("worker", sa.String(160), nullable=False),
        sa.Column("purpose", sa.String(80), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "delegations",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("delegator", sa.String(128), nullable=False),
        sa.Column("delegate", sa.String(128), nullable=False),
        sa.Column("lane", sa.String(16), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column("salt", sa.String(32), nullable=False),
    )
    op.create_index("ix_delegations_delegate", "delegations", ["delegate"])
    op.create_table(
        "run_waivers",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("run_id", sa.String(64), sa.ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
        sa.Column("rule", sa.String(16), nullable=False),
        sa.Column("fingerprint", sa.String(80), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("approver", sa.Text, nullable=False),
        sa.Column("second_approver", sa.Text, nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_on", sa.Date, nullable=False),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.UniqueConstraint("run_id", "rule", "fingerprint", name="uq_run_waivers_key"),
    )
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("run_id", sa.String(64), sa.ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("text_hash", sa.String(80), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("new_run", sa.String(64)),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.Column("salt", sa.String(32), nullable=False),
    )
    op.create_index("ix_corrections_run_id", "corrections", ["run_id"])
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("run_id", sa.String(64), sa.ForeignKey("runs.id", ondelete="CASCADE")),
        sa.Column("recipient", sa.String(128), nullable=False),
        sa.Column("content_json", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("seen_at", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.UniqueConstraint("key", name="uq_notices_key"),
    )
    op.create_index("ix_notices_recipient", "notices", ["recipient"])
    op.create_table(
        "web_sessions",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("user_id", sa.String(128), nullable=False),
        sa.Column("content_json", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_web_sessions_user_id", "web_sessions", ["user_id"])
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(128), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("scopes_json", sa.Text, nullable=False),
        sa.Column("created_by", sa.String(128), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_api_tokens_user_id", "api_tokens", ["user_id"])


def downgrade() -> None:
    """Drop them."""
    for table in ("api_tokens", "web_sessions", "notices", "corrections", "run_waivers", "delegations", "claims"):
        op.drop_table(table)
    op.drop_column("submissions", "urgent")
    op.drop_column("approvals", "on_behalf_of")
    op.drop_column("approvals", "key")
    op.drop_index("ix_runs_owner", "runs")
    op.drop_column("runs", "owner")
