"""What may be counted now, and what waits: rows of one instant are never split over two batches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from alertgrade.watch.intake import TABLES

Tables = Mapping[str, pa.Table]


@dataclass(frozen=True, slots=True)
class Split:
    """Rows to count now, and rows to hold until later ones of their exchange are there."""

    now: Tables
    held: Tables


def split(rows: Tables, lateness_us: int, quiet_us: int) -> Split:
    """Hold, exchange by exchange, the rows of the latest instant and of ``lateness_us`` microseconds before it.

    Equal times then reach the engine together however the source cut them; with ``lateness_us`` above 0, rows that are
    late by less are put in order too. An exchange that has been quiet while another moved on by ``quiet_us`` more than
    that holds nothing: its last rows need not wait for its next session. All by event time, so that it is the same
    however fast the rows are taken.
    """
    latest = _latest(rows)
    moved_on = max(latest.values(), default=0) - lateness_us - quiet_us
    now, held = {}, {}
    for name in TABLES:
        table = rows[name]
        free = pa.array([False] * table.num_rows, pa.bool_())
        for exchange, last in latest.items():
            cut = pa.scalar(last + 1 if last <= moved_on else last - lateness_us, pa.timestamp("us"))
            of_exchange = pc.equal(table["exchange"], exchange)
            free = pc.or_(free, pc.and_(of_exchange, pc.less(table["event_time"], cut)))
        now[name], held[name] = table.filter(free), table.filter(pc.invert(free))
    return Split(now, held)


def joined(first: Tables, second: Tables) -> Tables:
    """The rows of both, by table."""
    return {name: pa.concat_tables([first[name], second[name]]) for name in TABLES}


def count(rows: Tables) -> int:
    """Rows in all tables."""
    return sum(table.num_rows for table in rows.values())


def _latest(rows: Tables) -> dict[str, int]:
    """Microseconds since 1970 of the latest row of each exchange."""
    latest: dict[str, int] = {}
    for name in TABLES:
        by_exchange = rows[name].group_by("exchange").aggregate([("event_time", "max")])
        times = by_exchange["event_time_max"].cast(pa.int64()).to_pylist()
        found: list[tuple[Any, int]] = list(zip(by_exchange["exchange"].to_pylist(), times, strict=True))
        for exchange, last in found:
            latest[exchange] = max(last, latest.get(exchange, last))
    return latest
