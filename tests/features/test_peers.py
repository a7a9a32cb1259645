"""Where an account stands among its like: who is compared, what ties are worth, and when there is nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest

from features.catalogue import FAMILIES
from features.families import families

Read = Callable[[str, date], dict[str, float | None]]
DAYS = [d.date() for d in pd.bdate_range("2026-01-05", periods=30)]


@pytest.fixture(scope="module")
def at(raw_tables: Any, closes_of: Any, tmp_path_factory: pytest.TempPathFactory) -> Read:
    raw = raw_tables(tmp_path_factory.mktemp("peers") / "events").calendar(DAYS).give("logins")
    lots = {"low": 1, "tie1": 5, "tie2": 5, "high": 9}
    for account, volume in lots.items():
        raw.of(account).add("accounts", branch="north" if account in ("low", "high") else "south")
        raw.add("trades", DAYS[0], volume=volume)
    raw.of("fund").add("accounts", account_type="product", branch="north").add("trades", DAYS[0], volume=5)
    raw.of("rejected").add("accounts").add("orders", DAYS[0], event="rejected").add("logins", DAYS[0])
    raw.of("orders").add("accounts", branch="north").add("orders", DAYS[0]).add("orders", DAYS[0], event="cancelled")
    raw.of("orders").add("logins", DAYS[0], mac="m1").add("logins", DAYS[0], mac="m2", event="login_failed")
    raw.of("moves").add("accounts", valid_to=DAYS[2], branch="south").add("trades", DAYS[0], volume=7)
    raw.add("accounts", valid_from=DAYS[2], account_type="institution", branch="south")
    raw.of("unknown").add("trades", DAYS[0], volume=1)
    raw.of("later").add("accounts", branch="south").add("trades", DAYS[5], volume=100)
    with raw.load() as events:
        return closes_of(events, "peers")


LOTS = "traded_lots_type_percentile_20d"


def test_a_percentile_is_the_share_below_and_half_of_the_equal(at: Read) -> None:
    # individuals with trades on the first day: 1, 5, 5, 7, 9
    found = [at(a, DAYS[0])[LOTS] for a in ("low", "tie1", "tie2", "moves", "high")]
    assert found == [0.1, 0.4, 0.4, 0.7, 0.9]


def test_a_branch_compares_all_its_types(at: Read) -> None:
    name = "traded_lots_branch_percentile_20d"  # north: 1, 9 and the fund's 5; south: 5, 5, 7
    found = [at(a, DAYS[0])[name] for a in ("low", "fund", "high", "tie1", "moves")]
    assert found == pytest.approx([1 / 6, 0.5, 5 / 6, 1 / 3, 5 / 6], abs=1e-9)


def test_nobody_else_of_the_type_is_nothing_to_compare_with(at: Read) -> None:
    assert at("fund", DAYS[0])[LOTS] is None


def test_a_rank_moves_on_a_day_on_which_only_others_trade(at: Read) -> None:
    assert [at("high", DAYS[i])[LOTS] for i in (1, 2, 4, 5)] == [0.9, 0.875, 0.875, 0.7]


def test_the_type_is_that_of_the_day(at: Read) -> None:
    assert [at("moves", DAYS[i])[LOTS] for i in (1, 2)] == [0.7, None]  # from then on the only institution


def test_rejected_orders_are_zero_orders_without_a_cancel_ratio(at: Read) -> None:
    names = ("orders_type_percentile_20d", "cancel_ratio_type_percentile_20d", "distinct_macs_type_percentile_20d")
    assert [at("rejected", DAYS[0])[n] for n in names] == [0.25, None, 0.25]  # 0 macs against 1
    assert [at("orders", DAYS[0])[n] for n in names] == [0.75, None, 0.75]  # a ratio of its own, but of nobody else


def test_without_a_row_of_accounts_or_a_measure_there_is_no_percentile(at: Read) -> None:
    nothing = dict.fromkeys(FAMILIES["peers"])
    assert at("unknown", DAYS[0]) == nothing
    assert at("later", DAYS[4]) == nothing
    assert [at("low", DAYS[i])[LOTS] is None for i in (18, 19, 20, 21)] == [False, False, True, True]
    assert at("low", DAYS[20]) == nothing


def test_without_logins_only_the_devices_are_null(raw: Any, closes_of: Any) -> None:
    for account in ("A1", "A2"):
        raw.of(account).add("accounts").add("trades", DAYS[0])
    with raw.load() as events:
        found = closes_of(events, "peers")("A1", DAYS[0])
    assert {name for name, value in found.items() if value is not None} == {
        LOTS,
        "traded_lots_branch_percentile_20d",
    }
    assert found[LOTS] == 0.5


def test_without_accounts_nobody_has_peers(raw: Any) -> None:
    with raw.add("trades", DAYS[0]).of("A2").add("trades", DAYS[0]).load() as events:
        assert families(events)["peers"].count().execute() == 0
