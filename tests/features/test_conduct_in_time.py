"""No family of conduct and money sees past its day, nor further back than its declared reach."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from features.catalogue import FAMILIES
from features.events.load import load_events
from features.families import MAKERS

FAMILIES_HERE = ("trading", "cancelling", "order_book", "profit", "funding", "holdings", "logins")
DAYS = [d.date() for d in pd.bdate_range("2026-01-05", periods=110)]
DAY = DAYS[95]
ACCOUNTS = [f"A{i:02d}" for i in range(6)]
Lookup = Callable[[str, date], dict[str, float | None]]


@pytest.fixture(scope="module")
def market(make_market: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_market(tmp_path_factory.mktemp("in-time") / "whole", seed=11, days=len(DAYS), accounts=len(ACCOUNTS))


def told(folder: Path, at_close: Any) -> dict[str, Lookup]:
    with load_events(folder, pseudonym_key=b"k" * 32) as events:
        return {family: at_close(events, family) for family in FAMILIES_HERE}


@pytest.fixture(scope="module")
def whole(market: Path, at_close: Any) -> dict[str, Lookup]:
    return told(market, at_close)


def changed(source: Path, target: Path, change: Callable[[str, pd.DataFrame], pd.DataFrame]) -> Path:
    target.mkdir()
    for file in source.glob("*.parquet"):
        change(file.stem, pd.read_parquet(file)).to_parquet(target / file.name, index=False)
    return target


def falsified_after(table: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Later rows made large, strange and another account's too; a reference row's later successor the same."""
    if "trading_day" in rows:
        later = rows["trading_day"] > DAY
        false = rows[later].copy()
    elif table in ("contracts", "position_limits"):  # from the next day on everything is otherwise
        later = pd.Series(False, index=rows.index)
        open_ended = rows["valid_to"].isna()
        false = rows[open_ended].copy()
        rows.loc[open_ended, "valid_to"] = DAY + timedelta(days=1)
        false["valid_from"] = DAY + timedelta(days=1)
    else:
        return rows
    for column, value in {"volume": 499, "max_order_volume": 1, "limit": 1, "multiplier": 999.0, "mac": "m1"}.items():
        if column in false:
            false[column] = value
    for column in {"equity", "margin", "net_pnl", "fee", "amount", "settlement_price", "upper_limit"} & set(false):
        false[column] = 123456.0
    if "account_id" in false:
        copy = false.copy()
        copy["account_id"] = "A00"
        false = pd.concat([false, copy])
    return pd.concat([rows[~later], false])


@pytest.mark.parametrize("family", FAMILIES_HERE)
def test_every_feature_takes_several_values_or_the_rest_proves_little(whole: dict[str, Lookup], family: str) -> None:
    found = [whole[family](account, day) for account in ACCOUNTS for day in DAYS]
    still = [name for name in FAMILIES[family] if len({row[name] for row in found}) < 3]
    assert still == []


def test_nothing_after_a_day_moves_what_was_known_at_its_close(
    market: Path, whole: dict[str, Lookup], at_close: Any, tmp_path: Path
) -> None:
    otherwise = told(changed(market, tmp_path / "false", falsified_after), at_close)
    asked = [(account, day) for account in ACCOUNTS for day in DAYS[: DAYS.index(DAY) + 1]]
    for family in FAMILIES_HERE:
        moved = [pair for pair in asked if otherwise[family](*pair) != whole[family](*pair)]
        assert moved == [], family


@pytest.mark.parametrize("family", FAMILIES_HERE)
def test_a_family_remembers_no_longer_than_it_says(
    market: Path, whole: dict[str, Lookup], at_close: Any, tmp_path: Path, family: str
) -> None:
    reach = MAKERS[family].reach
    assert reach is not None
    assert reach <= 80
    first = DAYS[DAYS.index(DAY) - reach + 1]

    def recent(_: str, rows: pd.DataFrame) -> pd.DataFrame:
        return rows[rows["trading_day"] >= first] if "trading_day" in rows else rows

    with load_events(changed(market, tmp_path / "recent", recent), pseudonym_key=b"k" * 32) as events:
        again = at_close(events, family)
    assert {a: again(a, DAY) for a in ACCOUNTS} == {a: whole[family](a, DAY) for a in ACCOUNTS}
