"""Bad input never loses good input: broken rows are set aside with their reason; faults of a whole stop."""

from __future__ import annotations

import gzip
import shutil

import pytest

from alertgrade.errors import AlertError

GOOD_ORDER = "2026-01-05T01:31:00Z,2026-01-05,SHFE,rb2605,A9,O9,accepted,buy,open,speculation,limit,GFD,3500,2,,,,,"
GOOD_TRADE = "2026-01-05T01:31:00Z,2026-01-05,SHFE,rb2605,A9,T9,O9,buy,open,speculation,3500,1,,,"


def with_value(line: str, position: int, value: str) -> str:
    fields = line.split(",")
    fields[position] = value
    return ",".join(fields)


@pytest.mark.parametrize(
    ("position", "value", "reason"),
    [
        (0, "yesterday", "event_time is 'yesterday', wanted an ISO 8601 time such as 2026-01-05T01:30:00.000000Z"),
        (0, "", "event_time is empty, wanted an ISO 8601 time such as 2026-01-05T01:30:00.000000Z"),
        (0, "2026-01-05", "event_time is '2026-01-05', wanted an ISO 8601 time such as 2026-01-05T01:30:00.000000Z"),
        (1, "2026-02-30", "trading_day is '2026-02-30', wanted a date YYYY-MM-DD"),
        (1, "2026-2-3", "trading_day is '2026-2-3', wanted a date YYYY-MM-DD"),
        (2, "NYSE", "exchange is 'NYSE', wanted one of SHFE, INE, DCE, CZCE, CFFEX, GFEX"),
        (7, "Buy", "side is 'Buy', wanted one of buy, sell"),
        (7, "", "side is empty, wanted one of buy, sell"),
        (12, "cheap", "price is 'cheap', wanted a number of at most 12 digits before the point"),
        (12, "1e30", "price is '1e30', wanted a number of at most 12 digits before the point"),
        (12, "NaN", "price is 'NaN', wanted a number of at most 12 digits before the point"),
        (13, "-1", "volume is '-1', wanted a whole number, at least 0"),
        (13, "5.5", "volume is '5.5', wanted a whole number, at least 0"),
        (13, "99999999999999999999", "volume is '99999999999999999999', wanted a whole number, at least 0"),
        (17, "yes", "via_relay is 'yes', wanted true or false"),
        (17, "1", "via_relay is '1', wanted true or false"),
        (14, "it's me", "cancelled_by is 'it's me', wanted one of client, exchange, broker"),
    ],
)
def test_a_broken_value_is_quarantined_with_column_value_and_wish(load, write, reasons, position, value, reason):
    write("orders", with_value(GOOD_ORDER, position, value), GOOD_ORDER)
    events = load()
    assert reasons(events) == [("orders", 5, reason)]
    assert events.table("orders").count().execute() == 4


@pytest.mark.parametrize(
    ("position", "value"),
    [(12, "0"), (12, "-0.01"), (12, ""), (12, ".5"), (13, "0"), (13, "5.0"), (13, "+5"), (17, "True")],
)
def test_values_at_the_edge_of_the_contract_are_kept(load, write, reasons, position, value):
    write("orders", with_value(GOOD_ORDER, position, value))
    events = load()
    assert reasons(events) == []
    assert events.table("orders").count().execute() == 4


@pytest.mark.parametrize(("volume", "kept"), [("0", 2), ("1", 3)])
def test_a_trade_has_at_least_one_lot(load, write, volume, kept):
    write("trades", with_value(GOOD_TRADE, 11, volume))
    assert load().table("trades").count().execute() == kept


def test_a_row_with_two_faults_names_both(load, write, reasons):
    write("orders", with_value(with_value(GOOD_ORDER, 7, "b"), 13, "x"))
    assert (
        reasons(load())[0][2]
        == "side is 'b', wanted one of buy, sell; volume is 'x', wanted a whole number, at least 0"
    )


def test_the_quarantined_row_is_kept_as_it_came(load, write, rows):
    write("orders", with_value(GOOD_ORDER, 7, "b"))
    (row,) = rows(load().quarantine)
    assert row["source"] == "orders.csv"
    assert '"order_id":"O9"' in row["row"]
    assert '"side":"b"' in row["row"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("only,three,fields", "line has 3 fields, wanted 19"),
        (GOOD_ORDER + ",surplus", "line has 20 fields, wanted 19"),
        (GOOD_ORDER.replace("A9", 'A"9'), "line has a broken quote"),
        (GOOD_ORDER.replace("A9", '"A9'), "line has a broken quote"),
        (GOOD_ORDER.replace("A9", '"A9"x'), "line has a broken quote"),
    ],
)
def test_an_unreadable_line_costs_one_line(load, write, reasons, line, reason):
    write("orders", line, GOOD_ORDER)
    events = load()
    assert reasons(events) == [("orders", 5, reason)]
    assert events.table("orders").count().execute() == 4


def test_two_stray_quotes_far_apart_do_not_swallow_the_good_rows_between(load, write, reasons):
    broken = GOOD_ORDER.replace("A9", '"A9')
    between = [with_value(GOOD_ORDER, 5, f"P{n}") for n in range(20)]
    write("orders", broken, *between, GOOD_ORDER.replace("A9", 'A9"'))
    events = load()
    assert [line for _, line, _ in reasons(events)] == [5, 26]
    assert events.table("orders").count().execute() == 23


def test_bytes_that_are_not_utf8_cost_one_line_and_empty_lines_none(load, folder, reasons):
    with (folder / "orders.csv").open("ab") as file:
        file.write(
            b"\n" + GOOD_ORDER.replace("A9", "A\xff").encode("latin-1") + b"\n\n" + GOOD_ORDER.encode() + b"\n\r\n"
        )
    events = load()
    assert reasons(events) == [("orders", 6, "line is not UTF-8")]
    assert events.table("orders").count().execute() == 4
    assert {s.table: s.read for s in events.summary.tables}["orders"] == 5


def test_lines_are_numbered_as_an_editor_does_behind_a_field_of_several_lines(load, write, reasons):
    write("dispositions", "alert_id,account_id,rule_id,alerted_at,decided_at,outcome,decided_by,note")
    times = "2026-01-05T01:00:00Z,2026-01-06T01:00:00Z"
    write("dispositions", f'a1,A1,self_trade,{times},no_action,desk,"one\ntwo\nthree"')
    write("dispositions", f"a2,A1,self_trade,{times},hanged,desk,")
    assert [line for _, line, _ in reasons(load())] == [5]


def test_exact_duplicates_are_dropped_and_counted(load, write):
    write("orders", GOOD_ORDER, GOOD_ORDER, GOOD_ORDER.replace("3500", "3500.00"), GOOD_ORDER.replace("O9", "O8"))
    events = load()
    orders = {s.table: s for s in events.summary.tables}["orders"]
    assert (orders.read, orders.kept, orders.duplicates) == (7, 5, 2)


@pytest.mark.parametrize("table", ["contracts", "orders", "trades"])
def test_a_missing_required_table_stops_with_its_name(load, folder, table):
    (folder / f"{table}.csv").unlink()
    with pytest.raises(AlertError, match=f"has no {table}"):
        load()


def test_a_missing_required_column_stops_with_its_name(load, folder):
    file = folder / "orders.csv"
    file.write_text(file.read_text().replace("side", "richtung", 1))
    with pytest.raises(AlertError, match=r"orders\.csv has no column 'side'"):
        load()


def test_a_missing_folder_and_an_empty_folder_stop(load, folder):
    shutil.rmtree(folder)
    with pytest.raises(AlertError, match="no folder"):
        load()
    folder.mkdir()
    with pytest.raises(AlertError, match="holds no raw table"):
        load()


@pytest.mark.parametrize("name", ["orders.csv", "logins.csv", "logins.parquet", "logins.csv.gz"])
def test_a_file_of_zero_bytes_stops(load, folder, name):
    (folder / name).write_bytes(b"")
    with pytest.raises(AlertError, match=f"{name} is empty"):
        load()


def test_two_forms_of_one_table_stop(load, folder):
    (folder / "orders.csv.gz").write_bytes(b"x")
    with pytest.raises(AlertError, match="orders is there twice"):
        load()


@pytest.mark.parametrize("name", ["logins.parquet", "logins.csv.gz"])
def test_a_file_that_is_not_what_its_name_says_stops(load, folder, name):
    (folder / name).write_bytes(b"this is neither parquet nor gzip")
    with pytest.raises(AlertError, match="read"):
        load()


def test_a_gzip_file_that_is_damaged_inside_stops_with_its_name(load, folder):
    packed = bytearray(gzip.compress((folder / "orders.csv").read_bytes() * 1000))
    packed[len(packed) // 2] ^= 0xFF
    (folder / "orders.csv").unlink()
    (folder / "orders.csv.gz").write_bytes(packed)
    with pytest.raises(AlertError, match=r"orders\.csv\.gz cannot be read"):
        load()


def test_a_column_named_twice_stops(load, write):
    write("logins", "event_time,trading_day,account_id,event,event,via_relay")
    with pytest.raises(AlertError, match="'event' twice"):
        load()


CONTRACT = "SHFE,rb2605,rb,future,10,1,500,false,,{},{}"


@pytest.mark.parametrize(
    ("periods", "overlap"),
    [
        ([("2026-02-01", "")], True),  # the row that is there has no end
        ([("2025-01-01", "2026-01-01")], False),  # valid_to is exclusive
        ([("2025-01-01", "2026-01-02")], True),
        ([("2025-01-01", "2025-06-01"), ("2025-06-01", "2026-01-01")], False),
        ([("2025-01-01", "2025-06-02"), ("2025-06-01", "2026-01-01")], True),
    ],
)
def test_overlapping_validity_of_one_key_stops_and_touching_does_not(load, write, periods, overlap):
    write("contracts", *(CONTRACT.format(*period) for period in periods))
    if overlap:
        with pytest.raises(AlertError, match="contracts: two rows of exchange SHFE, contract rb2605 are valid at once"):
            load()
    else:
        assert load().table("contracts").count().execute() == 1 + len(periods)


def test_a_validity_that_ends_as_it_begins_is_quarantined(load, write, reasons):
    write("contracts", CONTRACT.format("2020-01-01", "2020-01-01"))
    assert reasons(load()) == [("contracts", 3, "valid_to is '2020-01-01', wanted a date after valid_from 2020-01-01")]


@pytest.mark.parametrize("group", ["A1", "A2"])
def test_one_id_for_a_group_and_an_account_stops(load, write, group):
    write("control_groups", "group_id,account_id,declared,valid_from,valid_to", f"{group},A9,true,2026-01-01,")
    with pytest.raises(AlertError, match=f"'{group}' is a group_id in control_groups and an account_id in accounts"):
        load()
