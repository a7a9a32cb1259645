"""Findings: for every unit a rule looked at, HIT, MISS or UNKNOWN, with the day's total and why; and counts now."""

# The SQL below is put together from names of ours only.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import pyarrow as pa

from rules_baseline.facts import with_subject
from rules_baseline.rule import Rule
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
SELECT {UNIT_SQL}, max(term_id) AS term_id, coalesce(sum(amount * sign) FILTER (WHERE counts), 0)::BIGINT AS total,
       coalesce(sum(sign) FILTER (WHERE counts IS NULL), 0)::BIGINT AS open,
       max(reason) FILTER (WHERE counts IS NULL) AS reason
FROM events GROUP BY {UNIT_SQL}
"""
# whom the rules looked at, by account
_KEPT = """(
    SELECT exchange, contract, trading_day, account_id, bool_or(cancelled) AS cancels, true AS messages,
           false AS trades, false AS opens FROM kept_messages GROUP BY ALL
    UNION ALL SELECT exchange, contract, trading_day, account_id, false, false, true, bool_or(opens)
    FROM kept_legs GROUP BY ALL)"""
_LOOKED = f"""
CREATE OR REPLACE TEMP TABLE looked_at AS
SELECT exchange, contract, trading_day, subject_type, subject_id, kind, bool_or(cancels) AS cancels,
       bool_or(messages) AS messages, bool_or(trades) AS trades, bool_or(opens) AS opens
FROM ({with_subject(_KEPT, "r.* EXCLUDE (account_id)", kind=True)}) GROUP BY ALL
"""
_IN_FORCE = """
SELECT DISTINCT '{id}' AS rule_id, exchange, {contract} AS contract, trading_day, subject_type, subject_id,
       t.term_id IS NOT NULL AS in_force, NULL AS no_limit
FROM looked_at LEFT JOIN all_terms AS t
  ON t.rule_id = '{id}' AND t.term_exchange = exchange AND t.term_kind = {kind}
 AND trading_day >= t.starts AND trading_day < t.ends
WHERE {looks_at}"""
_UNDER_LIMITS = """
SELECT DISTINCT '{id}' AS rule_id, exchange, coalesce(t.key, contract) AS contract, trading_day, subject_type,
       subject_id, p.term_exchange IS NOT NULL AS in_force, t.key IS NULL AS no_limit
FROM looked_at LEFT JOIN opening_terms AS t
  ON t.term_exchange = exchange AND t.term_contract = contract AND trading_day >= t.starts AND trading_day < t.ends
LEFT JOIN periods AS p
  ON p.rule_id = '{id}' AND p.term_exchange = exchange AND trading_day >= p.starts AND trading_day < p.ends
WHERE {looks_at}"""
# UNKNOWN is answered only where no HIT follows from the rows that are known
_ANSWERS = f"""
SELECT rule_id, exchange, nullif(contract, '-') AS contract, trading_day, subject_type, subject_id,
       CASE WHEN reason_given IN ('limit reached') THEN 'HIT'
            WHEN reason_given IN ('not in force', 'all members programmatic', 'no limit row', 'limit not reached')
            THEN 'MISS' ELSE 'UNKNOWN' END AS answer,
       CASE WHEN no_limit THEN 0 ELSE coalesce(total, 0) END::DOUBLE AS day_total, reason_given AS reason
FROM (
    SELECT u.*, total, CASE
        WHEN NOT in_force THEN 'not in force'
        WHEN m.missing IS NOT NULL THEN m.missing
        WHEN e.rule_id IS NOT NULL THEN 'all members programmatic'
        WHEN total >= breach_at AND no_limit IS NOT TRUE THEN 'limit reached'
        WHEN open > 0 THEN n.reason
        WHEN no_limit THEN 'no limit row'
        ELSE 'limit not reached' END AS reason_given
    FROM ({{units}}) AS u
    LEFT JOIN ({_NOW}) AS n USING ({UNIT_SQL})
    LEFT JOIN term_levels USING (term_id)
    LEFT JOIN exempt AS e USING (rule_id, trading_day, subject_type, subject_id)
    LEFT JOIN unanswerable AS m USING (rule_id)
)
ORDER BY trading_day, rule_id, exchange, contract, subject_id, subject_type, reason DESC
"""
_COUNTERS = f"""
SELECT subject_type, subject_id, rule_id, exchange, nullif(contract, '-') AS contract, trading_day, total AS count,
       limit_value AS limit, warning_at, breach_at, total / breach_at AS share,
       CASE WHEN e.rule_id IS NOT NULL THEN 'MISS' WHEN total >= breach_at THEN 'HIT' WHEN open > 0 THEN 'UNKNOWN'
            ELSE 'MISS' END AS answer
FROM ({_NOW}) JOIN term_levels USING (term_id)
LEFT JOIN exempt AS e USING (rule_id, trading_day, subject_type, subject_id)
WHERE limit_value IS NOT NULL AND ($day::DATE IS NULL OR trading_day = $day)
  AND ($subject::VARCHAR IS NULL OR subject_id = $subject)
ORDER BY total / breach_at DESC, rule_id, exchange, contract, subject_id, trading_day
"""


def findings(con: Any, rules: Sequence[Rule]) -> pa.Table:
    """The findings of every day in the state, sorted by day, rule, exchange, contract and subject."""
    con.execute(_LOOKED)
    units = "\nUNION ALL\n".join(_units(rule) for rule in rules)
    return con.sql(_ANSWERS.format(units=units)).to_arrow_table().cast(FINDINGS_SCHEMA)


def counters(con: Any, day: Any, subject: str | None) -> pa.Table:
    """Counts against limits now, nearest to a breach first; ``day``, ``subject`` None: all in the state."""
    return con.sql(_COUNTERS, params={"day": day, "subject": subject}).to_arrow_table()


def _units(rule: Rule) -> str:
    if rule.unit == "limit_key":
        return _UNDER_LIMITS.format(id=rule.id, looks_at=rule.looks_at)
    contract, kind = ("'-'", "''") if rule.unit == "exchange" else ("contract", "coalesce(kind, '')")
    return _IN_FORCE.format(id=rule.id, looks_at=rule.looks_at, contract=contract, kind=kind)


def unanswerable(rules: Sequence[Rule], given: Collection[str]) -> dict[str, str]:
    """Why a rule answers UNKNOWN throughout: the first table it needs that was not given, by rule id."""
    missing = {rule.id: [name for name in rule.needs if name not in given] for rule in rules}
    return {rule_id: f"no {names[0]} table" for rule_id, names in missing.items() if names}
