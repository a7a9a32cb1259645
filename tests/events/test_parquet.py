"""Parquet of any writer: zones, units, partitions and loose types come in as the contract says."""

# Instants of the contract are UTC without a zone.
# ruff: noqa: DTZ001

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from alertgrade.errors import AlertError

NANOSECONDS = 1_767_576_600_123_456_789  # 2026-01-05T01:30:00.123456789Z
READ = dt.datetime(2026, 1, 5, 1, 30, 0, 123456)


def logins(**columns):
    plain = {
        "event_time": pa.array([dt.datetime(2026, 1, 5, 1, 30)]),
        "trading_day": pa.array([dt.date(2026, 1, 5)]),
        "account_id": pa.array(["A1"]),
        "event": pa.array(["login"]),
        "via_relay": pa.array([False]),
    }
    return pa.table({name: column for name, column in {**plain, **columns}.items() if column is not None})


@pytest.mark.parametrize(
    ("unit", "zone", "value"),
    [
        ("ns", None, NANOSECONDS),
        ("ns", "UTC", NANOSECONDS),
        ("ns", "Asia/Shanghai", NANOSECONDS),
        ("us", None, NANOSECONDS // 1_000),
        ("us", "Asia/Shanghai", NANOSECONDS // 1_000),
    ],
)
def test_instants_of_any_unit_and_zone_are_cut_to_utc_microseconds(load, folder, rows, unit, zone, value):
    pq.write_table(logins(event_time=pa.array([value], pa.timestamp(unit, zone))), folder / "logins.parquet")
    assert [r["event_time"] for r in rows(load().table("logins"))] == [READ]


@pytest.mark.parametrize("zone", [None, "Asia/Shanghai"])
def test_whole_milliseconds_stay_what_they_are(load, folder, rows, zone):
    column = pa.array([NANOSECONDS // 1_000_000], pa.timestamp("ms", zone))
    pq.write_table(logins(event_time=column), folder / "logins.parquet")
    assert [r["event_time"] for r in rows(load().table("logins"))] == [READ.replace(microsecond=123000)]


@pytest.mark.parametrize(
    ("column", "read"),
    [
        (pa.array([17]), "17"),
        (pa.array([17.0]), "17"),
        (pa.array(["17"]).dictionary_encode(), "17"),
        (pa.array(["17"], pa.large_string()), "17"),
    ],
)
def test_ids_of_any_type_become_text(load, folder, rows, column, read):
    pq.write_table(logins(account_id=column), folder / "logins.parquet")
    assert [r["account_id"] for r in rows(load().table("logins"))] == [read]


def test_empty_text_is_null(load, folder, rows):
    pq.write_table(logins(ip=pa.array([""]), mac=pa.array(["aa"])), folder / "logins.parquet")
    assert [(r["ip"], r["mac"]) for r in rows(load().table("logins"))] == [(None, "aa")]


def test_a_day_written_as_midnight_is_a_date_and_any_other_time_is_not(load, folder, rows, reasons):
    days = pa.array([dt.datetime(2026, 1, 5), dt.datetime(2026, 1, 5, 9)])
    table = pa.concat_tables([logins(), logins()]).set_column(1, "trading_day", days)
    pq.write_table(table, folder / "logins.parquet")
    events = load()
    assert [r["trading_day"] for r in rows(events.table("logins"))] == [dt.date(2026, 1, 5)]
    assert reasons(events) == [("logins", 2, "trading_day is '2026-01-05 09:00:00', wanted a date YYYY-MM-DD")]


def account_days(**columns):
    plain = {"trading_day": ["2026-01-05"] * 4, "account_id": list("ABCD")}
    plain |= {name: [1.0] * 4 for name in ("equity", "margin", "net_pnl", "fee", "exchange_fee")}
    return pa.table({**plain, **columns})


def test_doubles_become_exact_decimals_and_what_is_no_number_is_quarantined(load, folder, rows, reasons):
    pq.write_table(account_days(net_pnl=[-0.1, float("nan"), float("inf"), 2.0]), folder / "account_days.parquet")
    events = load()
    assert [r["net_pnl"] for r in rows(events.table("account_days").order_by("account_id"))] == [
        Decimal("-0.1000"),
        Decimal("2.0000"),
    ]
    assert [reason.split(",")[0] for _, _, reason in reasons(events)] == ["net_pnl is empty", "net_pnl is 'inf'"]


def positions(volume):
    n = len(volume)
    return pa.table(
        {
            "trading_day": pa.array([dt.date(2026, 1, 5)] * n),
            "account_id": [f"A{i}" for i in range(n)],
            "exchange": ["SHFE"] * n,
            "contract": ["rb2605"] * n,
            "side": ["long"] * n,
            "hedge": ["speculation"] * n,
            "volume": volume,
        }
    )


def test_lots_from_doubles_are_whole_or_quarantined(load, folder, rows, reasons):
    pq.write_table(positions(pa.array([5.0, 5.5, 1e300])), folder / "positions.parquet")
    events = load()
    assert [r["volume"] for r in rows(events.table("positions"))] == [5]
    assert [line for _, line, _ in reasons(events)] == [2, 3]


def partition(folder, day, table):
    place = folder / "logins" / f"trading_day={day}"
    place.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, place / "part-0.parquet")


@pytest.mark.parametrize("with_column", [True, False])
def test_a_table_partitioned_by_trading_day_is_read_with_the_column_inside_or_not(load, folder, rows, with_column):
    for day in (5, 6):
        inside = pa.array([dt.date(2026, 1, day)]) if with_column else None
        partition(folder, f"2026-01-0{day}", logins(trading_day=inside))
    (folder / "logins" / "_SUCCESS").write_text("")
    events = load()
    assert [r["trading_day"].day for r in rows(events.table("logins").order_by("trading_day"))] == [5, 6]
    assert [r["day_no"] for r in rows(events.trading_days())] == [0, 1]


def test_a_row_in_the_folder_of_another_day_is_quarantined(load, folder, rows):
    partition(folder, "2026-01-05", logins())
    partition(folder, "2026-01-06", logins())
    (row,) = rows(load().quarantine)
    assert row["source"] == "logins/trading_day=2026-01-06/part-0.parquet"
    assert row["reason"] == "trading_day is '2026-01-05', wanted that of its folder, 2026-01-06"


@pytest.mark.parametrize("name", ["trading_day=2026-02-30", "day=2026-01-05", "trading_day=20260105"])
def test_a_folder_that_is_no_partition_stops_before_rows_are_overlooked(load, folder, name):
    partition(folder, "2026-01-05", logins())
    (folder / "logins" / name).mkdir()
    with pytest.raises(AlertError, match=name):
        load()


def test_a_partitioned_table_without_files_stops(load, folder):
    (folder / "logins").mkdir()
    with pytest.raises(AlertError, match="holds no parquet file"):
        load()


def test_a_table_without_trading_day_cannot_be_partitioned(load, folder):
    (folder / "control_groups").mkdir()
    with pytest.raises(AlertError, match="has no trading day"):
        load()


def test_a_name_with_pattern_characters_means_itself(load, folder, rows):
    partition(folder, "2026-01-05", logins())
    odd = folder.with_name("e[v]*")
    folder.rename(odd)
    from features.events.load import load_events

    with load_events(odd, pseudonym_key=b"k" * 32) as events:
        assert events.table("logins").count().execute() == 1
        assert events.table("orders").count().execute() == 3
