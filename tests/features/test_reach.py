"""A value depends on the trading days its family declares, and on nothing before or after them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from features.availability import available_at
from features.events.events import Events
from features.events.load import load_events
from features.families import MAKERS

DAY = 24  # of the calendar of the random market
DAILY = sorted(name for name, family in MAKERS.items() if family.reach is not None and name != "intraday")


def rows_of(events: Events, family: str, moment: pd.Timestamp) -> pd.DataFrame:
    """The family's values as known at a moment, of accounts that have one."""
    rows = MAKERS[family].make(events).to_pandas().sort_values("event_timestamp")
    last = rows[rows["event_timestamp"] <= moment].groupby("account_id").tail(1).drop(columns="event_timestamp")
    known = last[last.drop(columns="account_id").notna().any(axis=1)]
    return known.sort_values("account_id").reset_index(drop=True)


@pytest.fixture(scope="module")
def whole(make_market: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_market(tmp_path_factory.mktemp("reach") / "events", seed=11, days=34, accounts=10)


@pytest.fixture(scope="module")
def loaded(whole: Path) -> Any:
    with load_events(whole, pseudonym_key=b"k" * 32) as events:
        yield events


def cut(source: Path, target: Path, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Path:
    """The market with its tables of a trading day changed; reference tables, alerts and notices as they are."""
    target.mkdir(exist_ok=True)
    for file in source.glob("*.parquet"):
        table = pd.read_parquet(file)
        dated = "trading_day" in table and file.stem not in ("alerts", "notices")
        (change(table) if dated else table).to_parquet(target / file.name, index=False)
    return target


@pytest.fixture(scope="module")
def within(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The market of the days (DAY - reach, DAY], one a reach."""
    opened: dict[int, Events] = {}
    days = sorted(set(pd.read_parquet(whole / "orders.parquet")["trading_day"]))

    def _of(reach: int) -> Events:
        if reach not in opened:
            kept = set(days[max(DAY - reach + 1, 0) : DAY + 1])
            folder = tmp_path_factory.mktemp(f"within-{reach}")
            cut(whole, folder, lambda table: table[table["trading_day"].isin(kept)])
            opened[reach] = load_events(folder, pseudonym_key=b"k" * 32)
        return opened[reach]

    yield _of
    for events in opened.values():
        events.close()


@pytest.mark.parametrize("family", DAILY)
def test_a_value_is_made_of_the_days_it_reaches_back_to_and_of_none_after(
    whole: Path, loaded: Events, within: Callable[[int], Events], family: str
) -> None:
    day = loaded.trading_days().order_by("day_no").to_pandas()["trading_day"][DAY]
    close = pd.Timestamp(available_at(day)).tz_localize(None)
    reach = MAKERS[family].reach
    assert reach is not None
    wanted, found = rows_of(loaded, family, close), rows_of(within(reach), family, close)
    assert len(wanted) > 3
    pd.testing.assert_frame_equal(found, wanted)
