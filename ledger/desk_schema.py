"""The desk's tables: what was done to a case, labels withdrawn, registers of restrictions, notices and strategies."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text

from ledger.metadata import METADATA

CASE_EVENTS = Table(  # which entries speak of a case; their payloads stay in the chain
    "case_events",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("case_id", Text, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("recorded_at", String(27), nullable=False),
    Column("by", Text),
    Index("case_events_of_case", "case_id", "seq"),
)

WITHDRAWN_LABELS = Table(  # what training could see in [decided_at, withdrawn_at)
    "withdrawn_labels",
    METADATA,
    Column("label_id", Text, primary_key=True),  # alert_id and the entry that withdrew it
    Column("alert_id", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("decided_at", String(27), nullable=False),
    Column("decided_by_person", Text),
    Column("grade_shown", Integer),
    Column("withdrawn_at", String(27), nullable=False),
    Index("withdrawn_labels_of_alert", "alert_id"),
)

RESTRICTIONS = Table(  # 限制登记: days are trading days, both ends included
    "restrictions",
    METADATA,
    Column("restriction_id", Text, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("subject_type", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("from", String(10), nullable=False),
    Column("until", String(10), nullable=False),
    Column("case_id", Text),
    Column("reason", Text),
    Column("by", Text, nullable=False),
    Column("lifted_at", String(27)),
    Column("lifted_by", Text),
    Column("lift_reason", Text),
    Index("restrictions_of_subject", "subject_id", "until"),
)

NOTICES = Table(  # 交易所告知: the columns of the raw table, and who delivered it
    "notices",
    METADATA,
    Column("notice_id", Text, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("exchange", Text, nullable=False),
    Column("rule_id", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("trading_day", String(10), nullable=False),
    Column("occurrence", Integer, nullable=False),
    Column("received_at", String(27), nullable=False),
    Column("delivered_at", String(27)),
    Column("restricted_until", String(10)),
    Column("by", Text, nullable=False),
    Column("delivered_by", Text),
    Index("notices_of_subject", "subject_id", "seq"),
)

STRATEGIES = Table(  # 已知策略白名单
    "strategies",
    METADATA,
    Column("strategy_id", Text, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("rule_id", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("until", String(10), nullable=False),
    Column("status", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", String(27), nullable=False),
    Column("approved_by", Text),
    Column("approved_at", String(27)),
    Column("ended_by", Text),
    Column("ended_at", String(27)),
    Index("strategies_of_account", "account_id", "rule_id"),
)

DESK_PROJECTIONS: tuple[Table, ...] = (CASE_EVENTS, WITHDRAWN_LABELS, RESTRICTIONS, NOTICES, STRATEGIES)
