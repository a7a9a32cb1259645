"""`alertgrade rules` as a person types it: a folder runs the rules; `explain` and `status` are commands."""

from __future__ import annotations

import subprocess
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rules_baseline.alerts import read_alerts
from rules_baseline.batches import arrow_schema


@pytest.fixture
def events(tmp_path: Path) -> Path:
    folder = tmp_path / "events"
    folder.mkdir()
    for name in ("contracts", "orders", "trades"):
        pq.write_table(arrow_schema(name).empty_table(), folder / f"{name}.parquet")
    return folder


def refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("error: ")
    for word in words:
        assert word in done.stderr


def test_a_folder_and_its_options_need_no_name_of_a_command(run: Any, events: Path, tmp_path: Path) -> None:
    out = tmp_path / "alerts.parquet"
    for words in ((str(events), "--out", str(out)), ("--out", str(out), str(events), "--only", "spoofing,self_trade")):
        done = run("rules", *words)
        assert done.returncode == 0, done.stderr
        assert "0 alerts" in done.stdout
    assert read_alerts(out) == []
    assert pq.read_table(out.with_name("findings.parquet")).num_rows == 0


def test_an_unknown_rule_is_one_error_that_lists_the_rules(run: Any, events: Path, tmp_path: Path) -> None:
    done = run("rules", str(events), "--out", str(tmp_path / "a.parquet"), "--only", "self_trad")
    refused(done, "--only self_trad", "self_trade", "spoofing")


def test_days_that_are_no_days_are_one_line(run: Any, events: Path, tmp_path: Path) -> None:
    out = ("--out", str(tmp_path / "a.parquet"))
    refused(run("rules", str(events), *out, "--from", "monday"), "--from 'monday'")
    refused(run("rules", str(events), *out, "--from", "2026-03-03", "--to", "2026-03-02"), "no later than --to")


def test_a_folder_of_events_that_is_not_there_leaves_no_folder_of_the_output(run: Any, tmp_path: Path) -> None:
    refused(run("rules", "typo", "--out", str(tmp_path / "new" / "deep" / "a.parquet")), "no folder typo")
    assert not (tmp_path / "new").exists()
    assert not (tmp_path / "home" / "rules").exists()


def test_one_file_for_two_purposes_is_refused_and_stays(run: Any, events: Path, tmp_path: Path) -> None:
    past = tmp_path / "past.csv"
    past.write_text("alert_id\nx\n")
    refused(run("dispositions", "import", "past.csv", "--quarantine", str(past)), "--quarantine", "wanted two files")
    for two in (("--out", "x.csv", "--alerts", "./x.csv"), ("--out", "past.csv", "--dispositions", str(past))):
        refused(run("rules", "whatif", str(events), "--set", "self_trade.limit=3", *two), "wanted two files")
    assert past.read_text() == "alert_id\nx\n"
    orders = str(events / "orders.parquet")
    refused(run("check", str(events), "--quarantine", orders), "--quarantine", "the raw table orders.parquet")
    refused(run("rules", str(events), "--out", orders), "--out", "the raw table orders.parquet")
    assert pq.read_table(orders).schema == arrow_schema("orders")
    assert run("rules", str(events), "--out", str(events / "alerts.parquet")).returncode == 0


def test_an_alert_that_is_not_there_is_one_line(run: Any, events: Path, tmp_path: Path) -> None:
    refused(run("rules", "explain", "x:y", "--alerts", str(tmp_path / "none.parquet")), "none.parquet")


def test_help_names_the_commands(run: Any) -> None:
    done = run("rules", "--help")
    assert done.returncode == 0
    for word in ("explain", "status", "--out"):
        assert word in done.stdout


_PLACE = {"exchange": "SHFE", "contract": "cu2605"}
_DAY = date(2026, 3, 3)


@pytest.fixture
def matched(events: Path) -> Path:
    """Two members of a declared group that trade five times with each other, and orders of a third account."""
    contract = {**_PLACE, "product": "cu", "kind": "future", "multiplier": Decimal(5), "tick": Decimal(10)}
    contract |= {"max_order_volume": 500, "has_order_fee": False, "valid_from": date(2026, 1, 1)}
    tables: dict[str, list[dict[str, Any]]] = {"contracts": [contract], "orders": [], "trades": []}
    tables["control_groups"] = [
        {"group_id": "G1", "account_id": name, "declared": True, "valid_from": date(2026, 1, 1)}
        for name in ("A1", "A2")
    ]
    act = {**_PLACE, "trading_day": _DAY, "offset": "open", "hedge": "speculation", "price": Decimal(100), "volume": 1}
    for number in range(5):
        at = datetime(2026, 3, 3, 2) + timedelta(seconds=number)  # noqa: DTZ001 -- instants are UTC without zone
        order = {**act, "event_time": at, "account_id": "A3", "order_id": f"o{number}", "side": "buy"}
        tables["orders"].append({**order, "event": "accepted", "order_type": "limit", "time_in_force": "GFD"})
        for name, side in (("A1", "buy"), ("A2", "sell")):
            row = {**act, "event_time": at, "account_id": name, "trade_id": f"t{number}", "side": side}
            tables["trades"].append({**row, "order_id": f"{name}{number}"})
    for table, rows in tables.items():
        pq.write_table(pa.Table.from_pylist(rows, schema=arrow_schema(table)), events / f"{table}.parquet")
    return events


def test_a_run_says_what_was_set_aside_what_was_not_given_and_what_it_does_not_know(
    run: Any, matched: Path, tmp_path: Path
) -> None:
    orders = pq.read_table(matched / "orders.parquet")
    place = orders.column_names.index("volume")
    broken = orders.set_column(place, "volume", pa.array(["three"] * orders.num_rows))
    pq.write_table(broken, matched / "orders.parquet")
    checked = run("check", str(matched)).stdout
    done = run("rules", str(matched), "--out", str(tmp_path / "a.parquet"))
    assert done.returncode == 0, done.stderr
    for said in (
        "quarantined 5 x orders: volume is broken",
        "WARNING: no row of orders is left: all 5 were quarantined",
        "not given: accounts, contract_days",
        "account_days, positions; what needs them answers UNKNOWN",
        "dispositions; no rule needs them, features they feed are null",
    ):
        assert said in done.stdout
        assert said in checked
    assert "findings: 2 HIT, 4 MISS, 17 UNKNOWN" in done.stdout
    assert "UNKNOWN 2 x leverage: no table of positions" in done.stdout
    for words in (("rules", "status", str(matched)), ("rules", "whatif", str(matched), "--set", "self_trade.limit=3")):
        assert "quarantined 5 x orders" in run(*words).stdout


def test_alerts_in_csv_are_those_in_parquet_and_every_reader_takes_them(
    run: Any, matched: Path, tmp_path: Path
) -> None:
    for name in ("a.csv", "a.parquet"):
        assert run("rules", str(matched), "--out", str(tmp_path / name)).returncode == 0
    findings = pq.read_table(tmp_path / "a-findings.parquet").num_rows
    assert (tmp_path / "a-findings.csv").read_text().count("\n") == findings + 1
    assert read_alerts(tmp_path / "a.csv") == read_alerts(tmp_path / "a.parquet") != []
    alert = "self_trade:breach:2026-03-03:SHFE.cu2605:G1"
    assert "t0 t1 t2 t3 t4" in run("rules", "explain", alert, "--alerts", str(tmp_path / "a.csv")).stdout
    (tmp_path / "past.csv").write_text(
        "alert_id,account_id,rule_id,alerted_at,decided_at,outcome,decided_by\n"
        f"{alert},A1,self_trade,2026-03-03T02:00:04Z,2026-03-04T02:00:00Z,educated,r1\n"
    )
    taken = run("dispositions", "import", str(tmp_path / "past.csv"), "--alerts", str(tmp_path / "a.csv"))
    assert "1 rows: 1 taken" in taken.stdout, taken.stderr


def test_an_alert_that_was_not_raised_is_told_with_its_finding(run: Any, matched: Path, tmp_path: Path) -> None:
    for name in ("a.csv", "a.parquet"):
        out = tmp_path / name
        run("rules", str(matched), "--out", str(out))
        asked = ("rules", "explain", "leverage:breach:2026-03-03:-.-:A1", "--alerts", str(out))
        refused(run(*asked), "no alert", "its finding is UNKNOWN: no table of positions")
    refused(run("rules", "explain", "leverage", "--alerts", str(tmp_path / "a.csv")), "no alert leverage;")


def test_events_of_another_folder_are_not_found_and_that_is_said(run: Any, matched: Path, tmp_path: Path) -> None:
    run("rules", str(matched), "--out", str(tmp_path / "a.parquet"))
    pq.write_table(arrow_schema("trades").empty_table(), matched / "trades.parquet")
    alert = "self_trade:breach:2026-03-03:SHFE.cu2605:G1"
    done = run("rules", "explain", alert, "--alerts", str(tmp_path / "a.parquet"), "--events", str(matched))
    assert done.returncode == 0
    assert f"0 of 5 events found in {matched}" in done.stdout


def test_the_rows_behind_an_alert_are_printed_whole_however_narrow_the_terminal(
    run: Any, matched: Path, tmp_path: Path
) -> None:
    run("rules", str(matched), "--out", str(tmp_path / "a.parquet"))
    alert = "self_trade:breach:2026-03-03:SHFE.cu2605:G1"
    done = run("rules", "explain", alert, "--alerts", str(tmp_path / "a.parquet"), "--events", str(matched))
    assert "各行相同 alike in all: " in done.stdout
    assert "contract cu2605" in done.stdout
    assert "…" not in done.stdout


def test_status_of_a_member_is_that_of_its_group(run: Any, matched: Path) -> None:
    done = run("rules", "status", str(matched), "--subject", "A1")
    assert done.returncode == 0, done.stderr
    assert "A1 is a member of G1" in done.stdout
    assert "2 counts of A1 on trading day 2026-03-03" in done.stdout
    refused(run("rules", "status", str(matched), "--subject", "A9"), "no such account or group")
    refused(run("rules", "status", str(matched), "--day", "2026-03-04"), "from 2026-03-03 to 2026-03-03")


def test_days_that_the_data_do_not_hold_and_rules_that_do_not_exist_are_one_line(
    run: Any, matched: Path, tmp_path: Path
) -> None:
    out = ("--out", str(tmp_path / "a.parquet"))
    late = run("rules", str(matched), *out, "--from", "2026-03-04")
    refused(late, "no trading day of the data is in --from 2026-03-04", "from 2026-03-03 to 2026-03-03")
    done = run("rules", "whatif", str(matched), "--set", "self_trade.limit=3", "--to", "2026-03-02")
    refused(done, "no trading day of the data is in --to 2026-03-02")
    refused(run("rules", str(matched), *out, "--only", "self_trade,nope"), "--only nope: no such rule")
    refused(
        run("rules", "whatif", str(matched), "--set", "self_trade.limit=3", "--dispositions", "no.csv"), "no.csv is"
    )


@pytest.mark.parametrize("name", ["", "a.json", "file/a.parquet", "folder.parquet"])
def test_a_file_that_cannot_be_written_is_one_line_before_any_work(run: Any, tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.parquet").mkdir()
    nowhere = str(tmp_path / "no events")
    for words in (("rules", nowhere, "--out"), ("rules", "suspects", nowhere, "--out")):
        refused(run(*words, name and str(tmp_path / name)), "--out", "wanted")


def test_a_home_that_cannot_be_written_is_one_line(run: Any, matched: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    home = str(tmp_path / "file" / "home")
    for words in (("rules", str(matched), "--out", "a.parquet"), ("check", str(matched)), ("keys", "list")):
        refused(run(*words, ALERTGRADE_HOME=home), f"ALERTGRADE_HOME {home}")


def test_publishing_before_the_features_are_there_says_what_was_written(run: Any, matched: Path) -> None:
    refused(
        run("publish", str(matched)),
        "written: timeline, counters",
        "not written: peers, past_alerts, the index published",
        "run alertgrade materialize, then publish again",
    )
