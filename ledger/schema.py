"""The tables: one chain of entries, and projections of it that hold nothing the chain does not."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

METADATA = MetaData()

ENTRIES = Table(
    "entries",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(40), nullable=False),
    Column("key", Text, nullable=False),
    Column("recorded_at", String(27), nullable=False),
    Column("payload", Text, nullable=False),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("kind", "key"),
)

HEAD = Table(  # one row: without it, entries cut off the end would leave no trace
    "head",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)

ALERTS = Table(
    "alerts",
    METADATA,
    Column("alert_id", Text, primary_key=True),
    Column("seq", Integer, nullable=False, unique=True),  # of the alert's entry
    Column("score_seq", Integer),  # of the score's entry
    Column("score_id", Text, unique=True),
    Column("case_id", Text),
    Column("account_id", Text, nullable=False),
    Column("subject_type", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("rule_id", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("exchange", Text),
    Column("contract", Text),
    Column("trading_day", String(10), nullable=False),
    Column("triggered_at", String(27), nullable=False),
    Column("grade", Integer),
    Column("baseline_grade", Integer),
    Column("decided_by", Text),
    Column("degraded", Boolean),
    Column("status", Text, nullable=False),
    Column("outcome", Text),
    Column("decided_at", String(27)),
    Column("decided_by_person", Text),
    Column("grade_shown", Integer),
    Index("alerts_of_account", "account_id", "trading_day"),
    Index("alerts_of_subject", "subject_id", "trading_day"),
    Index("alerts_of_case", "case_id"),
    Index("alerts_by_grade", "grade", "seq"),
    Index("alerts_decided", "decided_at"),
)

CASES = Table(
    "cases",
    METADATA,
    Column("case_id", Text, primary_key=True),
    Column("seq", Integer, nullable=False, unique=True),  # of its first alert's entry
    Column("subject_type", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("account_id", Text, nullable=False),  # of its first alert
    Column("grade", Integer),  # the worst of its alerts
    Column("first_day", String(10), nullable=False),
    Column("last_day", String(10), nullable=False),
    Column("alerts", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("outcome", Text),
    Column("decided_at", String(27)),
    Column("decided_by_person", Text),
    Column("grade_shown", Integer),
    Index("cases_of_subject", "subject_id", "status"),
    Index("cases_by_grade", "status", "grade", "seq"),
)

KEYS = Table(
    "api_keys",
    METADATA,
    Column("key_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("revoked", Boolean, nullable=False),
    Column("expires_at", String(27)),
    Column("rate", Integer),  # requests a second; null: the service's own limit
)

PROJECTIONS: tuple[Table, ...] = (ALERTS, CASES, KEYS)
