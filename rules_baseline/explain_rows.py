"""The raw rows behind an alert: its evidence names events, and the tables have them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from rules_baseline.frozen_evidence import read_evidence
from rules_baseline.trigger import TriggerRecord

_BY_ID = """
SELECT * FROM {table} WHERE {id} IN (SELECT unnest($ids)) AND trading_day BETWEEN $first AND $last
  AND ($exchange IS NULL OR exchange = $exchange) AND account_id IN (SELECT unnest($accounts))
ORDER BY event_time, {id}
"""
_AT = """
SELECT * FROM {table} WHERE account_id || '@' || strftime(event_time, '%Y-%m-%dT%H:%M:%S.%fZ') IN (SELECT unnest($ids))
ORDER BY event_time
"""
_ON = """
SELECT * FROM {table} WHERE account_id || '@' || trading_day::VARCHAR{more} IN (SELECT unnest($ids))
ORDER BY trading_day
"""
_PLACE = " || '/' || exchange || '.' || contract || '/' || side || '/' || hedge"


def rows_behind(events: Any, alert: TriggerRecord) -> dict[str, pa.Table]:
    """Rows of ``features.events.load.Events`` that the alert's evidence names, by raw table; only tables with any.

    At most as many events as the evidence keeps. Rows of orders and trades are those of the accounts the alert is
    about, within its window. Empty where the evidence names nothing or the events are not in the data.
    """
    found = read_evidence(alert.evidence)
    ids = [part for name in found.get("event_ids", []) for part in _parts(str(name))]
    days = found.get("days") or {}
    last = alert.trading_day
    first = min(last, date.fromisoformat(days["from"])) if "from" in days else last
    accounts = {alert.account_id, alert.subject_id, *found.get("accounts", []), *found.get("members", {})}
    placed = {"ids": ids, "first": first, "last": last, "exchange": alert.exchange, "accounts": sorted(accounts)}
    queries = {
        "orders": (_BY_ID.format(table="orders", id="order_id"), placed),
        "trades": (_BY_ID.format(table="trades", id="trade_id"), placed),
        **{name: (_AT.format(table=name), {"ids": ids}) for name in ("logins", "cash_flows")},
        "account_days": (_ON.format(table="account_days", more=""), {"ids": ids}),
        "positions": (_ON.format(table="positions", more=_PLACE), {"ids": ids}),
    }
    connection = events.backend.con
    tables = {name: connection.sql(query, params=values).to_arrow_table() for name, (query, values) in queries.items()}
    return {name: table for name, table in tables.items() if table.num_rows}


def named_events(alert: TriggerRecord) -> int:
    """How many events the alert's evidence names; 0 where it names none."""
    names = read_evidence(alert.evidence).get("event_ids", [])
    return len({part for name in names for part in _parts(str(name))})


@dataclass(frozen=True, slots=True)
class Shown:
    """Rows as short text: what all rows say alike (``same``), and the other columns, a list a row; null is empty."""

    same: dict[str, str]
    columns: list[str]
    rows: list[list[str]]


def as_text(table: pa.Table) -> Shown:
    """A raw table has more columns than a screen: of several rows those that are alike are told once, nulls not."""
    told = {name: [_cell(value) for value in table.column(name).to_pylist()] for name in table.column_names}
    several = table.num_rows > 1
    alike = {name for name, cells in told.items() if len(set(cells)) == 1 and (several or not cells[0])}
    columns = [name for name in told if name not in alike]
    rows = [list(row) for row in zip(*(told[name] for name in columns), strict=True)]
    return Shown({name: told[name][0] for name in told if name in alike and told[name][0]}, columns, rows)


def _parts(name: str) -> list[str]:
    return [name] if "@" in name else name.split("|")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"  # 3071, and not 3071.000000
    return value.isoformat(sep=" ") if isinstance(value, datetime) else str(value)
