"""A run's one batch, counted where its rows lie: what each unit came to, and the events of those that crossed."""

# The SQL below is put together from names of ours only.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from rules_baseline import memory
from rules_baseline.batches import Whole
from rules_baseline.book import Book
from rules_baseline.counting import Counting
from rules_baseline.crossing import Standing, raised
from rules_baseline.facts import cancels_of, opens_of
from rules_baseline.findings import looked
from rules_baseline.rule import Rule
from rules_baseline.state import EVENT_SQL, UNIT_SQL
from rules_baseline.statement import union
from rules_baseline.trigger import TriggerRecord

ROWS = 1_000_000  # counted at a time, whole trading days: memory stays bounded, and statements few
_KEY = "exchange, contract, trading_day, subject_type, subject_id"
_DAYS = """
SELECT trading_day, exchange, sum(orders)::BIGINT, sum(trades)::BIGINT, min(first), max(last)
FROM (SELECT trading_day, exchange, count(*) AS orders, 0 AS trades, min(event_time) AS first, max(event_time) AS last
      FROM {orders} GROUP BY ALL
      UNION ALL SELECT trading_day, exchange, 0, count(*), min(event_time), max(event_time) FROM {trades} GROUP BY ALL)
GROUP BY ALL ORDER BY ALL"""
_TOTALS = f"""
SELECT '{{rule}}' AS rule_id, {_KEY}, max(term_id) AS term_id,
       coalesce(sum(amount) FILTER (WHERE counts), 0)::BIGINT AS total,
       coalesce(sum(lots) FILTER (WHERE counts), 0)::BIGINT AS lots,
       count(*) FILTER (WHERE counts IS NULL) AS open, max(reason) FILTER (WHERE counts IS NULL) AS reason
FROM ({{events}}) GROUP BY {_KEY}"""
# a unit that cannot reach its lowest level needs no event rows
_REACHED = f"""
SELECT {UNIT_SQL}, term_id, total, lots
FROM day_totals JOIN term_levels USING (term_id)
ANTI JOIN exempt USING (rule_id, trading_day, subject_type, subject_id)
WHERE trading_day BETWEEN $first AND $last AND total >= least(warning_at, breach_at) ORDER BY ALL"""
# whose rows of which day and exchange, and where units are contracts of which contract, a candidate is made of
_MADE_OF = """AND (r.trading_day, r.exchange{row_of}, r.account_id) IN (
SELECT trading_day, exchange{of}, subject_id AS account_id FROM candidates WHERE subject_type = 'account'
UNION SELECT c.trading_day, c.exchange{of}, s.account_id FROM subject_of_day AS s JOIN candidates AS c
    ON c.subject_type = 'group' AND c.subject_id = s.group_id AND c.trading_day = s.trading_day)"""


@dataclass(frozen=True, slots=True)
class DaySeen:
    """The rows of one trading day at one exchange: how many of each table, the first and the last time."""

    day: date
    exchange: str
    orders: int
    trades: int
    first: datetime
    last: datetime


def days_of(con: Any, batch: Whole) -> list[DaySeen]:
    """What a whole batch holds, by day and exchange."""
    found = con.execute(_DAYS.format(orders=batch.orders, trades=batch.trades)).fetchall()
    return [DaySeen(*row) for row in found]


def count_whole(
    con: Any, batch: Whole, seen: Sequence[DaySeen], counting: Counting, book: Book
) -> Iterator[TriggerRecord]:
    """Fold the days of ``batch`` into the state, some at a time, and give the alerts of each lot of days in order.

    A unit is of one trading day, so is a match and a burst; occurrences look at earlier days alone. Days in order give
    what all rows at once would give.
    """
    for part in _parts(seen):
        first, last = part[0].day, part[-1].day
        for name in ("orders", "trades"):
            rows = f"SELECT * FROM {getattr(batch, name)} WHERE trading_day BETWEEN DATE '{first}' AND DATE '{last}'"
            con.execute(f"CREATE OR REPLACE TEMP VIEW batch_{name} AS {rows}")
        counting.facts.meet({one.day for one in part})
        kept = memory.look(con, batch.sequence, counting.needed)
        _fold(con, batch.sequence, part, counting, kept)
        yield from _raise(con, part, counting, book)
    for name in ("cancels", "opens", "batch_orders", "batch_trades", "whole_legs", "whole_messages"):
        con.execute(f"DROP VIEW IF EXISTS {name}")


def _parts(seen: Sequence[DaySeen]) -> Iterator[list[DaySeen]]:
    """Whole days in order, about ``ROWS`` rows together."""
    part: list[DaySeen] = []
    for place, one in enumerate(seen):
        part.append(one)
        full = sum(each.orders + each.trades for each in part) >= ROWS
        if part and (place + 1 == len(seen) or (full and seen[place + 1].day > one.day)):
            yield part
            part = []


def _fold(con: Any, sequence: int, part: Sequence[DaySeen], counting: Counting, kept: str) -> None:
    """What each unit came to, and whom the rules looked at."""
    since, until = min(one.first for one in part), max(one.last for one in part)
    held = memory.hold(con, sequence, counting.needed, first_day=part[0].day, since=since, until=until, kept=kept)
    for name, rows in (("cancels", cancels_of()), ("opens", opens_of())):
        con.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {rows}")
    exchanges = {one.exchange for one in part}
    events = {rule.id: counting.statement.events[rule.id] for rule in counting.plain(exchanges)}
    for rule in counting.derived(exchanges):
        parts = counting.changed(rule, held, late=False)
        if parts:
            con.execute(f"CREATE OR REPLACE TEMP TABLE whole_{rule.id} AS {union(parts)}")
            events[rule.id] = f"FROM whole_{rule.id}"
    for rule_id, sql in events.items():
        con.execute(f"INSERT INTO day_totals {_TOTALS.format(rule=rule_id, events=sql)}")
    con.execute(f"INSERT INTO day_looked {looked(kept)}")


def _raise(con: Any, part: Sequence[DaySeen], counting: Counting, book: Book) -> list[TriggerRecord]:
    """The alerts of units that reached a level, from their events alone."""
    rows = con.execute(_REACHED, {"first": part[0].day, "last": part[-1].day}).fetchall()
    units = [Standing(tuple(unit), 0, term_id, total, lots) for *unit, term_id, total, lots in rows]
    if not units:
        return []
    made = {rule.id for rule in counting.derived({one.exchange for one in part})}
    crossing = sorted({one.unit[0] for one in units})
    events = [f"FROM whole_{rule}" if rule in made else counting.statement.events[rule] for rule in crossing]
    plain = [rule for rule in counting.plain({one.exchange for one in part}) if rule.id in crossing]
    orders, trades = cancels_of(_made_of(plain, "orders")), opens_of(_made_of(plain, "trades"))
    narrow = f"WITH cancels AS ({orders}), opens AS ({trades})"
    parts = [f"SELECT {UNIT_SQL}, {EVENT_SQL} FROM ({sql}) WHERE counts" for sql in events]
    return raised(con, units, f"{narrow} {union(parts)}", book)


def _made_of(rules: Sequence[Rule], rows: str) -> str:
    """SQL that leaves of ``rows`` (orders or trades) those that a candidate of the plain ``rules`` may be made of."""
    others = {"orders": ("trades", "opens"), "trades": ("cancels", "messages")}[rows]
    by_contract = all(rule.unit == "contract" for rule in rules if rule.looks_at not in others)
    of = ", contract" if by_contract else ""
    return _MADE_OF.format(of=of, row_of=of.replace(" ", " r."))
