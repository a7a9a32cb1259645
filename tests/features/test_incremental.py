"""A build adds days, corrects what late rows touch and keeps what was known before; in the end it is the full one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from alertgrade.errors import AlertError
from features.availability import available_at
from features.build import BuildRecord, build
from features.build_family import MANY_FILES
from features.catalogue import FAMILIES, FEATURES, STORED, STORED_FAMILIES
from features.events.load import load_events
from features.online.address import open_rows
from features.store import OfflineAndOnlineStore

DAYS = [d.date() for d in pd.bdate_range("2026-01-05", periods=26)]
ACCOUNTS = [f"A{i:02d}" for i in range(5)]
DATED = ("orders", "trades", "logins", "alerts", "dispositions")
MICROSECOND = timedelta(microseconds=1)


def until(source: Path, target: Path, day: Any, left_out: dict[str, pd.Index] | None = None) -> Path:
    """The raw tables as they stood at the end of ``day``, without the rows that come late."""
    target.mkdir(parents=True)
    for file in source.glob("*.parquet"):
        table = pd.read_parquet(file)
        if left_out and file.stem in left_out:
            table = table.drop(left_out[file.stem])
        if "trading_day" in table:
            table = table[table["trading_day"] <= day]
        elif "decided_at" in table:
            table = table[table["decided_at"] <= pd.Timestamp(available_at(day))]
        table.to_parquet(target / file.name, index=False)
    return target


def built(folder: Path, offline: Path, **how: Any) -> BuildRecord:
    with load_events(folder, pseudonym_key=b"k" * 32) as events:
        return build(events, offline, **how)


def moments(folder: Path) -> pd.DataFrame:
    """Every account at every close, and every alert."""
    alerts = pd.read_parquet(folder / "alerts.parquet").rename(columns={"triggered_at": "event_timestamp"})
    closes = [
        {"account_id": a, "event_timestamp": pd.Timestamp(available_at(d)), "trading_day": d}
        for a in ACCOUNTS
        for d in DAYS
    ]
    columns = ["account_id", "event_timestamp", "trading_day"]
    return pd.concat([alerts[columns], pd.DataFrame(closes)], ignore_index=True)


def differences(one: pd.DataFrame, other: pd.DataFrame) -> list[str]:
    """Features that differ: counts to the last bit, ratios by more than 1e-9."""
    found = []
    for name in STORED:
        a, b = one[name].to_numpy(), other[name].to_numpy()
        limit = 0.0 if FEATURES[name].exact else 1e-9
        if not np.array_equal(np.isnan(a), np.isnan(b)) or (np.abs(a - b)[~np.isnan(a)] > limit).any():
            found.append(name)
    return found


@pytest.fixture
def few_families(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked of files and records does not depend on how many families there are, and each costs time."""
    monkeypatch.setattr("features.build.STORED_FAMILIES", ("profile", "trading", "cancelling"))


@pytest.fixture(scope="module")
def market(make_market: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_market(tmp_path_factory.mktemp("daily") / "market", seed=11, days=len(DAYS), accounts=len(ACCOUNTS))


@pytest.fixture(scope="module")
def whole(market: Path) -> OfflineAndOnlineStore:
    store = OfflineAndOnlineStore(market.with_name("whole"))
    built(market, store.offline)
    return store


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_any_split_of_days_with_late_rows_ends_in_the_full_build(
    market: Path, whole: OfflineAndOnlineStore, tmp_path: Path, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    late: dict[str, pd.Index] = {}
    for name in DATED:
        table = pd.read_parquet(market / f"{name}.parquet")
        late[name] = table.sample(min(12, len(table)), random_state=seed).index
    cuts = sorted({*rng.choice(range(1, len(DAYS) - 1), 1 + seed, replace=False), len(DAYS) - 1})
    store = OfflineAndOnlineStore(tmp_path / "features")
    for number, cut in enumerate(cuts):
        built(until(market, tmp_path / f"e{number}", DAYS[cut], late), store.offline)
        late = {name: rows[len(rows) // 2 :] for name, rows in late.items()}  # half of what is missing has come
    for file in market.glob("*.parquet"):  # and in the end everything
        shutil.copy(file, tmp_path / f"e{len(cuts) - 1}" / file.name)
    record = built(tmp_path / f"e{len(cuts) - 1}", store.offline)
    asked = moments(market)
    incremental = store.historical(asked, as_known_now=True)
    assert differences(incremental, whole.historical(asked)) == []
    assert record.made_at > available_at(DAYS[-1])
    if seed == 0:
        built(tmp_path / f"e{len(cuts) - 1}", store.offline, full=True)  # finds nothing to correct
        assert BuildRecord.read(store.offline).files == record.files


@pytest.fixture(scope="module")
def corrected(market: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, datetime, pd.DataFrame]:
    """A store built without the trades of one account and week, then with them; and what it said in between."""
    folder = tmp_path_factory.mktemp("corrected")
    trades = pd.read_parquet(market / "trades.parquet")
    missing = trades[(trades["account_id"] == "A02") & trades["trading_day"].isin(DAYS[6:11])].index
    assert len(missing)
    store = OfflineAndOnlineStore(folder / "features")
    built(until(market, folder / "first", DAYS[-1], {"trades": missing}), store.offline)
    store.apply()
    before = store.historical(moments(market))
    made_at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    built(market, store.offline, made_at=made_at)
    return store.folder, made_at, before


def test_what_was_known_before_a_correction_stays_known(
    market: Path, whole: OfflineAndOnlineStore, corrected: tuple[Path, datetime, pd.DataFrame]
) -> None:
    folder, made_at, before = corrected
    store, asked = OfflineAndOnlineStore(folder), moments(market)
    assert differences(store.historical(asked), before) == []
    now = store.historical(asked, as_known_now=True)
    assert differences(now, whole.historical(asked)) == []
    assert "trades_20d" in differences(now, before)
    last = asked[asked["account_id"] == "A02"].tail(1)
    around = pd.concat(
        [last.assign(event_timestamp=pd.Timestamp(made_at + step)) for step in (-MICROSECOND, 0 * MICROSECOND)]
    )
    around = around.reset_index(drop=True)
    seen = store.historical(around)["trades_20d"].tolist()
    assert seen == [
        before["trades_20d"].iloc[-1 - (len(ACCOUNTS) - 3) * len(DAYS)],
        now["trades_20d"].iloc[-1 - (len(ACCOUNTS) - 3) * len(DAYS)],
    ]
    for known_now in (False, True):
        found = store.historical_by_feast(asked, as_known_now=known_now)
        assert differences(found, now if known_now else before) == []


def test_the_online_store_knows_a_correction_from_when_it_was_made(
    corrected: tuple[Path, datetime, pd.DataFrame], tmp_path: Path
) -> None:
    folder, made_at, _before = corrected
    store = OfflineAndOnlineStore(Path(shutil.copytree(folder, tmp_path / "features")))
    asked = pd.DataFrame({"account_id": ["A02"], "event_timestamp": [made_at], "trading_day": [DAYS[-1]]})
    for moment in (made_at - MICROSECOND, made_at):
        store.materialize(moment)
        rows = open_rows(str(store.folder / "online.db")).account("A02")
        offline = store.historical(asked.assign(event_timestamp=pd.Timestamp(moment)))["trades_20d"].iloc[0]
        place = rows.layout["trading"].index("trades_20d")
        assert np.frombuffer(rows.rows["trading"].payload)[place] == offline


def test_only_touched_days_get_a_new_version(corrected: tuple[Path, datetime, pd.DataFrame]) -> None:
    offline = corrected[0] / "offline"
    touched = {}
    for family in STORED_FAMILIES:
        rows = pd.concat([pd.read_parquet(file) for file in (offline / family).glob("*.parquet")])
        rows = rows[rows["created_timestamp"] > rows["event_timestamp"]]
        touched[family] = sorted(
            {(a, t.date()) for a, t in zip(rows["account_id"], rows["event_timestamp"], strict=True)}
        )
    reading = {family for family, names in FAMILIES.items() if any("trades" in FEATURES[n].tables for n in names)}
    assert {family for family, rows in touched.items() if rows} <= reading, "a late trade moves what reads trades"
    days = [day for _, day in touched["trading"]]
    assert {account for account, _ in touched["trading"]} == {"A02"}
    assert min(days) >= DAYS[6]
    assert max(days) <= DAYS[-1]


@pytest.mark.usefixtures("few_families")
def test_a_day_added_is_written_beside_what_is_there(market: Path, tmp_path: Path) -> None:
    offline = tmp_path / "features" / "offline"
    first = built(until(market, tmp_path / "a", DAYS[-2]), offline)
    inodes = {file.name: file.stat().st_ino for file in (offline / "trading").iterdir()}
    second = built(market, offline)
    assert second.files["trading"][: len(first.files["trading"])] == first.files["trading"]
    assert {n: (offline / "trading" / n).stat().st_ino for n in first.files["trading"]} == inodes
    new = pd.read_parquet(offline / "trading" / second.files["trading"][-1])
    assert set(new["event_timestamp"]) == {pd.Timestamp(available_at(DAYS[-1]))}
    assert (new["created_timestamp"] == new["event_timestamp"]).all()
    assert built(market, offline).files == second.files, "nothing new, nothing written"


@pytest.mark.usefixtures("few_families")
def test_many_builds_end_in_one_file_with_every_version(raw: Any, tmp_path: Path) -> None:
    offline = tmp_path / "features" / "offline"
    with raw.calendar(DAYS[:1]).add("orders", DAYS[0]).load() as events:
        build(events, offline)
    [source] = (offline / "cancelling").iterdir()
    record = json.loads((offline / "build.json").read_text())
    for number in range(MANY_FILES):
        shutil.copy(source, source.with_name(f"00001-x{number}.parquet"))
        record["files"]["cancelling"].append(f"00001-x{number}.parquet")
    (offline / "build.json").write_text(json.dumps(record))
    with raw.calendar(DAYS[1:2]).add("orders", DAYS[1]).load() as events:
        merged = build(events, offline)
    [file] = (offline / "cancelling").iterdir()
    assert merged.files["cancelling"] == (file.name,)
    assert len(pd.read_parquet(file)) == merged.rows["cancelling"] == MANY_FILES + 2


def test_a_table_given_for_the_first_time_is_no_correction(raw: Any, tmp_path: Path) -> None:
    store = OfflineAndOnlineStore(tmp_path / "features")
    for table in ("", "alerts"):
        if table:
            raw.add(table, DAYS[0])
        with raw.calendar(DAYS[:2]).add("orders", DAYS[0], order_id="O1").load() as events:
            build(events, store.offline)
    asked = pd.DataFrame(
        {"account_id": ["A1"], "event_timestamp": [pd.Timestamp(available_at(DAYS[0]))], "trading_day": [DAYS[0]]}
    )
    assert store.historical(asked)["alerts_250d"].tolist() == [1]


@pytest.mark.usefixtures("few_families")
def test_other_events_altogether_start_the_store_afresh(
    make_market: Callable[..., Path], market: Path, tmp_path: Path
) -> None:
    offline = tmp_path / "features" / "offline"
    built(until(market, tmp_path / "mine", DAYS[5]), offline)
    other = make_market(tmp_path / "other", seed=12, days=6, accounts=3)
    record = built(other, offline)
    assert (record.serial, record.days) == (2, BuildRecord.read(offline).days)
    assert len(record.files["trading"]) == 1
    rows = pd.read_parquet(offline / "trading")
    assert (rows["created_timestamp"] == rows["event_timestamp"]).all()


@pytest.mark.usefixtures("few_families")
def test_raw_tables_that_lost_their_first_days_are_refused(raw: Any, raw_tables: Any, tmp_path: Path) -> None:
    offline = tmp_path / "features" / "offline"
    with raw.calendar(DAYS[:3]).add("orders", DAYS[0]).load() as events:
        build(events, offline)
    pruned = raw_tables(tmp_path / "pruned").calendar(DAYS[1:4])
    with (
        pruned.load() as events,
        pytest.raises(AlertError, match=f"begin on {DAYS[1]}, the features built on {DAYS[0]}"),
    ):
        build(events, offline)
    assert BuildRecord.read(offline).built_through == DAYS[2]
    with pruned.load() as events:
        assert build(events, offline, afresh=True).days == tuple(DAYS[1:4])


@pytest.mark.usefixtures("few_families")
def test_an_account_row_that_ends_changes_no_earlier_day(raw: Any, tmp_path: Path) -> None:
    offline = tmp_path / "features" / "offline"
    raw.calendar(DAYS[:6]).add("orders", DAYS[1]).add("trades", DAYS[1]).add("accounts")
    with raw.load() as events:
        first = build(events, offline)
    raw.rows["accounts"][0]["valid_to"] = DAYS[5]
    with raw.load() as events:
        second = build(events, offline)
    assert [d for d in DAYS[:6] if first.raw.days[d] != second.raw.days[d]] == [DAYS[5]]
    assert second.files["trading"] == first.files["trading"]
    assert len(second.files["profile"]) == len(first.files["profile"]) + 1


@pytest.mark.usefixtures("few_families")
def test_killed_between_the_renames_the_last_good_build_is_found(market: Path, tmp_path: Path) -> None:
    offline = tmp_path / "features" / "offline"
    record = built(until(market, tmp_path / "a", DAYS[3]), offline)
    offline.rename(offline.with_name("offline.old"))  # half a swap
    assert BuildRecord.read(offline) == record
    offline.rename(offline.with_name("offline.old"))
    assert built(until(market, tmp_path / "b", DAYS[4]), offline).files["trading"][0] == record.files["trading"][0]
