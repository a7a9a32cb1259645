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
UNION ALL SELECT {UNIT_SQL}, term_id, total, open, reason FROM day_totals
"""
# whom the rules looked at, by account: the first bit says cancels, then messages, trades and opens
_KEPT = """
SELECT exchange, contract, trading_day, account_id, bit_or(flags) AS flags FROM (
    SELECT exchange, contract, trading_day, account_id,
           (CASE WHEN cancelled THEN 3 ELSE 2 END)::UTINYINT AS flags FROM {kept}_messages {which}
    UNION ALL SELECT exchange, contract, trading_day, account_id,
           (CASE WHEN opens THEN 12 ELSE 4 END)::UTINYINT FROM {kept}_legs {which})
GROUP BY ALL"""


def looked(kept: str = "kept", which: str = "") -> str:
    """SQL of ``day_looked`` from what the names in ``kept`` hold; ``which`` picks rows of it."""
    return _KEPT.format(kept=kept, which=which)


_ACCOUNTS = f"(({looked()}) UNION ALL FROM day_looked)"
_UNIT = "exchange, contract, trading_day, subject_type, subject_id, kind"
# an account by itself is there once a contract and day already; only members are summed up to their groups
_LOOKED_AT = f"""
CREATE OR REPLACE TEMP TABLE looked_at AS
WITH accounts AS ({with_subject(_ACCOUNTS, "r.exchange, r.contract, r.trading_day, r.flags", kind=True)}),
subjects AS (SELECT {_UNIT}, flags FROM accounts WHERE subject_type = 'account' UNION ALL
             SELECT {_UNIT}, bit_or(flags) FROM accounts WHERE subject_type = 'group' GROUP BY ALL)
SELECT {_UNIT}, flags & 1 > 0 AS cancels, flags & 2 > 0 AS messages, flags & 4 > 0 AS trades, flags & 8 > 0 AS opens,
       row_number() OVER (ORDER BY exchange, nullif(contract, '-'), subject_id, subject_type) AS place
FROM subjects"""


# Units of a rule, each with its place in the order of the file among those of its day. Whom the rules looked at is
# there once a contract; only where several contracts make one unit are there more rows than units.
_BY_CONTRACT = """
SELECT exchange, contract, trading_day, subject_type, subject_id, t.term_id IS NOT NULL AS in_force, false AS no_limit,
       place
FROM looked_at LEFT JOIN all_terms AS t
  ON t.rule_id = '{id}' AND t.term_exchange = exchange AND t.term_kind = coalesce(kind, '')
 AND trading_day >= t.starts AND trading_day < t.ends
WHERE {looks_at}"""
_BY_EXCHANGE = """
SELECT *, row_number() OVER (ORDER BY exchange, subject_id, subject_type) AS place FROM (
    SELECT DISTINCT exchange, '-' AS contract, trading_day, subject_type, subject_id, t.term_id IS NOT NULL AS in_force,
           false AS no_limit
    FROM looked_at LEFT JOIN all_terms AS t
      ON t.rule_id = '{id}' AND t.term_exchange = exchange AND t.term_kind = '' AND trading_day >= t.starts
     AND trading_day < t.ends
    WHERE {looks_at})"""
# a contract and an option month may share a name (DCE m2605): the one without a limit comes first
_BY_LIMIT = """
SELECT *, row_number() OVER (ORDER BY exchange, contract, subject_id, subject_type, no_limit DESC) AS place FROM (
    SELECT DISTINCT exchange, coalesce(t.key, contract) AS contract, trading_day, subject_type, subject_id,
           p.term_exchange IS NOT NULL AS in_force, t.key IS NULL AS no_limit
    FROM looked_at LEFT JOIN opening_terms AS t
      ON t.term_exchange = exchange AND t.term_contract = contract AND trading_day >= t.starts AND trading_day < t.ends
    LEFT JOIN periods AS p
      ON p.rule_id = '{id}' AND p.term_exchange = exchange AND trading_day >= p.starts AND trading_day < p.ends
    WHERE {looks_at})"""
_UNITS = {"contract": _BY_CONTRACT, "exchange": _BY_EXCHANGE, "limit_key": _BY_LIMIT}
# UNKNOWN is answered only where no HIT follows from the rows that are known
_ANSWER = f"""
SELECT {{number}} AS number, place, '{{id}}' AS rule_id, exchange, nullif(contract, '-') AS contract, trading_day,
       subject_type, subject_id, CASE WHEN no_limit THEN 0 ELSE coalesce(total, 0) END::DOUBLE AS day_total, CASE
       WHEN NOT in_force THEN 'not in force'
       {{missing}}
       {{programmatic}}
       WHEN total >= breach_at AND no_limit IS NOT TRUE THEN 'limit reached'
       WHEN open > 0 THEN n.reason
       WHEN no_limit THEN 'no limit row'
       ELSE 'limit not reached' END AS reason
FROM ({{units}}) AS u
LEFT JOIN (SELECT * EXCLUDE (rule_id) FROM ({_NOW}) WHERE rule_id = '{{id}}') AS n
    USING (exchange, contract, trading_day, subject_type, subject_id)
LEFT JOIN term_levels USING (term_id) {{exempt}}"""
_EXEMPT = """
LEFT JOIN (SELECT DISTINCT trading_day, subject_type, subject_id, true AS is_exempt FROM exempt WHERE rule_id = '{id}')
    USING (trading_day, subject_type, subject_id)"""
_ANSWERS = """
SELECT rule_id, exchange, contract, trading_day, subject_type, subject_id,
       CASE WHEN reason IN ('limit reached') THEN 'HIT'
            WHEN reason IN ('not in force', 'all members programmatic', 'no limit row', 'limit not reached')
            THEN 'MISS' ELSE 'UNKNOWN' END AS answer, day_total, reason
FROM ({units}) ORDER BY trading_day, number, place"""
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
    con.execute(_LOOKED_AT)
    missing = dict(con.execute("SELECT rule_id, missing FROM unanswerable").fetchall())
    ordered = sorted(rules, key=lambda rule: rule.id.encode())
    units = "\nUNION ALL\n".join(_answer(number, rule, missing.get(rule.id)) for number, rule in enumerate(ordered))
    return con.sql(_ANSWERS.format(units=units)).to_arrow_table().cast(FINDINGS_SCHEMA)


def _answer(number: int, rule: Rule, missing: str | None) -> str:
    exempt = rule.exempt is not None
    return _ANSWER.format(
        number=number,
        id=rule.id,
        units=_UNITS[rule.unit].format(id=rule.id, looks_at=rule.looks_at),
        missing="" if missing is None else f"WHEN true THEN '{missing}'",
        programmatic="WHEN is_exempt THEN 'all members programmatic'" if exempt else "",
        exempt=_EXEMPT.format(id=rule.id) if exempt else "",
    )


def counters(con: Any, day: Any, subject: str | None) -> pa.Table:
    """Counts against limits now, nearest to a breach first; ``day``, ``subject`` None: all in the state."""
    return con.sql(_COUNTERS, params={"day": day, "subject": subject}).to_arrow_table()


def unanswerable(rules: Sequence[Rule], given: Collection[str]) -> dict[str, str]:
    """Why a rule answers UNKNOWN throughout: the first table it needs that was not given, by rule id."""
    missing = {rule.id: [name for name in rule.needs if name not in given] for rule in rules}
    return {rule_id: f"no {names[0]} table" for rule_id, names in missing.items() if names}
