"""Orders and trades of a faultless parquet file are read where they lie, and say what a copy of them says."""

# Instants of the contract are UTC without a zone.
# ruff: noqa: DTZ001

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.events.load import load_events

KEY = b"k" * 32
VIEWS = "SELECT view_name FROM duckdb_views() WHERE NOT internal"
GOOD = {
    "event_time": pa.array([dt.datetime(2026, 1, 5, 1, 30), dt.datetime(2026, 1, 5, 1, 31)], pa.timestamp("us", "UTC")),
    "trading_day": [dt.date(2026, 1, 5)] * 2,
    "exchange": ["SHFE"] * 2,
    "contract": ["rb2605"] * 2,
    "account_id": ["A1", "A2"],
    "order_id": ["O1", "O2"],
    "event": ["accepted", "cancelled"],
    "side": ["buy", "sell"],
    "offset": ["open", "close"],
    "hedge": ["speculation", "hedging"],
    "order_type": ["limit", "market"],
    "time_in_force": ["GFD", "FAK"],
    "price": pa.array([Decimal("3500.5"), None], pa.decimal128(9, 1)),
    "volume": pa.array([0, 7], pa.int32()),
    "ip": ["10.0.0.1", None],
    "seq": [1, 2],
}


def orders(**columns):
    return pa.table({name: column for name, column in {**GOOD, **columns}.items() if column is not None})


@pytest.fixture
def read(folder):
    """Load a table of orders; whether it is read in place, its rows, the summary, and what was set aside."""

    def _read(table, database=None):
        (folder / "orders.csv").unlink(missing_ok=True)
        pq.write_table(table, folder / "orders.parquet")
        with load_events(folder, pseudonym_key=KEY, database=database) as events:
            in_place = bool(events.backend.con.execute(VIEWS).fetchall())
            rows, aside = events.table("orders").to_pyarrow(), events.quarantine.to_pyarrow()
            told.append(events.day_hashes("orders"))
            return in_place, (rows, events.summary, aside)

    told: list[object] = []
    _read.day_hashes = told

    return _read


@pytest.mark.parametrize(
    "columns",
    [
        {},
        {"account_id": ["!", "账户 一"], "ip": pa.nulls(2, pa.string()), "extra": [1, 2], "seq": None},
        {"event_time": pa.array([1_767_576_600_123_456_789] * 2, pa.timestamp("ns")), "price": [3500.1, -1e-6]},
    ],
    ids=["of the contract", "any text", "nanoseconds and floats"],
)
def test_good_rows_are_read_in_place_and_equal_their_copy(read, tmp_path, columns):
    in_place, found = read(orders(**columns))
    is_view, copied = read(orders(**columns), database=tmp_path / "copy.duckdb")
    assert (in_place, is_view) == (True, False)
    assert found == copied
    assert found[0].num_rows == 2
    of_the_look, of_the_copy = read.day_hashes
    assert of_the_look == of_the_copy
    assert [count for count, _ in of_the_look.values()] == [2]


@pytest.mark.parametrize(
    "columns",
    [
        {"account_id": ["A1", "A2 "]},
        {"account_id": ["A1", "\tA2"]},
        {"account_id": ["A1", ""]},
        {"account_id": ["A1", None]},
        {"ip": ["10.0.0.1", ""]},
        {"side": ["buy", "hold"]},
        {"side": ["buy", "sell "]},
        {"volume": [0, -1]},
        {"volume": [1.0, 1.5]},
        {"price": pa.array([Decimal("1.0000001"), None], pa.decimal128(12, 7))},
        {"price": [3500.5, float("nan")]},
        {"seq": ["1", "2"]},
        {"account_id": [1, 2]},
        {name: [column[0].as_py() if isinstance(column, pa.Array) else column[0]] * 2 for name, column in GOOD.items()},
    ],
    ids=[
        *("blank behind", "blank before", "empty", "null", "empty where null may be", "unknown word", "word and blank"),
        *("below the least", "no whole number", "more digits", "no number", "number as text"),
        *("number for text", "twice"),
    ],
)
def test_rows_that_want_a_closer_look_are_copied(read, columns):
    in_place, (rows, summary, aside) = read(orders(**columns))
    assert not in_place
    [told] = [each for each in summary.tables if each.table == "orders"]
    assert told.read == 2 == rows.num_rows + aside.num_rows + told.duplicates


def test_rows_that_differ_by_less_than_a_microsecond_are_duplicates(read):
    same = {name: [column[0]] * 2 for name, column in GOOD.items() if isinstance(column, list)}
    moments = pa.array([1_767_576_600_123_456_700, 1_767_576_600_123_456_789], pa.timestamp("ns"))
    in_place, (rows, _, _) = read(orders(**same, event_time=moments, price=[1, 1], volume=[1, 1]))
    assert (in_place, rows.num_rows) == (False, 1)
