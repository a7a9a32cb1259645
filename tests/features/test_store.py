"""The store as its users meet it: whole or not at all, fresh, of the right day, and plain about what it lacks."""

from __future__ import annotations

import shutil
import threading
import time as clock
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from alertgrade.errors import AlertError
from features.availability import available_at
from features.build import BuildRecord, build
from features.catalogue import FAMILIES, STORED
from features.definitions import INTRADAY_AT, INTRADAY_DAY
from features.reader import STALE_AFTER_DAYS, FeatureRow, FeatureStoreUnavailable, OnlineReader
from features.store import ONLINE_DATABASE, OfflineAndOnlineStore

Read = Callable[..., Any]
MICROSECOND = timedelta(microseconds=1)
DAYS = [d.date() for d in pd.bdate_range("2026-01-05", periods=30)]  # Monday to Friday; DAYS[4] is a Friday
TODAY = DAYS[6]
NOW = datetime.combine(TODAY, time(3), UTC)


def fill(raw: Any) -> Any:
    raw.calendar(DAYS).give("alerts", "dispositions", "accounts", "logins")
    for day in DAYS[:5]:
        raw.add("orders", day).add("trades", day)
    return raw


@pytest.fixture(scope="module")
def materialised(raw_tables: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = fill(raw_tables(tmp_path_factory.mktemp("store") / "events")).store()
    assert store.materialize(available_at(DAYS[3])) == DAYS[3]
    store.rows.close()  # all is in one file then: what a test breaks is broken, and not read from the log beside it
    return store.folder


@pytest.fixture
def store(materialised: Path, tmp_path: Path) -> OfflineAndOnlineStore:
    """A copy to break: materialised to the close of DAYS[3]."""
    return OfflineAndOnlineStore(Path(shutil.copytree(materialised, tmp_path / "home")))


def read(reader: OnlineReader, account: str = "A1", day: date = TODAY, at: datetime = NOW) -> FeatureRow:
    return reader.read(account, trading_day=day, at=at)


def unavailable(reader: OnlineReader) -> bool:
    try:
        read(reader)
    except FeatureStoreUnavailable:
        return True
    return False


def eventually(holds: Callable[[], bool]) -> None:
    """A new store is opened aside while the old one is read: within moments it is seen."""
    for _ in range(200):
        if holds():
            return
        clock.sleep(0.05)
    raise AssertionError("never")


def intraday_row(at: datetime, day: date, **features: float) -> pd.DataFrame:
    row = dict.fromkeys(FAMILIES["intraday"], float("nan")) | features
    stamp = pd.to_datetime([at], utc=True)
    marks = {INTRADAY_DAY: float(f"{day:%Y%m%d}"), INTRADAY_AT: at.timestamp() * 1e6}
    return pd.DataFrame({"account_id": ["A1"], "event_timestamp": stamp, **row, **marks})


def test_a_failing_build_leaves_the_old_one_standing(raw: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # what becomes of the folder does not depend on how many families there are, and each costs time
    monkeypatch.setattr("features.build.STORED_FAMILIES", ("profile", "trading", "cancelling", "logins", "history"))
    offline = tmp_path / "home" / "offline"
    offline.parent.mkdir()
    with raw.add("orders", DAYS[0]).load() as events:
        build(events, offline)
    before = {str(file): file.read_bytes() for file in offline.rglob("*.*")}
    families: list[str] = []

    def stop_late(family: str) -> None:
        families.append(family)
        if len(families) == 4:
            raise KeyboardInterrupt

    with raw.add("orders", DAYS[1]).load() as events:
        with pytest.raises(KeyboardInterrupt):
            build(events, offline, progress=stop_late)
        assert {str(file): file.read_bytes() for file in offline.rglob("*.*")} == before
        build(events, offline)  # what the failed one left behind is in nobody's way
    assert BuildRecord.read(offline).built_through == DAYS[1]
    assert [path.name for path in offline.parent.iterdir()] == ["offline"]


def test_nothing_built_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(AlertError, match="run alertgrade features"):
        BuildRecord.read(tmp_path / "offline")
    with pytest.raises(AlertError, match="run alertgrade features"):
        OfflineAndOnlineStore(tmp_path).materialize(NOW)


def test_a_store_never_materialised_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(FeatureStoreUnavailable, match="run alertgrade materialize"):
        read(OnlineReader(tmp_path / "nowhere"))


@pytest.mark.parametrize("name", [ONLINE_DATABASE])
@pytest.mark.parametrize("opened", [False, True], ids=["before it is opened", "while it is open"])
def test_a_missing_or_corrupt_file_is_unavailable_and_heals(
    store: OfflineAndOnlineStore, name: str, opened: bool
) -> None:
    reader, file = OnlineReader(store.folder), store.folder / name
    if opened:
        assert read(reader).values["orders_20d"] == 4
    good = file.read_bytes()
    if not (opened and name == "registry.db"):  # an open reader holds its registry in memory
        file.unlink()
        with pytest.raises(FeatureStoreUnavailable):
            read(reader)
        file.with_name("corrupt").write_bytes(b"\x00not a store\xff" * 400)
        file.with_name("corrupt").rename(file)
        eventually(lambda: unavailable(reader))
    file.with_name("healed").write_bytes(good)
    file.with_name("healed").rename(file)
    eventually(lambda: read(reader).values["orders_20d"] == 4)


def test_a_reader_sees_a_new_materialisation_without_restart(store: OfflineAndOnlineStore) -> None:
    reader = OnlineReader(store.folder)
    first = read(reader)
    assert store.materialize(available_at(DAYS[4])) == DAYS[4]
    assert read(reader).values["orders_20d"] in (4, 5)  # the old store is whole until the new one is open
    eventually(lambda: read(reader).values["orders_20d"] == 5)
    second = read(reader)
    assert (first.as_of, second.as_of) == (available_at(DAYS[3]), available_at(DAYS[4]))
    store.materialize(available_at(DAYS[1]))  # back again: what is asked for is what is there
    eventually(lambda: read(reader).values["orders_20d"] == 2)


def test_a_reader_is_read_from_another_thread(store: OfflineAndOnlineStore) -> None:
    reader, found = OnlineReader(store.folder), []
    read(reader)
    threads = [threading.Thread(target=lambda: found.append(read(reader).values["orders_20d"])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [4] * 4


def test_an_unknown_account_has_nulls_only(store: OfflineAndOnlineStore, offline_at: Read) -> None:
    assert read(OnlineReader(store.folder), "nobody").values == dict.fromkeys(STORED)
    assert offline_at(store, "nobody", NOW) == [dict.fromkeys(STORED)]


def test_an_intraday_row_written_is_read_on_its_day_and_null_on_another(store: OfflineAndOnlineStore) -> None:
    reader = OnlineReader(store.folder)
    assert read(reader).values["orders_today"] is None
    store.write_intraday(intraday_row(NOW, TODAY, orders_today=7.0, cancel_ratio_today=0.25))
    found = read(reader).values
    assert (found["orders_today"], found["cancel_ratio_today"], found["trades_today"]) == (7, 0.25, None)
    assert found["orders_20d"] == 4
    for day in (DAYS[5], DAYS[7]):
        other = read(reader, day=day).values
        assert {n: other[n] for n in FAMILIES["intraday"]} == dict.fromkeys(FAMILIES["intraday"])


def test_intraday_rows_can_be_written_after_a_new_materialisation(store: OfflineAndOnlineStore) -> None:
    store.write_intraday(intraday_row(NOW, TODAY, orders_today=7.0))
    OfflineAndOnlineStore(store.folder).materialize(available_at(DAYS[4]))  # by another process, while this one watches
    store.write_intraday(intraday_row(NOW, TODAY, orders_today=8.0))
    assert read(OnlineReader(store.folder)).values["orders_today"] == 8


def test_the_store_that_materialised_can_write_intraday_rows(store: OfflineAndOnlineStore) -> None:
    store.materialize(available_at(DAYS[4]))
    store.write_intraday(intraday_row(NOW, TODAY, orders_today=8.0))
    assert read(OnlineReader(store.folder)).values["orders_today"] == 8


def test_an_intraday_row_of_a_later_moment_is_null(store: OfflineAndOnlineStore) -> None:
    store.write_intraday(intraday_row(NOW, TODAY, orders_today=7.0))
    reader = OnlineReader(store.folder)
    found = [read(reader, at=at).values["orders_today"] for at in (NOW - MICROSECOND, NOW, NOW + MICROSECOND)]
    assert found == [None, 7, 7]


def test_an_older_intraday_row_does_not_replace_a_newer_one(store: OfflineAndOnlineStore) -> None:
    store.write_intraday(intraday_row(NOW, TODAY, orders_today=7.0))
    store.write_intraday(intraday_row(NOW - timedelta(minutes=1), TODAY, orders_today=5.0))
    assert read(OnlineReader(store.folder)).values["orders_today"] == 7


def test_age_counts_the_weekdays_a_build_lacks_and_goes_stale_after_ten(store: OfflineAndOnlineStore) -> None:
    reader = OnlineReader(store.folder)  # covers Thursday DAYS[3]
    ages = {
        DAYS[2]: 0,
        DAYS[3]: 0,
        DAYS[4]: 0,
        DAYS[5]: 1,
        DAYS[4 + STALE_AFTER_DAYS]: 10,
        DAYS[5 + STALE_AFTER_DAYS]: 11,
    }
    rows = {day: read(reader, day=day) for day in ages}
    assert {day: row.age_days for day, row in rows.items()} == ages
    assert [row.stale for row in rows.values()] == [False] * 5 + [True]
    assert {row.as_of for row in rows.values()} == {available_at(DAYS[3])}


def test_a_weekend_does_not_age_a_build(store: OfflineAndOnlineStore) -> None:
    store.materialize(available_at(DAYS[4]))
    assert read(OnlineReader(store.folder), day=DAYS[5]).age_days == 0


def test_before_the_first_close_nothing_is_covered_and_the_row_says_so(store: OfflineAndOnlineStore) -> None:
    assert store.materialize(available_at(DAYS[0]) - MICROSECOND) is None
    row = read(OnlineReader(store.folder))
    assert (row.as_of, row.age_days, row.stale) == (None, None, True)
    daily = [n for family in ("trading", "cancelling", "logins", "intraday") for n in FAMILIES[family]]
    assert {n: row.values[n] for n in daily} == dict.fromkeys(daily)
    assert store.materialize(available_at(DAYS[0])) == DAYS[0]


@pytest.mark.parametrize("index", [6, 8, 15, 28, 29])
def test_a_day_without_anything_new_is_covered_all_the_same(store: OfflineAndOnlineStore, index: int) -> None:
    assert store.materialize(available_at(DAYS[index])) == DAYS[index]
    row = read(OnlineReader(store.folder), day=DAYS[index] + timedelta(days=1))
    assert (row.as_of, row.age_days, row.stale) == (available_at(DAYS[index]), 0, False)


def test_historical_keeps_rows_order_and_repeats_whatever_the_index(store: OfflineAndOnlineStore) -> None:
    moments = [available_at(DAYS[i]) for i in (3, 0, 3, 2)]
    asked = pd.DataFrame(
        {"account_id": ["A1", "A1", "A1", "nobody"], "event_timestamp": moments, "trading_day": DAYS[:4]}
    )
    asked.index = pd.Index([9, 9, 2, 0])
    found = store.historical(asked)
    assert list(found.columns) == list(STORED)
    assert found["orders_20d"].iloc[:3].tolist() == [4, 1, 4]
    assert pd.isna(found["orders_20d"].iloc[3])
    nanoseconds = asked.astype({"event_timestamp": "datetime64[ns, UTC]"})
    pd.testing.assert_frame_equal(store.historical(nanoseconds), found)
