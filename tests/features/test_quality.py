"""A broken source stops the build in plain words, unless someone answers for it; the healthy day passes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from alertgrade.errors import AlertError
from features.build import BuildRecord, build
from features.catalogue import STORED_FAMILIES
from features.digests import RawDays
from features.events.load import load_events
from features.families import columns
from features.quality import Acceptance, Gate, thresholds
from features.quality_features import feature_findings
from features.quality_finding import Finding
from features.quality_raw import raw_findings

DAYS = [d.date() for d in pd.bdate_range("2026-01-05", periods=8)]
LAST = DAYS[-1]
CONTRACTS = ("cu2605", "cu2606", "cu2607")
LIMITS = thresholds()
Change = Callable[[dict[str, list[dict[str, Any]]]], object]


def healthy(raw: Any) -> Any:
    """Eight days: five orders, trades and logins a contract and day, and fifty accounts' days."""
    raw.add("contracts", contract="cu2606").add("contracts", contract="cu2607")
    raw.rows |= {"logins": [], "account_days": []}
    for day in DAYS:
        for contract in CONTRACTS:
            for n in range(5):
                raw.add("orders", day, contract=contract, price=100 + n).add(
                    "trades", day, contract=contract, price=100
                )
                raw.add("logins", day, ip=f"10.0.0.{n}", mac=contract)
        raw.rows["account_days"] += [
            {
                "trading_day": day,
                "account_id": f"B{n}",
                "equity": 1000 + n,
                "margin": 10,
                "net_pnl": 0,
                "fee": 1,
                "exchange_fee": 1,
            }
            for n in range(50)
        ]
    return raw


def found(raw: Any, change: Change, before: RawDays | None = None) -> list[Finding]:
    change(healthy(raw).rows)
    with raw.load() as events:
        return raw_findings(events, before, RawDays.of(events), LIMITS)


def without(table: str, day: date, keep: int = 0) -> Change:
    def change(rows: dict[str, list[dict[str, Any]]]) -> None:
        inside = [r for r in rows[table] if r["trading_day"] == day]
        rows[table] = [r for r in rows[table] if r["trading_day"] != day] + inside[:keep]

    return change


def times(table: str, column: str, factor: int, day: date = LAST) -> Change:
    return lambda rows: [r.update({column: r[column] * factor}) for r in rows[table] if r["trading_day"] == day]


def clocks(days: int, share: float) -> Change:
    def change(rows: dict[str, list[dict[str, Any]]]) -> None:
        of_day = [r for r in rows["orders"] if r["trading_day"] == LAST]
        for row in of_day[: round(share * len(of_day))]:
            row["event_time"] = datetime.combine(LAST, time(2), UTC) + timedelta(days=days)

    return change


BROKEN = {
    "empty": (without("trades", LAST), "empty", "trades"),
    "empty on a day in the middle": (without("logins", DAYS[6]), "empty", "logins"),
    "price x 100": (times("orders", "price", 100), "unit", "orders.price"),
    "volume x 1000": (times("trades", "volume", 1000), "unit", "trades.volume"),
    "equity in yuan ten thousands": (times("account_days", "equity", 10_000), "unit", "account_days.equity"),
    "clocks off": (clocks(2, 0.5), "clocks", "orders"),
    "clocks off before": (clocks(-12, 1.0), "clocks", "orders"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_source_stops(raw: Any, name: str) -> None:
    change, kind, of = BROKEN[name]
    stopping = [f for f in found(raw, change) if f.stops]
    assert [(f.kind, f.of) for f in stopping if f.day == stopping[0].day] == [(kind, of)]


FINE = {
    "healthy": lambda rows: None,
    "one row left": without("trades", LAST, keep=1),
    "price x 49": times("orders", "price", 49),
    "clocks of half but one": clocks(2, 0.4),
    "a night session before a long holiday": clocks(-11, 1.0),
    "the day after": clocks(1, 1.0),
    "empty before anything is usual": without("trades", DAYS[4]),
}


@pytest.mark.parametrize("name", FINE)
def test_what_can_happen_does_not_stop(raw: Any, name: str) -> None:
    assert [f for f in found(raw, FINE[name]) if f.stops] == []


def test_strange_but_possible_is_said(raw: Any) -> None:
    said = {(f.kind, f.of) for f in found(raw, without("trades", LAST, keep=1)) if not f.stops}
    assert said == {("rows", "trades")}


def test_a_day_or_table_that_was_built_and_is_gone_stops(raw: Any, tmp_path: Path) -> None:
    with healthy(raw).load() as events:
        before = RawDays.of(events)
    for change, seen in (
        (without("logins", DAYS[2]), "1 days"),
        (lambda rows: rows.update(logins=[]), "the whole table"),
    ):
        change(raw.rows)
        with raw.load() as events:
            gone = [f for f in raw_findings(events, before, RawDays.of(events), LIMITS) if f.kind == "gone"]
        assert [(f.of, f.stops, f.seen.startswith(seen)) for f in gone] == [("logins", True, True)]


def test_a_stopped_build_changes_nothing_and_a_named_person_may_let_it_through(raw: Any, tmp_path: Path) -> None:
    offline = tmp_path / "features" / "offline"
    last = without("trades", LAST)
    healthy(raw)
    rows = {name: list(table) for name, table in raw.rows.items()}
    for name in ("orders", "trades", "logins", "account_days"):
        raw.rows[name] = [r for r in raw.rows[name] if r["trading_day"] < LAST]
    with raw.load() as events:
        build(events, offline, gate=Gate())
    raw.rows = rows
    last(raw.rows)
    with raw.load() as events:
        with pytest.raises(AlertError, match=f"trades on {LAST}: no rows.*--accept NAME --because TEXT"):
            build(events, offline, gate=Gate())
        assert BuildRecord.read(offline).built_through == DAYS[-2]
        build(events, offline, gate=Gate(Acceptance.of("li.na", "exchange closed early")))
    [accepted] = BuildRecord.read(offline).accepted
    assert (accepted["name"], accepted["because"]) == ("li.na", "exchange closed early")
    assert accepted["findings"] == [f"trades on {LAST}: no rows (usually about 15 a day)"]
    report = json.loads((offline / "quality.json").read_text())
    assert (report["day"], report["rows"][str(LAST)]["orders"]) == (str(LAST), 15)
    assert report["features"]["cancelling"]["orders_5d"]["with_value"] == 1


@pytest.mark.parametrize(("name", "because"), [("li.na", None), (None, "x"), ("", "x"), ("li.na", "  ")])
def test_a_name_without_a_reason_accepts_nothing(name: str | None, because: str | None) -> None:
    with pytest.raises(AlertError, match="--because"):
        Acceptance.of(name, because)


@pytest.mark.parametrize(
    ("feature", "value", "stops"),
    [
        ("cancel_ratio_5d", 1.0, False),
        ("open_share_5d", 1.0, False),
        ("open_share_5d", 1.000001, True),
        ("open_share_5d", -1e-9, True),
        ("trades_5d", 0.0, False),
        ("trades_5d", -1.0, True),
        ("account_type_code", -1.0, False),
    ],
)
def test_a_feature_outside_its_range_stops(tmp_path: Path, feature: str, value: float, stops: bool) -> None:
    stamp = pd.to_datetime([datetime.combine(LAST, time(12, 30), UTC)]).as_unit("us")
    for family in STORED_FAMILIES:
        row = {name: [value if name == feature else float("nan")] for name in columns(family)}
        frame = pd.DataFrame({"account_id": ["A1"], "event_timestamp": stamp, "created_timestamp": stamp, **row})
        (tmp_path / family).mkdir()
        frame.to_parquet(tmp_path / family / "00001-00.parquet")
    files = dict.fromkeys(STORED_FAMILIES, ("00001-00.parquet",))
    raw = RawDays((LAST,), (), {LAST: {}}, {})
    record = BuildRecord("s", "d", (LAST,), {}, datetime(2026, 1, 1, tzinfo=UTC), raw, files, {})
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        findings, statistics = feature_findings(con, tmp_path, record, LIMITS)
    assert [(f.kind, f.of, f.stops) for f in findings] == ([("range", feature, True)] if stops else [])
    assert sum(one["with_value"] for family in statistics.values() for one in family.values()) == 1


def test_a_synthetic_market_passes(make_market: Callable[..., Path], tmp_path: Path) -> None:
    with load_events(make_market(tmp_path / "market", seed=21), pseudonym_key=b"k" * 32) as events:
        assert [f for f in raw_findings(events, None, RawDays.of(events), LIMITS) if f.stops] == []
