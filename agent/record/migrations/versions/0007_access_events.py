"""Keep who gave and took access, and the draw for a look that a run's first hand-in decides.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table and the column."""
    op.add_column("submissions", sa.Column("drawn", sa.Integer))
    op.create_table(
        "access_events",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("user_id", sa.String(128), nullable=False),
        sa.Column("done_by", sa.String(128), nullable=False),
        sa.Column("about_json", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("salt", sa.String(32), nullable=False),
    )
    op.create_index("ix_access_events_user_id", "access_events", ["user_id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("access_events")
    op.drop_column("submissions", "drawn")
