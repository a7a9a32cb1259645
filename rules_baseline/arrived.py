"""What a batch holds at a glance, and the time up to which each exchange has been processed."""

# The SQL below is put together from names of ours only.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from rules_baseline.batches import Batch
from rules_baseline.corrections import late_rows
from rules_baseline.state import put


@dataclass(frozen=True, slots=True)
class Seen:
    """First and last time of the rows of one exchange and trading day; a batch may have two of the same."""

    exchange: str
    day: date
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Arrived:
    """When, which days, and how many rows of a batch are late."""

    since: datetime
    until: datetime
    days: tuple[date, ...]
    exchanges: frozenset[str]
    closed: dict[str, datetime]  # the latest time of each exchange, this batch included
    late: int


def seen_in(batch: Batch) -> list[Seen]:
    """What the rows of a batch are of, in order; none: an empty batch."""
    rows: list[Seen] = []
    for table in (batch.orders, batch.trades):
        groups = table.select(["exchange", "trading_day", "event_time"]).group_by(
            ["exchange", "trading_day"], use_threads=False
        )
        found = groups.aggregate([("event_time", "min"), ("event_time", "max")])
        columns = ("exchange", "trading_day", "event_time_min", "event_time_max")
        rows += [Seen(*row) for row in zip(*(found.column(name).to_pylist() for name in columns), strict=True)]
    return sorted(rows, key=lambda one: (one.exchange, one.day, one.first, one.last))


def arrive(con: Any, seen: Sequence[Seen], before: Mapping[str, datetime]) -> Arrived:
    """Where each exchange's watermark goes from ``before``, and how many rows of the batch in hand are late."""
    closed = dict(before)
    for one in seen:
        closed[one.exchange] = max(one.last, closed.get(one.exchange, one.last))
    names = sorted({one.exchange for one in seen})
    late = 0
    if any(one.exchange in before and one.first <= before[one.exchange] for one in seen):
        columns = {"exchange": list(before), "closed_at": pa.array(before.values(), pa.timestamp("us"))}
        put(con, "closed", pa.table(columns))
        late = late_rows(con)
    days = tuple(sorted({one.day for one in seen}))
    since, until = min(one.first for one in seen), max(one.last for one in seen)
    return Arrived(since, until, days, frozenset(names), closed, late)


def mark(con: Any, sequence: int, arrived: Arrived) -> None:
    """Append the watermarks of the exchanges that a batch has rows of."""
    rows = [value for name in sorted(arrived.exchanges) for value in (sequence, name, arrived.closed[name])]
    con.execute(f"INSERT INTO watermarks VALUES {', '.join(['(?, ?, ?)'] * len(arrived.exchanges))}", rows)
