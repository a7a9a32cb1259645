"""What waits to be told or done outside: delivery state, which changes and therefore stands beside the chain."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text

from ledger.metadata import METADATA

OUTBOX = Table(
    "outbox",
    METADATA,
    Column("outbox_id", Integer, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),  # what it is about: nothing is told twice
    Column("kind", String(20), nullable=False),  # grade, sla, alarm or action
    Column("grade", Integer),
    Column("case_id", Text),
    Column("payload", Text, nullable=False),
    Column("created_at", String(27), nullable=False),
    Column("status", String(20), nullable=False),
    Column("step", Integer, nullable=False),  # 0 first channels, 1 fallback, 2 escalation
    Column("attempts", Integer, nullable=False),  # of this step
    Column("next_at", String(27), nullable=False),
    Column("last_error", Text),
    Column("delivered_at", String(27)),
    Column("delivered_to", Text),
    Column("escalated_at", String(27)),
    Column("acknowledged_at", String(27)),
    Column("acknowledged_by", Text),
    Column("requested_by", Text),
    Column("approved_by", Text, nullable=False),  # names as a JSON list
    Index("outbox_due", "status", "next_at"),
)
