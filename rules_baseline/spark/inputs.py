"""The tables of ``inputs.Inputs`` as views over whole days on Spark: raw rows with the facts of their day joined."""

# The SQL below is put together from names of ours only.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from rules_baseline.facts import cancels_of, opens_of, with_subject
from rules_baseline.inputs import LEG_COLUMNS
from rules_baseline.memory import IMMEDIATE, MESSAGE, Needed
from rules_baseline.spark.handover import Handover

DAY_FACTS = ("subject_of_day", "contract_of_day")
# ``match`` and ``burst`` are hashes: equal for rows of one, and now and then of others, which the rules tell apart
_LEGS = f"""
WITH legs AS (
    SELECT *, xxhash64(exchange, trading_day, contract, trade_id, subject_type, subject_id) AS match
    FROM ({with_subject("batch_trades", ", ".join(f"r.{name}" for name in LEG_COLUMNS), kind=True)})),
both AS (SELECT match FROM legs GROUP BY match HAVING min(side) < max(side))
SELECT * FROM legs SEMI JOIN both USING (match)"""
_SENT = f"""
SELECT exchange, trading_day, account_id, order_id, event_time, seq, event = 'cancelled' AS cancelled,
       CAST(date_trunc('second', event_time) AS TIMESTAMP) AS second
FROM batch_orders WHERE {MESSAGE}"""
_MESSAGES = f"""
WITH sent AS (
    SELECT *, xxhash64(exchange, trading_day, second, subject_type, subject_id) AS burst
    FROM ({with_subject(f"({_SENT})", "r.*")})),
busy AS (SELECT burst FROM sent GROUP BY burst HAVING count(*) >= {{burst}})
SELECT * FROM sent SEMI JOIN busy USING (burst)"""
_IMMEDIATE = f"SELECT exchange, trading_day, order_id, event_time FROM batch_orders WHERE {IMMEDIATE}"
# For whom there are findings: one row stands for many.
LOOKED_AT = {
    "orders": "SELECT exchange, contract, trading_day, account_id, event FROM orders "
    "GROUP BY exchange, contract, trading_day, account_id, event",
    "trades": "SELECT exchange, contract, trading_day, account_id, `offset`, hedge FROM trades "
    "GROUP BY exchange, contract, trading_day, account_id, `offset`, hedge",
}


def make_inputs(spark: Handover, tables: Mapping[str, pa.Table], needed: Needed) -> None:
    """Make the views that rules read; ``tables`` are ``DAY_FACTS`` and the terms, raw tables are handed over already.

    ``held_legs`` are those of matches in which one subject stands on both sides, ``held_messages`` those of seconds in
    which one sent enough of them: all that a derived rule can count.
    """
    for name, table in tables.items():
        spark.give(name, table)
    for name in ("orders", "trades"):
        spark.view(f"batch_{name}", f"SELECT * FROM {name}")
    spark.view("cancels", cancels_of())
    spark.view("opens", opens_of())
    spark.keep("held_legs", _LEGS)
    spark.keep("held_messages", _MESSAGES.format(burst=1 if needed.burst is None else needed.burst))
    exchanges = ", ".join(f"'{name}'" for name in needed.immediate) or "''"
    spark.view("held_immediate", f"{_IMMEDIATE} AND exchange IN ({exchanges})")
