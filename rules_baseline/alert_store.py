"""The alerts in the engine's state: appended by the batch that raised them, read back as they were."""

# The SQL below is put together from names of ours only.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from rules_baseline.alerts import ALERTS_SCHEMA, to_arrow
from rules_baseline.book import NO_PART, Book
from rules_baseline.limits import Limits
from rules_baseline.occurrence import occurrences_of
from rules_baseline.term_tables import TermTables
from rules_baseline.trigger import TriggerRecord

_EMITTED = f"""
SELECT level, triggered_at, occurrence, rule_id, exchange, coalesce(contract, '{NO_PART}'), trading_day, subject_type,
       subject_id
FROM alerts"""


def append(con: Any, sequence: int, records: Sequence[TriggerRecord]) -> None:
    """Append the alerts of batch ``sequence``."""
    if records:
        con.register("new_alerts", to_arrow(records))
        zone = "* REPLACE (triggered_at AT TIME ZONE 'UTC' AS triggered_at)"
        con.execute(f"INSERT INTO alerts SELECT ?, {zone} FROM new_alerts", [sequence])
        con.unregister("new_alerts")


def records(con: Any, where: str = "", parameters: Sequence[Any] = ()) -> list[TriggerRecord]:
    """The alerts of the state, in the order of the alerts file."""
    sql = f"SELECT {', '.join(ALERTS_SCHEMA.names)} FROM alerts {where} ORDER BY triggered_at, alert_id"
    rows = con.execute(sql, list(parameters)).fetchall()
    return [TriggerRecord(**dict(zip(ALERTS_SCHEMA.names, row, strict=True))) for row in rows]


def open_book(con: Any, terms: TermTables, limits: Limits, reference: Mapping[str, pa.Table]) -> Book:
    """What alerts are written with, the alerts in the state being known."""
    past = occurrences_of(reference, limits.occurrence_days)
    book = Book({term.term_id: term for term in terms.terms}, limits, past)
    for level, at, occurrence, *unit in con.execute(_EMITTED).fetchall():
        book.emitted.setdefault(tuple(unit), {})[level] = occurrence
        if level == "breach":
            past.add((unit[1], unit[0], unit[5]), unit[3], at)
    return book
