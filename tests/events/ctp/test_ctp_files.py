"""A folder of records: what is read, what is missing, what is ignored, and one bad line costs one line."""

from __future__ import annotations

import csv
import gzip
import io

import pytest

from alertgrade.errors import AlertError
from features.events.ctp_config import CtpConfig, read_ctp_config
from features.events.ctp_import import import_ctp
from features.events.load import load_events


@pytest.fixture
def desk(desk):
    """With one order and its trade."""
    return desk.at_exchange(StatusMsg="未成交").trade()


def test_what_is_written_is_a_whole_folder_of_raw_tables(desk):
    found = desk.session().run()
    with load_events(found.folder, pseudonym_key=b"k" * 32) as events:
        assert events.summary.quarantined == 0
        assert events.summary.trades_without_accept == 0
        assert events.summary.ignored == ()
    assert not (found.folder / "_quarantine.parquet").exists()
    assert sorted(file.name for file in desk.src.parent.iterdir()) == ["out1", "src"]  # nothing is left beside it


@pytest.mark.parametrize("name", ["orders.csv", "trades.csv", "contracts.csv"])
def test_a_missing_file_is_one_error(desk, name):
    (desk.write() / name).unlink()
    with pytest.raises(AlertError, match=f"has no {name.removesuffix('.csv')}.*docs/ctp.md"):
        desk.run_files(desk.src)


def test_a_missing_folder_an_existing_target_and_an_empty_file_are_errors(desk, tmp_path):
    with pytest.raises(AlertError, match="no folder"):
        import_ctp(tmp_path / "absent", tmp_path / "out", CtpConfig())
    with pytest.raises(AlertError, match="exists"):
        import_ctp(desk.write(), tmp_path, CtpConfig())
    (desk.src / "trades2.csv").write_text("")
    with pytest.raises(AlertError, match=r"trades2.csv is empty \(0 bytes\)"):
        desk.run_files(desk.src)


@pytest.mark.parametrize(("file", "column"), [("orders", "OrderSysID"), ("trades", "TradeID"), ("sessions", "UserID")])
def test_a_missing_column_is_one_error_and_leaves_nothing_behind(desk, file, column):
    path = desk.session().write() / f"{file}.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(column, "Gone", 1), encoding="utf-8")
    with pytest.raises(AlertError, match=f"{file}.csv has no column '{column}'"):
        desk.run_files(desk.src)
    assert [file.name for file in desk.src.parent.iterdir()] == ["src"]


def test_a_broken_archive_is_one_error(desk):
    (desk.write() / "orders2.csv.gz").write_bytes(gzip.compress(b"TradingDay\n" * 9999)[:40])
    with pytest.raises(AlertError, match=r"orders2.csv.gz.* cannot be read"):
        desk.run_files(desk.src)


def test_columns_come_in_any_order_and_unknown_ones_are_named_but_dead_ones_are_not(desk):
    once = desk.run()
    path = desk.src / "orders.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = [{"Desk": "x", "reserve2": "", **row, "seat no": "7"} for row in csv.DictReader(stream)]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, sorted(rows[0], reverse=True))
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")
    found = desk.run_files(desk.src)
    assert found.rows("orders") == once.rows("orders")
    assert found.result.files[0].unknown_columns == ("Desk", "seat no")


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_chinese_messages_in_utf_8_with_and_without_mark_and_in_gbk(desk, encoding, packed):
    once = desk.run()
    path = desk.src / "orders.csv"
    content = path.read_text(encoding="utf-8").encode(encoding)
    path.unlink()
    (desk.src / f"orders.csv{'.gz' if packed else ''}").write_bytes(gzip.compress(content) if packed else content)
    found = desk.run_files(desk.src)
    assert found.rows("orders") == once.rows("orders")
    assert found.reasons == []


def test_a_bad_line_costs_that_line_and_its_number_is_that_of_its_own_file(desk):
    src = desk.write()
    header, good = (src / "orders.csv").read_text(encoding="utf-8").splitlines()
    other = good.replace("         901", "         902")
    bad = good.replace("         901", "         903").replace(",SHFE,", ",NYSE,")
    (src / "orders_20260107.csv").write_text("\n".join([header, bad, "one,two", other, '"']) + "\n", encoding="utf-8")
    found = desk.run_files(src)
    assert [step[0] for step in found.steps] == ["901", "902"]
    assert [reason[:3] for reason in found.reasons] == [("orders", "orders_20260107.csv", line) for line in (2, 3, 5)]
    assert found.reasons[0][3] == "ExchangeID is 'NYSE', wanted one of SHFE, INE, DCE, CZCE, CFFEX, GFEX"
    assert found.reasons[1][3].startswith("line has 2 fields, wanted")
    row = found.rows("_quarantine")[0]["row"]
    assert '"ExchangeID":"NYSE"' in row
    assert found.result.quarantined == 3


def test_reasons_name_every_fault_of_a_line(desk):
    found = desk.at_exchange(Direction="", VolumeTotalOriginal="0").run()
    assert found.reasons[0][3] == (
        "Direction is empty, wanted 0 or 1; VolumeTotalOriginal is '0', wanted a whole number, at least 1"
    )


def test_an_order_spread_over_several_files_is_one_order(desk):
    src = desk.write()
    header, good = (src / "orders.csv").read_text(encoding="utf-8").splitlines()
    (src / "orders_2.csv").write_text(f"{header}\n{good}\n", encoding="utf-8")
    found = desk.run_files(src)
    assert found.steps == [("901", "accepted", 10)]
    assert found.result.orders.duplicates == 1


ACCOUNTS = """\
account_id,account_type,branch,channel,is_employee,is_programmatic,is_market_maker,opened_on,name,valid_from,valid_to
1001,individual,B1,direct,false,false,false,2020-01-01,Somebody,2020-01-01,
1002,nobody,B1,direct,false,false,false,2020-01-01,Somebody Else,2020-01-01,
"""


def test_tables_beside_are_checked_and_a_broken_row_does_not_tell_a_name(desk):
    (desk.src / "accounts.csv").write_text(ACCOUNTS, encoding="utf-8")
    (desk.src / "readme.txt").write_text("x")
    found = desk.run()
    assert [(row["account_id"], row["name"]) for row in found.rows("accounts")] == [("1001", "Somebody")]
    assert found.reasons == [
        ("accounts", "accounts.csv", 3, "account_type is 'nobody', wanted one of individual, institution, product")
    ]
    assert "Somebody" not in str(found.rows("_quarantine"))
    assert found.result.ignored == ("readme.txt",)


def test_a_table_of_logins_serves_where_there_are_no_sessions(desk):
    text = "event_time,trading_day,account_id,event,via_relay\n2026-01-06T01:00:00Z,2026-01-06,1001,login,true\n"
    (desk.src / "logins.csv").write_text(text, encoding="utf-8")
    found = desk.run()
    assert found.rows("logins")[0]["via_relay"] is True
    again = desk.session().run()
    assert again.rows("logins")[0]["via_relay"] is False
    assert again.result.ignored == ("logins.csv",)


def test_a_table_in_two_forms_is_an_error(desk):
    (desk.src / "accounts.csv").write_text(ACCOUNTS, encoding="utf-8")
    (desk.src / "accounts.parquet").write_bytes(b"PAR1")
    with pytest.raises(AlertError, match="table accounts is there twice"):
        desk.run()


def test_the_configuration_lies_beside_the_records_or_is_named(tmp_path):
    assert read_ctp_config(tmp_path) == CtpConfig()
    (tmp_path / "ctp.yaml").write_text("relay: {ips: [10.0.0.9]}\naccounts: {A1: ['00123']}\n")
    (tmp_path / "other.yaml").write_text("broker_users: [risk01]\n")
    assert read_ctp_config(tmp_path).relay.ips == ("10.0.0.9",)
    assert read_ctp_config(tmp_path, tmp_path / "other.yaml").broker_users == ("risk01",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("relays: {}", "relays: Extra inputs are not permitted"),
        ("accounts: {A1: [123]}", "accounts.A1.0: Input should be a valid string.*quote codes of digits"),
        ("accounts: {A1: ['1'], A2: ['1']}", "code 1 belongs to A1 and to A2"),
        ("insert_date_natural: [NYSE]", "NYSE is none of SHFE"),
        ("accounts: [", "cannot be read"),
    ],
)
def test_a_wrong_configuration_is_one_error_that_names_the_key(tmp_path, text, message):
    (tmp_path / "ctp.yaml").write_text(text)
    with pytest.raises(AlertError, match=message):
        read_ctp_config(tmp_path)


def test_a_named_configuration_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(AlertError, match="cannot be read"):
        read_ctp_config(tmp_path, tmp_path / "absent.yaml")
