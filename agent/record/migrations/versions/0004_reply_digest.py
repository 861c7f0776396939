"""Find a reply by its question, whatever run asked it.

Revision ID: 0004
Revises: 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_replies_digest", "replies", ["digest"])


def downgrade() -> None:
    """Drop the index."""
    op.drop_index("ix_replies_digest", table_name="replies")
