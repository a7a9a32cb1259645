"""Findings: for every unit a rule looked at, HIT, MISS or UNKNOWN, with the day's total and why."""

# The SQL below is put together from names of ours only.
# ruff: noqa: S608

from __future__ import annotations

from typing import Any

import pyarrow as pa

from rules_baseline.state import UNIT_SQL

FINDINGS_SCHEMA = pa.schema(
    [
        pa.field("rule_id", pa.string(), nullable=False),
        pa.field("exchange", pa.string()),
        pa.field("contract", pa.string()),
        pa.field("trading_day", pa.date32(), nullable=False),
        pa.field("subject_type", pa.string(), nullable=False),
        pa.field("subject_id", pa.string(), nullable=False),
        pa.field("answer", pa.string(), nullable=False),
        pa.field("day_total", pa.float64()),
        pa.field("reason", pa.string(), nullable=False),
    ]
)
_NOW = f"""
SELECT {UNIT_SQL}, max(term_id) AS term_id, sum(total)::BIGINT AS total, sum(open)::BIGINT AS open,
       max(reason) AS reason
FROM tallies GROUP BY {UNIT_SQL}
"""
# UNKNOWN is answered only where no HIT follows from the rows that are known
_FINDINGS = f"""
SELECT rule_id, exchange, contract, trading_day, subject_type, subject_id,
       CASE WHEN total >= breach_at THEN 'HIT' WHEN open > 0 THEN 'UNKNOWN' ELSE 'MISS' END AS answer,
       total::DOUBLE AS day_total,
       CASE WHEN total >= breach_at THEN 'limit reached' WHEN open > 0 THEN reason
            WHEN term_id IS NULL THEN 'not in force' ELSE 'limit not reached' END AS reason
FROM ({_NOW}) LEFT JOIN term_levels USING (term_id)
ORDER BY trading_day, rule_id, exchange, contract, subject_id, subject_type
"""
_COUNTERS = f"""
SELECT subject_type, subject_id, rule_id, exchange, contract, trading_day, total AS count, limit_value AS limit,
       warning_at, breach_at
FROM ({_NOW}) JOIN term_levels USING (term_id)
WHERE limit_value IS NOT NULL AND ($day IS NULL OR trading_day = $day)
ORDER BY total / breach_at DESC, rule_id, exchange, contract, subject_id, trading_day
"""


def findings(con: Any) -> pa.Table:
    """The findings of every day in the state, sorted by day, rule, exchange, contract and subject."""
    return con.sql(_FINDINGS).to_arrow_table().cast(FINDINGS_SCHEMA)


def counters(con: Any, day: Any) -> pa.Table:
    """Counts against limits now, nearest to a breach first; ``day`` None: every day in the state."""
    return con.sql(_COUNTERS, params={"day": day}).to_arrow_table()
