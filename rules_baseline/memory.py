"""What is kept of a batch: legs of matches, and messages, those marked that make an order's trades exempt.

Later batches make the events of derived rules of it, and the findings whom the rules looked at.
"""

# The SQL below is put together from names of ours only.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from rules_baseline.facts import with_subject
from rules_baseline.inputs import LEG_COLUMNS
from rules_baseline.limits import Entry
from rules_baseline.terms import Term

OPENING = "intraday_open"

KEPT = {
    "kept_legs": "sequence BIGINT, exchange VARCHAR, trading_day DATE, contract VARCHAR, trade_id VARCHAR, "
    "account_id VARCHAR, order_id VARCHAR, side VARCHAR, hedge VARCHAR, event_time TIMESTAMP, seq BIGINT, "
    "match UBIGINT, opens BOOLEAN",
    "kept_messages": "sequence BIGINT, exchange VARCHAR, trading_day DATE, account_id VARCHAR, order_id VARCHAR, "
    "event_time TIMESTAMP, seq BIGINT, cancelled BOOLEAN, contract VARCHAR, immediate BOOLEAN",
}
MESSAGE = "event IN ('accepted', 'cancelled')"  # the orders that are messages
IMMEDIATE = "event = 'accepted' AND (time_in_force IN ('FOK', 'FAK') OR order_type = 'market')"
# What of the batch in hand is kept in each table, in the order of its columns.
_LEFT = {
    "legs": f"""SELECT $sequence::BIGINT AS sequence, {", ".join(LEG_COLUMNS)},
       hash(exchange, trading_day, contract, trade_id) AS match, "offset" = 'open'{{limited}} AS opens
       FROM batch_trades""",
    "messages": f"""SELECT $sequence::BIGINT AS sequence, exchange, trading_day, account_id, order_id, event_time, seq,
       event = 'cancelled' AS cancelled, contract, {{immediate}} AS immediate FROM batch_orders WHERE {MESSAGE}""",
}
_LEGS = ", ".join(f"r.{name}" for name in LEG_COLUMNS)
_MESSAGES = "r.exchange, r.trading_day, r.account_id, r.order_id, r.event_time, r.seq, r.second, r.cancelled"
_SECOND = "exchange, trading_day, second, subject_type, subject_id"
# ``match`` is a hash: equal for rows of one match, and now and then for others, which the rules' grouping tells apart
_HELD_LEGS = f"""
WITH touched AS {{once}} (SELECT * FROM {{kept}}_legs WHERE trading_day >= $day {{also}}),
two_sided AS (SELECT match FROM touched GROUP BY match HAVING bool_or(side = 'buy') AND bool_or(side = 'sell')),
rows AS (SELECT * FROM touched SEMI JOIN two_sided USING (match))
{with_subject("rows", f"r.sequence, {_LEGS}", kind=True)}"""
_OF_THIS_BATCH = "AND match IN (SELECT match FROM kept_legs WHERE sequence = $sequence)"
_HELD_MESSAGES = f"""
WITH messages AS (SELECT *, date_trunc('second', event_time) AS second FROM {{kept}}_messages
    WHERE event_time >= date_trunc('second', $since::TIMESTAMP)
      AND event_time < $until::TIMESTAMP + INTERVAL 1 SECOND),
crowded AS (SELECT second FROM messages GROUP BY second HAVING count(*) >= $burst),
rows AS (SELECT * FROM messages SEMI JOIN crowded USING (second)),
touched AS MATERIALIZED ({with_subject("rows", f"r.sequence, {_MESSAGES}")}),
busy AS (SELECT {_SECOND} FROM touched GROUP BY ALL HAVING count(*) >= $burst)
SELECT * FROM touched SEMI JOIN busy USING ({_SECOND})"""
_HELD_IMMEDIATE = """
SELECT sequence, exchange, trading_day, order_id, event_time FROM {kept}_messages
SEMI JOIN held_legs USING (exchange, trading_day, order_id) WHERE immediate"""
# Matches in which one subject stands on both sides: there are no others that a rule counts.
_COUNT_LEGS = """
SELECT count(*), count(*) FILTER (WHERE several AND subject_type = 'group'), count(*) FILTER (WHERE whole_before)
FROM (SELECT subject_type, min(account_id) < max(account_id) AS several,
             coalesce(min(side) FILTER (WHERE sequence < $sequence)
                      < max(side) FILTER (WHERE sequence < $sequence), false) AS whole_before
      FROM held_legs GROUP BY exchange, trading_day, contract, trade_id, subject_type, subject_id
      HAVING min(side) < max(side))"""
# Without a second that holds enough messages of all subjects together there is none of one subject's.
_ANY_BUSY = """
SELECT 1 FROM {kept}_messages
WHERE event_time >= date_trunc('second', $since::TIMESTAMP) AND event_time < $until::TIMESTAMP + INTERVAL 1 SECOND
GROUP BY date_trunc('second', event_time) HAVING count(*) >= $burst LIMIT 1"""
_COUNT_MESSAGES = f"""
SELECT (SELECT count(*) FROM held_messages),
       (SELECT count(*) FROM (SELECT 1 FROM held_messages WHERE sequence < $sequence
        GROUP BY {_SECOND} HAVING count(*) >= $burst))"""


@dataclass(frozen=True, slots=True)
class Needed:
    """What the rules need kept, from their own parameters.

    ``burst``: the smallest burst (None: no bursts); ``immediate``: where FOK, FAK and market orders exempt;
    ``unlimited``: hedge flags whose opening no exchange limits, so that it is not looked at.
    """

    burst: int | None
    immediate: tuple[str, ...]
    unlimited: tuple[str, ...]


def needed_by(terms: Sequence[Term], entries: Sequence[Entry]) -> Needed:
    """From ``burst_messages``, ``exempt_immediate`` and, of rules with limits from a table, ``exempt_hedges``."""
    bursts = [term.values["burst_messages"] for term in terms if term.values.get("burst_messages") is not None]
    exchanges = {term.exchange for term in terms if term.values.get("exempt_immediate")}
    opening = [set(e.values["exempt_hedges"].split(",")) for e in entries if e.rule_id == OPENING]
    unlimited = set.intersection(*opening) if opening else set()
    return Needed(min(bursts, default=None), tuple(sorted(exchanges)), tuple(sorted(unlimited)))


def keep(con: Any, sequence: int, needed: Needed) -> None:
    """Append what the batch in hand leaves to later ones."""
    for name, rows in _left(needed).items():
        con.execute(f"INSERT INTO kept_{name} {rows}", {"sequence": sequence})


def look(con: Any, sequence: int, needed: Needed) -> str:
    """Views of what ``keep`` would append, for a batch that leaves nothing to later ones; their prefix for ``hold``."""
    for name, rows in _left(needed).items():
        con.execute(f"CREATE OR REPLACE TEMP VIEW whole_{name} AS {rows.replace('$sequence', str(sequence))}")
    return "whole"


def _left(needed: Needed) -> dict[str, str]:
    limited = f" AND hedge NOT IN ({_listed(needed.unlimited)})" if needed.unlimited else ""
    immediate = f"({IMMEDIATE}) AND exchange IN ({_listed(needed.immediate)})" if needed.immediate else "false"
    return {name: sql.format(limited=limited, immediate=immediate) for name, sql in _LEFT.items()}


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


@dataclass(frozen=True, slots=True)
class Held:
    """Matches with a subject on both sides, of them with several members; messages of bursts; what was whole before."""

    matches: int
    matches_of_groups: int
    matches_before: int
    messages: int
    bursts_before: int


def hold(
    con: Any, sequence: int, needed: Needed, *, first_day: date, since: datetime, until: datetime, kept: str = "kept"
) -> Held:
    """Make the tables of ``inputs.Inputs`` that derived events are made of.

    Held is what the batch touches and may be whole: matches with two sides, seconds with enough messages of a subject,
    all their rows so far. ``before_`` are those without the batch's own. ``kept`` begins the names of what is read.
    """
    told = {"sequence": sequence}
    also, of_batch = (_OF_THIS_BATCH, told) if sequence > 1 else ("", {})
    # read twice where it lies costs less than once through a copy, unless the copy is small
    once = "MATERIALIZED" if sequence > 1 else "NOT MATERIALIZED"
    legs = _HELD_LEGS.format(also=also, kept=kept, once=once)
    rows = _make(con, "held_legs", legs, {"day": first_day, **of_batch})
    [(matches, of_groups, before)] = con.execute(_COUNT_LEGS, told).fetchall() if rows else [(0, 0, 0)]
    messages, bursts = _hold_messages(con, sequence, needed.burst, {"since": since, "until": until}, kept)
    held = Held(matches, of_groups, before, messages, bursts)
    if held.matches:
        _make(con, "held_immediate", _HELD_IMMEDIATE.format(kept=kept))
    names = ["legs", "immediate"] * bool(held.matches_before) + ["messages"] * bool(held.bursts_before)
    for name in names:
        _make(con, f"before_{name}", f"SELECT * FROM held_{name} WHERE sequence < $sequence", told)
    return held


def _hold_messages(con: Any, sequence: int, burst: int | None, times: dict[str, Any], kept: str) -> tuple[int, int]:
    """Make ``held_messages`` where a second may be busy; how many they are, and bursts that were whole before."""
    if burst is None:
        return 0, 0
    # to look first saves a small batch the table; of a whole run it would group all messages twice
    if kept == "kept" and not con.execute(_ANY_BUSY.format(kept=kept), {**times, "burst": burst}).fetchall():
        return 0, 0
    _make(con, "held_messages", _HELD_MESSAGES.format(kept=kept), {**times, "burst": burst})
    messages, bursts = con.execute(_COUNT_MESSAGES, {"sequence": sequence, "burst": burst}).fetchall()[0]
    return messages, bursts


def _make(con: Any, name: str, sql: str, parameters: dict[str, Any] | None = None) -> int:
    """Make a table; returns how many rows it has."""
    return int(con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}", parameters or {}).fetchall()[0][0])
