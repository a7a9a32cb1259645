"""A feature at t never moves because of anything after t."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from features.availability import available_at
from features.build import build
from features.catalogue import FAMILIES, STORED
from features.events.load import load_events
from features.reader import OnlineReader
from features.store import OfflineAndOnlineStore

Read = Callable[..., Any]
MICROSECOND = timedelta(microseconds=1)
DAYS = [d.date() for d in pd.bdate_range("2026-01-05", periods=40)]
CLOSE = pd.Timestamp(available_at(DAYS[12]))  # the moment of the daily families of DAYS[12]
MID_SESSION = pd.Timestamp("2026-01-21 03:15:00.123456", tz="UTC")  # DAYS[12] is still open
MOMENTS = {"event_time", "triggered_at", "decided_at", "received_at"}


def store_of(folder: Path) -> OfflineAndOnlineStore:
    store = OfflineAndOnlineStore(folder.with_name(folder.name + "-features"))
    with load_events(folder, pseudonym_key=b"k" * 32) as events:
        build(events, store.offline)
    store.apply()
    return store


def later(table: pd.DataFrame, t: pd.Timestamp) -> pd.Series:
    """Which rows happen after ``t``; those at ``t`` itself do not."""
    [column] = MOMENTS & set(table.columns)
    return table[column] > t


def forgotten(table: pd.DataFrame, t: pd.Timestamp) -> pd.DataFrame:
    return table[~later(table, t)]


def falsified(table: pd.DataFrame, t: pd.Timestamp) -> pd.DataFrame:
    """Every later row altered where a feature could see it, and many more of them, of a new account too."""
    after = table[later(table, t)].copy()
    changes = {"volume": 999, "hedge": "hedging", "offset": "open", "mac": "new", "ip": "new", "outcome": "referred"}
    changes |= {"level": "breach", "time_in_force": "FAK", "contract": "cu2605", "trade_id": "T0", "via_relay": True}
    changes |= {"bank_account": "b1", "occurrence": 9, "subject_id": "A00"}
    for column, value in changes.items():
        if column in after:
            after[column] = value
    copies = []
    for n in range(3):
        copy = after.copy()
        for name in {"order_id", "alert_id"} & set(copy.columns):
            copy[name] += f"-{n}"
        [column] = MOMENTS & set(copy.columns)
        copy[column] += pd.Timedelta(microseconds=n)
        if n == 2:
            copy["account_id"] = "A00"  # silent at both moments
        copies.append(copy)
    return pd.concat([forgotten(table, t), *copies])


def ended_and_renewed(table: pd.DataFrame, t: pd.Timestamp) -> pd.DataFrame:
    """What is in force ends five days after ``t`` and goes on otherwise: accounts and contracts of another kind."""
    turn = (t + pd.Timedelta(days=5)).date()
    others = {"account_type": "institution", "channel": "direct", "multiplier": 999.0, "is_employee": True}
    lasting = table["valid_to"].isna() | (pd.to_datetime(table["valid_to"]) > pd.Timestamp(turn))
    lasting &= pd.to_datetime(table["valid_from"]) < pd.Timestamp(turn)
    renewed = table[lasting].assign(valid_from=turn, **{c: v for c, v in others.items() if c in table})
    return pd.concat([table.assign(valid_to=table["valid_to"].mask(lasting, turn)), renewed])


def forgotten_days(table: pd.DataFrame, t: pd.Timestamp) -> pd.DataFrame:
    """Daily rows that are not known at ``t`` say something else."""
    known = [pd.Timestamp(available_at(day)) <= t for day in table["trading_day"]]
    numbers = [name for name in table.columns if name in {"equity", "margin", "net_pnl", "fee", "volume"}]
    return table.assign(**{name: table[name].where(known, table[name] + 7) for name in numbers})


def strange_news(target: Path, t: pd.Timestamp) -> None:
    """A control group declared, and notices received, after ``t``."""
    turn = (t + pd.Timedelta(days=5)).date()
    groups = [{"group_id": "G9", "account_id": f"A{n:02d}", "declared": True, "valid_from": turn} for n in range(4)]
    _add(target / "control_groups.parquet", pd.DataFrame(groups).assign(valid_to=None))
    notice = {"exchange": "SHFE", "rule_id": "self_trade", "subject_id": "A00", "trading_day": turn, "occurrence": 3}
    received = pd.Series([t + pd.Timedelta(days=5)]).astype("datetime64[us, UTC]")
    _add(target / "notices.parquet", pd.DataFrame([notice]).assign(received_at=received))


def _add(file: Path, rows: pd.DataFrame) -> None:
    """Beside what is known already, where there is anything."""
    known = [pd.read_parquet(file)] if file.exists() else []
    pd.concat([*(one for one in known if len(one)), rows]).to_parquet(file, index=False)


def changed(source: Path, target: Path, change: Callable[..., pd.DataFrame], t: pd.Timestamp) -> Path:
    target.mkdir()
    for file in source.glob("*.parquet"):
        table = pd.read_parquet(file)
        if MOMENTS & set(table.columns):
            table = change(table, t)
        elif change is falsified and "valid_to" in table:
            table = ended_and_renewed(table, t)
        elif change is falsified and "trading_day" in table:
            table = forgotten_days(table, t)
        table.to_parquet(target / file.name, index=False)
    if change is falsified:
        strange_news(target, t)
    return target


def asked(folder: Path, t: pd.Timestamp) -> pd.DataFrame:
    """Every account at ``t`` and at every alert and close before it."""
    alerts = pd.read_parquet(folder / "alerts.parquet")
    alerts = alerts[alerts["triggered_at"] <= t].rename(columns={"triggered_at": "event_timestamp"})
    closes = [pd.Timestamp(available_at(d)) for d in DAYS if available_at(d) <= t]
    accounts = [f"A{i:02d}" for i in range(8)]
    rows = [
        {"account_id": a, "event_timestamp": m, "trading_day": (m + pd.Timedelta(hours=11, minutes=30)).date()}
        for a in accounts
        for m in (*closes, t)
    ]
    columns = ["account_id", "event_timestamp", "trading_day"]
    ends = pd.DataFrame(rows).astype({"event_timestamp": "datetime64[us, UTC]"})
    return pd.concat([ends, alerts[columns]], ignore_index=True)


@pytest.fixture(scope="module")
def market(make_market: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_market(tmp_path_factory.mktemp("random") / "market", seed=7, days=30, accounts=8)


@pytest.fixture(scope="module")
def whole_store(market: Path) -> OfflineAndOnlineStore:
    return store_of(market)


@pytest.fixture(scope="module")
def with_false_rows(market: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., OfflineAndOnlineStore]:
    """The store of a market whose rows after a moment are false; built once a moment."""
    folder = tmp_path_factory.mktemp("false")

    @cache
    def of(t: pd.Timestamp) -> OfflineAndOnlineStore:
        return store_of(changed(market, folder / f"{t:%d-%H%M}", falsified, t))

    return of


@pytest.mark.parametrize("t", [CLOSE, MID_SESSION], ids=["at a close", "in mid-session"])
def test_nothing_after_a_moment_moves_a_feature_at_it(
    market: Path,
    whole_store: OfflineAndOnlineStore,
    with_false_rows: Callable[..., OfflineAndOnlineStore],
    tmp_path: Path,
    t: pd.Timestamp,
) -> None:
    moments = asked(market, t)
    stores = [whole_store, store_of(changed(market, tmp_path / "forgotten", forgotten, t)), with_false_rows(t)]
    whole, without, otherwise = (store.historical(moments) for store in stores)
    assert whole.notna().any().all(), "every family must have something to move"
    assert [name for name in STORED if not otherwise[name].equals(whole[name])] == [], "moved by later rows"
    assert [name for name in STORED if not without[name].equals(whole[name])] == [], (
        "moved by the absence of later rows"
    )


def test_nothing_after_a_moment_moves_the_online_store_at_it(
    whole_store: OfflineAndOnlineStore, with_false_rows: Callable[..., OfflineAndOnlineStore]
) -> None:
    t, found = CLOSE.to_pydatetime(), []
    for store in (whole_store, with_false_rows(CLOSE)):
        store.materialize(t)
        reader = OnlineReader(store.folder)
        found.append([reader.read(f"A{i:02d}", trading_day=DAYS[13], at=t).values for i in range(8)])
    assert found[1] == found[0]


@pytest.fixture(scope="module")
def store(raw_tables: Any, tmp_path_factory: pytest.TempPathFactory) -> OfflineAndOnlineStore:
    raw = raw_tables(tmp_path_factory.mktemp("known") / "events").calendar(DAYS)
    for day in DAYS[:3]:
        for table in ("orders", "trades", "logins"):
            raw.of("silent").add(table, day).of("busy").add(table, day)
    for day in DAYS[3:]:
        raw.of("busy").add("orders", day).add("trades", day).add("logins", day)
    raw.of("decided").add("orders", DAYS[0]).add("alerts", DAYS[1], ALERTED)
    raw.add("dispositions", at=DECIDED, outcome="restricted")
    raw.of("twice").add("orders", DAYS[0]).add("alerts", DAYS[1], ALERTED, rule_id="frequent_cancel")
    raw.add("alerts", DAYS[1], ALERTED).add("alerts", DAYS[1], ALERTED + MICROSECOND, level="severe")
    return raw.store()


ALERTED = datetime.combine(DAYS[1], time(5, 0, 0, 999_999), UTC)
DECIDED = datetime.combine(DAYS[2], time(9, 30, 0, 1), UTC)


def test_an_account_silent_for_thirty_days_has_no_20_day_activity(
    store: OfflineAndOnlineStore, offline_at: Read, online_at: Read
) -> None:
    activity = [n for family in ("trading", "cancelling", "logins") for n in FAMILIES[family]]
    t = datetime.combine(DAYS[33], time(3), UTC)
    for found in (*offline_at(store, "silent", t, available_at(DAYS[-1])), online_at(store, "silent", t)):
        assert {n: found[n] for n in activity} == dict.fromkeys(activity)
    assert online_at(store, "busy", t)["trades_20d"] == 20


def test_an_outcome_is_known_from_the_first_close_after_its_decision(
    store: OfflineAndOnlineStore, offline_at: Read, online_at: Read
) -> None:
    close = next(available_at(d) for d in DAYS if available_at(d) >= DECIDED)
    names = ("dispositions_250d", "sanctions_250d", "worst_outcome_250d")
    wanted = {DECIDED: (0, 0, 0), close - MICROSECOND: (0, 0, 0), close: (1, 1, 4)}
    assert [tuple(row[n] for n in names) for row in offline_at(store, "decided", *wanted)] == list(wanted.values())
    assert [tuple(online_at(store, "decided", t)[n] for n in names) for t in wanted] == list(wanted.values())


def test_an_alert_counts_from_the_close_of_its_day_and_never_for_itself(
    store: OfflineAndOnlineStore, offline_at: Read, online_at: Read
) -> None:
    assert online_at(store, "decided", ALERTED)["alerts_250d"] == 0
    close = next(available_at(d) for d in DAYS if available_at(d) >= ALERTED)
    rows = offline_at(store, "twice", ALERTED, ALERTED + 2 * MICROSECOND, close)
    assert [(r["alerts_30d"], r["alerts_250d"], r["breaches_250d"]) for r in rows] == [(0, 0, 0), (0, 0, 0), (3, 3, 2)]


def test_the_day_is_known_from_its_close_and_not_a_microsecond_before(
    store: OfflineAndOnlineStore, offline_at: Read, online_at: Read
) -> None:
    close = available_at(DAYS[5])
    assert [r["trades_20d"] for r in offline_at(store, "busy", close - MICROSECOND, close)] == [5, 6]
    assert [online_at(store, "busy", t)["trades_20d"] for t in (close - MICROSECOND, close)] == [5, 6]


def test_an_account_first_seen_later_leaves_no_trace_before(raw: Any, tmp_path: Path, raw_tables: Any) -> None:
    t, known = available_at(DAYS[3]), []
    for place in ("without", "with"):
        tables = raw_tables(tmp_path / place).calendar(DAYS[:8]).give("alerts", "dispositions").add("orders", DAYS[0])
        if place == "with":
            tables.of("newcomer").add("orders", DAYS[6]).add("alerts", DAYS[6])
        moments = pd.DataFrame({"account_id": ["newcomer"], "event_timestamp": [t], "trading_day": [date(2026, 1, 9)]})
        known.append(tables.store().historical(moments))
    pd.testing.assert_frame_equal(known[1], known[0])
    assert list(known[0].columns) == list(STORED)
