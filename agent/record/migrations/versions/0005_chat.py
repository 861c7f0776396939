"""Keep chat threads, what was handed in for review, and where a note was published.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "submissions",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("run_id", sa.String(64), sa.ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
        sa.Column("text_hash", sa.String(80), nullable=False),
        sa.Column("submitted_by", sa.Text, nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.UniqueConstraint("run_id", "text_hash", name="uq_submissions_key"),
    )
    op.create_table(
        "publications",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("run_id", sa.String(64), sa.ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
        sa.Column("text_hash", sa.String(80), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("published_by", sa.Text, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("salt", sa.String(32), nullable=False),
    )
    op.create_index("ix_publications_run_id", "publications", ["run_id"])
    op.create_table(
        "chat_threads",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("owner", sa.String(128), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("state_json", sa.Text, nullable=False),
        sa.Column("worker", sa.String(160)),
        sa.Column("leased_until", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_chat_threads_owner", "chat_threads", ["owner"])
    op.create_table(
        "chat_turns",
        sa.Column(
            "thread_id", sa.String(64), sa.ForeignKey("chat_threads.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("run_id", sa.String(64)),
        sa.Column("said_json", sa.Text, nullable=False),
        sa.Column("work_json", sa.Text, nullable=False),
        sa.Column("answer_json", sa.Text, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("erased_at", sa.DateTime(timezone=True)),
        sa.Column("salt", sa.String(32)),
        sa.UniqueConstraint("thread_id", "key", name="uq_chat_turns_key"),
    )
    op.create_index("ix_chat_turns_run_id", "chat_turns", ["run_id"])
    op.create_table(
        "chat_replies",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("thread_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("node", sa.String(16), nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("prompt", sa.Text, nullable=False),
        sa.Column("completion_json", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["thread_id", "number"], ["chat_turns.thread_id", "chat_turns.number"], ondelete="CASCADE"
        ),
        sa.UniqueConstraint("thread_id", "number", "node", "round", "digest", name="uq_chat_replies_key"),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("chat_replies", "chat_turns", "chat_threads", "publications", "submissions"):
        op.drop_table(table)
