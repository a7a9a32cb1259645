"""A price has six decimals and an amount four: what has more is rounded, and never without being counted."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

ORDER = "2026-01-05T01:31:00Z,2026-01-05,SHFE,rb2605,A9,O9,accepted,buy,open,speculation,limit,GFD,{},2,,,,,"


def rounded(events, name):
    return {table.table: table.rounded for table in events.summary.tables}[name]


@pytest.mark.parametrize(
    ("written", "read", "counted"),
    [
        ("3500.12345", "3500.12345", 0),
        ("3500.123456", "3500.123456", 0),
        ("3500.1234560", "3500.123456", 0),  # a nought says nothing
        ("3500.1234564", "3500.123456", 1),
        ("3500.1234567", "3500.123457", 1),
        ("0.0000001", "0", 1),
        ("1e-6", "0.000001", 0),
        ("1e-7", "0", 1),
        ("1.2345678e3", "1234.5678", 0),
        ("35e2", "3500", 0),
    ],
)
def test_a_price_keeps_six_decimals(load, write, rows, written, read, counted):
    write("orders", ORDER.format(written))
    events = load()
    assert rows(events.table("orders"))[-1]["price"] == Decimal(read)
    assert rounded(events, "orders") == counted


@pytest.mark.parametrize(("fee", "counted"), [("1.2345", 0), ("1.23450", 0), ("1.23451", 1), ("", 0)])
def test_an_amount_keeps_four_decimals(load, write, fee, counted):
    write("trades", f"2026-01-05T01:31:00Z,2026-01-05,SHFE,rb2605,A9,T9,O9,buy,open,speculation,3500,1,{fee},,")
    assert rounded(load(), "trades") == counted


@pytest.mark.parametrize(
    ("equity", "counted"),
    [
        (pa.array([0.1]), 0),  # the noise of a binary fraction is no digit
        (pa.array([1234567.8912]), 0),
        (pa.array([1234567.89126]), 1),
        (pa.array([Decimal("1.23450")], pa.decimal128(12, 5)), 0),
        (pa.array([Decimal("1.23451")], pa.decimal128(12, 5)), 1),
        (pa.array([5]), 0),
    ],
)
def test_numbers_of_parquet_are_counted_beyond_the_noise_of_floats(load, folder, equity, counted):
    plain = {"trading_day": ["2026-01-05"], "account_id": ["A1"], "equity": equity}
    plain |= {name: [1.0] for name in ("margin", "net_pnl", "fee", "exchange_fee")}
    pq.write_table(pa.table(plain), folder / "account_days.parquet")
    assert rounded(load(), "account_days") == counted


def test_a_row_set_aside_is_not_counted_as_rounded(load, write):
    write("orders", ORDER.format("1.00000001").replace("buy", "hold"))
    assert rounded(load(), "orders") == 0
