"""Create the audit and what a text was checked on; salt the rows it vouches for.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables and columns; `agent.record.audit.adopt` then vouches for the rows that are there."""
    op.add_column("runs", sa.Column("salt", sa.String(32)))
    op.add_column("runs", sa.Column("erased_at", sa.DateTime(timezone=True)))
    op.add_column("versions", sa.Column("grounds", sa.String(80)))
    op.add_column("versions", sa.Column("salt", sa.String(32)))
    op.add_column("approvals", sa.Column("salt", sa.String(32)))
    op.create_table(
        "grounds",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("run_id", sa.String(64), sa.ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
        sa.Column("digest", sa.String(80), nullable=False),
        sa.Column("content_json", sa.Text, nullable=False),
    )
    op.create_index("ix_grounds_run_id", "grounds", ["run_id"])
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(16), nullable=False),
        sa.Column("held_json", sa.Text, nullable=False),
        sa.Column("prev", sa.String(80), nullable=False),
        sa.Column("hash", sa.String(80), nullable=False),
    )
    op.create_index("ix_audit_run_id", "audit", ["run_id"])
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("hash", sa.String(80), nullable=False),
    )
    op.bulk_insert(head, [{"id": 1, "seq": 0, "hash": ""}])
