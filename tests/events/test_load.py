"""A whole folder loads typed, in UTC and without loss, in every form the contract allows."""

# Instants of the contract are UTC without a zone.
# ruff: noqa: DTZ001

from __future__ import annotations

import datetime as dt
import gzip
from decimal import Decimal

import pytest

from alertgrade.errors import AlertError
from features.events.schema import TABLES


def counts(events):
    return {s.table: (s.read, s.kept, s.quarantined, s.duplicates) for s in events.summary.tables}


def test_a_whole_folder_loads_typed(load, rows):
    events = load()
    assert counts(events) == {
        "accounts": (2, 2, 0, 0),
        "contracts": (1, 1, 0, 0),
        "orders": (3, 3, 0, 0),
        "trades": (2, 2, 0, 0),
    }
    first = rows(events.table("orders"))[0]
    assert first["event_time"] == dt.datetime(2026, 1, 5, 1, 30, 0, 1)
    assert first["price"] == Decimal("3500.000000")
    assert first["seq"] == 1
    assert first["cancelled_by"] is None


def test_every_table_has_the_types_of_the_contract_given_or_not(load):
    con = load().backend.con
    for table in TABLES.values():
        found = con.execute(f'DESCRIBE "{table.name}"').fetchall()
        assert [(name, kind) for name, kind, *_ in found] == [(c.name, c.kind.value) for c in table.columns]


def test_an_absent_table_is_empty_and_said_to_be_absent(load):
    events = load()
    assert not events.has("logins")
    assert events.table("logins").count().execute() == 0
    assert events.has("accounts")


def test_an_unknown_table_name_is_our_own_mistake(load):
    with pytest.raises(KeyError, match="no raw table"):
        load().table("order")


def test_a_file_with_a_header_only_is_a_given_table_without_rows(load, write):
    write("logins", "event_time,trading_day,account_id,event,via_relay")
    events = load()
    assert events.has("logins")
    assert counts(events)["logins"] == (0, 0, 0, 0)


def test_the_order_of_columns_does_not_matter_and_extra_ones_are_listed(load, write, rows):
    write("logins", "note,via_relay,event,account_id,trading_day,event_time")
    write("logins", "hello,TRUE,login,A1,2026-01-05,2026-01-05T01:00:00Z")
    events = load()
    assert [r["account_id"] for r in rows(events.table("logins"))] == ["A1"]
    assert {s.table: s.extra_columns for s in events.summary.tables}["logins"] == ("note",)


def test_a_starred_column_may_be_missing_altogether(load, write, rows):
    write("logins", "event_time,trading_day,account_id,event,via_relay")
    write("logins", "2026-01-05T01:00:00Z,2026-01-05,A1,login,false")
    assert [r["ip"] for r in rows(load().table("logins"))] == [None]


def test_a_byte_order_mark_and_windows_line_ends_are_fine(load, folder):
    file = folder / "orders.csv"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert counts(load())["orders"] == (3, 3, 0, 0)


def test_gzip_csv_is_read(load, folder):
    file = folder / "orders.csv"
    (folder / "orders.csv.gz").write_bytes(gzip.compress(file.read_bytes()))
    file.unlink()
    assert counts(load())["orders"] == (3, 3, 0, 0)


def test_files_that_are_no_tables_are_listed_and_hidden_ones_passed_over(load, folder):
    (folder / "readme.txt").write_text("hello")
    (folder / "archive").mkdir()
    (folder / "_SUCCESS").write_text("")
    (folder / ".cache").mkdir()
    assert load().summary.ignored == ("archive/", "readme.txt")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-01-05T01:30:00Z", dt.datetime(2026, 1, 5, 1, 30)),
        ("2026-01-05 01:30:00", dt.datetime(2026, 1, 5, 1, 30)),
        ("2026-01-05T09:30:00+08:00", dt.datetime(2026, 1, 5, 1, 30)),
        ("2026-01-05T09:30:00.5+0800", dt.datetime(2026, 1, 5, 1, 30, 0, 500000)),
        ("2026-01-05T01:30:00.123456Z", dt.datetime(2026, 1, 5, 1, 30, 0, 123456)),
        ("2026-01-05T01:30:00.1234569Z", dt.datetime(2026, 1, 5, 1, 30, 0, 123456)),  # cut, not rounded
        ("2026-01-05T01:30:00.999999999Z", dt.datetime(2026, 1, 5, 1, 30, 0, 999999)),
        ("2026-01-05T01:30:00.12345678901Z", dt.datetime(2026, 1, 5, 1, 30, 0, 123456)),
    ],
)
def test_instants_are_utc_and_cut_to_microseconds(load, write, rows, written, read):
    write("logins", "event_time,trading_day,account_id,event,via_relay", f"{written},2026-01-05,A1,login,false")
    assert [r["event_time"] for r in rows(load().table("logins"))] == [read]


def test_a_quoted_field_may_hold_commas_quotes_and_line_ends(load, write, rows):
    write("dispositions", "alert_id,account_id,rule_id,alerted_at,decided_at,outcome,decided_by,note")
    times = "2026-01-05T01:00:00Z,2026-01-06T01:00:00Z"
    write("dispositions", f'a1,A1,self_trade,{times},no_action,desk,"said ""fine"", twice\nand hung up"')
    write("dispositions", f"a2,A1,self_trade,{times},educated,desk,")
    events = load()
    assert [r["note"] for r in rows(events.table("dispositions").order_by("alert_id"))] == [
        'said "fine", twice\nand hung up',
        None,
    ]
    assert counts(events)["dispositions"] == (2, 2, 0, 0)


def test_a_database_file_holds_the_tables_and_can_be_loaded_again(load, tmp_path, write):
    database = tmp_path / "raw.duckdb"
    write(
        "logins", "event_time,trading_day,account_id,event,via_relay", "2026-01-05T01:00:00Z,2026-01-05,A1,login,true"
    )
    with load(database=database) as events:
        assert events.table("logins").count().execute() == 1
    (tmp_path / "events" / "logins.csv").unlink()
    with load(database=database) as events:
        assert events.table("orders").count().execute() == 3
        assert events.table("logins").count().execute() == 0


def test_trading_days_are_numbered_from_zero_over_all_given_tables(load, write, rows):
    write(
        "account_days", "trading_day,account_id,equity,margin,net_pnl,fee,exchange_fee", "2026-01-02,A1,1,0,-5.25,0,0"
    )
    write("account_days", "2026-01-07,A1,1,0,-5.25,0,0")
    assert [(r["trading_day"].day, r["day_no"]) for r in rows(load().trading_days())] == [(2, 0), (5, 1), (7, 2)]


def test_the_digest_changes_with_the_content_and_with_nothing_else(load, write, folder):
    first = load().digest
    (folder / "readme.txt").write_text("not a table")
    assert load().digest == first
    write("orders", "")
    assert load().digest != first


ALERTS = "alert_id,rule_id,level,trading_day,subject_type,subject_id,account_id,triggered_at,measured"


def test_alerts_of_the_rules_join_the_past_alerts_once(load, write, rows, tmp_path):
    write("alerts", ALERTS, "a1,self_trade,breach,2026-01-05,account,A1,A1,2026-01-05T02:00:00Z,5")
    more = tmp_path / "new.csv"
    more.write_text(
        f"{ALERTS}\n"
        "a1,self_trade,breach,2026-01-05,account,A1,A1,2026-01-05T02:00:00Z,6\n"
        "a2,self_trade,breach,2026-01-05,account,A2,A2,2026-01-05T02:00:00Z,5\n"
        "a3,self_trade,terrible,2026-01-05,account,A2,A2,2026-01-05T02:00:00Z,5\n"
    )
    events = load()
    events.add_alerts(more)
    assert [(r["alert_id"], r["measured"]) for r in rows(events.table("alerts").order_by("alert_id"))] == [
        ("a1", 5.0),
        ("a2", 5.0),
    ]
    assert counts(events)["alerts"] == (4, 2, 1, 1)
    with pytest.raises(AlertError, match="alerts file"):
        events.add_alerts(tmp_path / "absent.parquet")
    assert events.table("alerts").count().execute() == 2
