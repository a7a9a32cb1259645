"""Deletion only of what a prune on record covers, the shape of the projections, and the keys of the vault."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.guards import POSTGRESQL, SQLITE

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Replace the guard; the new tables start empty."""
    if op.get_bind().dialect.name == "sqlite":
        for name in ("entries_no_update", "entries_no_delete"):
            op.execute(f"DROP TRIGGER IF EXISTS {name}")
        for statement in SQLITE:
            op.execute(statement)
    else:
        for statement in POSTGRESQL:
            op.execute(statement)
    op.create_table("projection_shape", sa.Column("fingerprint", sa.String(64), primary_key=True))
    op.create_table(
        "vault_keys",
        sa.Column("account_id", sa.Text, primary_key=True),
        sa.Column("entry_key", sa.Text, nullable=False),
        sa.Column("kek_id", sa.Text, nullable=False),
        sa.Column("wrapped", sa.Text, nullable=False),
    )
