"""A whole folder loads typed, UTC, and without loss."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from features.events.schema import TABLES


def test_a_whole_folder_loads_typed(load, rows):
    events = load()
    assert [(s.table, s.read, s.kept, s.quarantined) for s in events.summary.tables] == [
        ("accounts", 2, 2, 0), ("contracts", 1, 1, 0), ("orders", 3, 3, 0), ("trades", 2, 2, 0)]
    first = rows(events.table("orders"))[0]
    assert first["event_time"] == dt.datetime(2026, 1, 5, 1, 30, 0, 1)
    assert first["price"] == Decimal("3500.000000")
    assert first["seq"] == 1
    assert rows(events.trading_days()) == [{"trading_day": dt.date(2026, 1, 5), "day_no": 0}]


def test_every_contract_table_has_the_contract_types(load):
    con = load().backend.con
    for table in TABLES.values():
        found = con.execute(f'DESCRIBE "{table.name}"').fetchall()
        assert [(name, kind) for name, kind, *_ in found] == [(c.name, c.kind.value) for c in table.columns]
