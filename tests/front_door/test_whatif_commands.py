"""`alertgrade rules whatif` and `rules suspects` as a person types them."""

from __future__ import annotations

import csv
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rules_baseline.batches import arrow_schema

DAYS = [date(2026, 3, 2), date(2026, 3, 3)]
PLACE = {"exchange": "SHFE", "contract": "cu2605"}


@pytest.fixture
def events(tmp_path: Path) -> Path:
    """Two accounts at one machine that trade with each other five times on the second day."""
    contract = {**PLACE, "product": "cu", "kind": "future", "multiplier": Decimal(5), "tick": Decimal(10)}
    contract |= {"max_order_volume": 500, "has_order_fee": False, "valid_from": date(2026, 1, 1)}
    tables: dict[str, list[dict[str, Any]]] = {"contracts": [contract], "orders": [], "trades": [], "logins": []}
    tables["contract_days"] = [{**PLACE, "trading_day": day, "settlement_price": Decimal(100)} for day in DAYS]
    for day in DAYS:
        for name in ("A1", "A2", "Z1", "Z2"):
            seat = "shared" if name[0] == "A" else name
            row = {"account_id": name, "event": "login", "ip": f"ip {seat}", "mac": f"mac {seat}", "via_relay": False}
            moment = datetime.combine(day, datetime.min.time()) + timedelta(hours=1)
            tables["logins"].append({**row, "event_time": moment, "trading_day": day})
    for number in range(5):
        at = datetime(2026, 3, 3, 2) + timedelta(seconds=number)  # noqa: DTZ001 -- instants are UTC without zone
        for name, side in (("A1", "buy"), ("A2", "sell")):
            row = {**PLACE, "event_time": at, "trading_day": DAYS[1], "account_id": name, "trade_id": f"t{number}"}
            row |= {"order_id": f"{name}{number}", "side": side, "offset": "open", "hedge": "speculation"}
            tables["trades"].append({**row, "price": Decimal(100), "volume": 1})
    folder = tmp_path / "events"
    folder.mkdir()
    for table, rows in tables.items():
        pq.write_table(pa.Table.from_pylist(rows, schema=arrow_schema(table)), folder / f"{table}.parquet")
    return folder


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_suspects_are_found_and_what_if_says_what_declaring_them_gives(run: Any, events: Path, tmp_path: Path) -> None:
    out = tmp_path / "found" / "suspects.csv"
    done = run("rules", "suspects", str(events), "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert "suspect-A1" in done.stdout
    assert "1 mac, 1 ip, 5 matched" in done.stdout
    assert "1 of 1 suspected groups over 2 trading days to 2026-03-03" in done.stdout
    assert [row["account_ids"] for row in rows_of(out)] == ["A1 A2"]
    counts = {(row["rule_id"], row["count"], row["new"]) for row in rows_of(out.with_name("suspects_counts.csv"))}
    assert counts == {("self_trade", "5", "true"), ("group_trade", "5", "true")}
    assert len(rows_of(out.with_name("suspects_pairs.csv"))) == 1

    members, listed = out.with_name("suspects_members.csv"), tmp_path / "alerts.csv"
    only = ("--only", "self_trade,group_trade", "--alerts", str(listed), "--out", str(tmp_path / "changes.parquet"))
    done = run("rules", "whatif", str(events), "--merge-groups", str(members), *only)
    assert done.returncode == 0, done.stderr
    assert "0 alerts before, 3 after: 3 gained, 0 lost" in done.stdout
    assert "no dispositions" in done.stdout
    gained = {(row["change"], row["rule_id"], row["level"], row["subject_id"]) for row in rows_of(listed)}
    assert gained == {
        ("gained", "group_trade", "breach", "suspect-A1"),
        ("gained", "self_trade", "warning", "suspect-A1"),
        ("gained", "self_trade", "breach", "suspect-A1"),
    }
    assert pq.read_table(tmp_path / "changes.parquet").num_rows == 3


def test_precision_is_told_where_there_are_outcomes(run: Any, events: Path, tmp_path: Path) -> None:
    name = "group_trade:breach:2026-03-03:SHFE.cu2605:G"
    moment = datetime(2026, 3, 4, 2)  # noqa: DTZ001
    row = {"alert_id": name, "account_id": "A1", "rule_id": "group_trade", "alerted_at": moment, "decided_at": moment}
    table = pa.Table.from_pylist(
        [{**row, "outcome": "referred", "decided_by": "r1"}], schema=arrow_schema("dispositions")
    )
    pq.write_table(table, tmp_path / "outcomes.parquet")
    (tmp_path / "groups.csv").write_text("group_id,account_id\nG,A1\nG,A2\nG,A7\n")
    words = ("--merge-groups", str(tmp_path / "groups.csv"), "--dispositions", str(tmp_path / "outcomes.parquet"))
    done = run("rules", "whatif", str(events), *words, "--only", "group_trade")
    assert done.returncode == 0, done.stderr
    assert "no table names A7" in done.stdout
    assert "100.0% (20.7% to 100.0%)" in done.stdout, "one subject: Wilson with one trial"


def test_a_merged_group_of_one_is_refused_before_anything_runs(run: Any, events: Path, tmp_path: Path) -> None:
    (tmp_path / "groups.csv").write_text("group_id,account_id\nG,A1\nG,NOSUCH\n")
    done = run("rules", "whatif", str(events), "--merge-groups", str(tmp_path / "groups.csv"))
    assert done.returncode == 2
    assert done.stderr.startswith("error: merged group G of A1, NOSUCH (NOSUCH: in no raw table)")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--set", "self_trade.limits=3"), "its parameters are limit"),
        (("--set", "self_trade.limit=3", "--out", "changes.xlsx"), "ends in .parquet or .csv"),
    ],
)
def test_what_cannot_be_done_is_one_line(run: Any, events: Path, words: tuple[str, ...], says: str) -> None:
    done = run("rules", "whatif", str(events), *words)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert says in done.stderr
