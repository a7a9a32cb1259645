"""Blanks around a value are no part of it: they are taken off, and the rows they stood in are counted."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

ORDER = "2026-01-05T01:31:00Z,2026-01-05,SHFE,rb2605,A9,O9,accepted,buy,open,speculation,limit,GFD,3500,2,,,,,"


def trimmed(events, name="orders"):
    return {table.table: table.trimmed for table in events.summary.tables}[name]


@pytest.mark.parametrize(
    ("written", "read"),
    [("A9", "A9"), (" A9", "A9"), ("A9  ", "A9"), ("\tA9 ", "A9"), ("A 9", "A 9"), ('" A9 "', "A9")],
)
def test_an_id_is_read_without_the_blanks_around_it(load, write, rows, written, read):
    write("orders", ORDER.replace("A9", written))
    events = load()
    assert rows(events.table("orders"))[-1]["account_id"] == read
    assert trimmed(events) == (written != read)


@pytest.mark.parametrize("value", ["buy", "2026-01-05", "3500", "O9", "2026-01-05T01:31:00Z", "GFD"])
def test_values_of_every_kind_are_read_without_them(load, write, reasons, value):
    write("orders", ORDER.replace(f"{value},", f" {value} ,", 1))
    events = load()
    assert reasons(events) == []
    assert trimmed(events) == 1


def test_a_value_of_blanks_only_is_empty(load, write, rows, reasons):
    write("orders", ORDER.replace("3500", "  "), ORDER.replace("A9", "  "))
    events = load()
    assert rows(events.table("orders"))[-1]["price"] is None
    assert reasons(events) == [("orders", 6, "account_id is empty, wanted text")]
    assert trimmed(events) == 1  # of the rows that stayed


def test_rows_that_differ_by_blanks_only_are_duplicates(load, write):
    write("orders", ORDER, ORDER.replace("O9", "O9 "))
    assert {t.table: t.duplicates for t in load().summary.tables}["orders"] == 1


def test_text_of_parquet_is_read_the_same_way(load, folder, rows):
    pq.write_table(
        pa.table(
            {
                "event_time": ["2026-01-05T01:00:00Z"],
                "trading_day": ["2026-01-05"],
                "account_id": [" A1 "],
                "event": ["login"],
                "via_relay": [False],
            }
        ),
        folder / "logins.parquet",
    )
    events = load()
    assert [r["account_id"] for r in rows(events.table("logins"))] == ["A1"]
    assert trimmed(events, "logins") == 1
