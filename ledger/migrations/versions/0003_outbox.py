"""What waits to be told or done outside; the desk's columns and tables are projections and made from the chain."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_TEXTS = ("last_error", "delivered_to", "acknowledged_by", "requested_by")
_INSTANTS = ("delivered_at", "escalated_at", "acknowledged_at")


def upgrade() -> None:
    """The table starts empty: what was graded before is not told again."""
    op.create_table(
        "outbox",
        sa.Column("outbox_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("grade", sa.Integer),
        sa.Column("case_id", sa.Text),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", sa.String(27), nullable=False),
        *(sa.Column(name, sa.Text) for name in _TEXTS),
        *(sa.Column(name, sa.String(27)) for name in _INSTANTS),
        sa.Column("approved_by", sa.Text, nullable=False),
    )
    op.create_index("outbox_due", "outbox", ["status", "next_at"])
