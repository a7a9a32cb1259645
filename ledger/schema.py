"""The tables: one chain of entries, and projections of it that hold nothing the chain does not."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Index, Integer, String, Table, Text, UniqueConstraint

from ledger.desk_schema import DESK_PROJECTIONS
from ledger.metadata import METADATA
from ledger.outbox_schema import OUTBOX

__all__ = ["ALERTS", "ALERT_ACCOUNTS", "CASES", "ENTRIES", "HEAD", "KEYS", "METADATA", "OUTBOX", "PROJECTIONS"]

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
    Column("branch", Text),  # 营业部 of the account when it was graded; null: not known
    Column("populations", Text),  # what kind of account it was then, words apart by a space; null: not known
    Column("trading_day", String(10), nullable=False),
    Column("triggered_at", String(27), nullable=False),
    Column("alone_grade", Integer),  # what the rules give for it by itself; null: recorded before this was
    Column("alone_table", String(64)),  # the table of baseline grades that did
    Column("grade", Integer),
    Column("baseline_grade", Integer),
    Column("decided_by", Text),
    Column("degraded", Boolean),
    Column("status", Text, nullable=False),
    Column("outcome", Text),
    Column("decided_at", String(27)),
    Column("decided_by_person", Text),
    Column("grade_shown", Integer),
    Column("decided_seq", Integer),  # of the entry that gave or closed it
    Index("alerts_of_account", "account_id", "trading_day"),
    Index("alerts_of_subject", "subject_id", "trading_day"),
    Index("alerts_of_case", "case_id", "branch", "populations"),  # a filter by either reads no row
    Index("alerts_by_grade", "grade", "seq"),
    Index("alerts_decided", "decided_at"),
    Index("alerts_of_rule", "rule_id", "case_id"),
    Index("alerts_of_day", "trading_day", "degraded"),
)

ALERT_ACCOUNTS = Table(  # of pairs and clusters, whose row above names one account only
    "alert_accounts",
    METADATA,
    Column("place", Text, primary_key=True),  # of the alert's entry and the account in it
    Column("alert_id", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("trading_day", String(10), nullable=False),
    Index("alert_accounts_of_account", "account_id", "trading_day"),
)

CASES = Table(
    "cases",
    METADATA,
    Column("case_id", Text, primary_key=True),
    Column("seq", Integer, nullable=False, unique=True),  # of its first alert's entry
    Column("subject_type", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("account_id", Text, nullable=False),  # of its first alert, and so are the next two
    Column("branch", Text),
    Column("populations", Text),
    Column("rules", Text),  # of its alerts, each once, in the order they came
    Column("grade", Integer),  # the worst of its alerts, and 2 at least while its subject is restricted
    Column("first_day", String(10), nullable=False),
    Column("last_day", String(10), nullable=False),
    Column("alerts", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("outcome", Text),
    Column("decided_at", String(27)),
    Column("decided_by_person", Text),
    Column("grade_shown", Integer),
    Column("stage", Text, nullable=False),
    Column("opened_at", String(27), nullable=False),
    Column("closed_at", String(27)),
    Column("closing_seq", Integer),  # of the disposition or termination that closed it; null where imports did
    Column("assignee", Text),
    Column("claimed_at", String(27)),
    Column("first_action_at", String(27)),
    Column("snoozed_until", String(27)),
    Column("due_at", String(27)),
    Column("blind", Boolean, nullable=False),
    Column("model_grade", Integer),  # the worst of its alerts
    Column("override_grade", Integer),
    Column("disagreement", Integer),  # most grades that the rules and the grade given are apart
    Column("sample", Text),
    Column("sample_probability", Float),
    Column("restriction_id", Text),  # in force when one of its alerts was raised
    Column("strategy_id", Text),  # the known strategy that all of its alerts belong to
    Column("proposed_outcome", Text),
    Column("proposed_by", Text),
    Column("proposal_seq", Integer),
    Column("appeal", Text),  # pending, upheld or rejected
    Column("rank", Integer, nullable=False),  # the grade in force, 9 where there is none
    Column("shown_rank", Integer, nullable=False),  # the same, 0 while the grade is hidden
    Index("cases_of_subject", "subject_id", "status"),
    Index("cases_of_account", "account_id", "seq"),
    Index("cases_by_rank", "status", "rank", "seq", "stage"),
    Index("cases_by_shown_rank", "status", "shown_rank", "seq", "stage"),
    Index("cases_by_stage", "stage", "rank", "seq"),
    Index("cases_by_assignee", "assignee", "status", "rank", "seq"),
    Index("cases_by_due", "status", "due_at", "seq"),
    Index("cases_by_opening", "status", "opened_at", "seq"),
    Index("cases_of_day", "first_day"),
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

PROJECTIONS: tuple[Table, ...] = (ALERTS, ALERT_ACCOUNTS, CASES, KEYS, *DESK_PROJECTIONS)
