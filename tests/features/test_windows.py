"""What a window holds: its first and last day, its first and last microsecond, and what stands for nothing at all."""

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
from features.catalogue import FAMILIES
from features.events.load import load_events
from features.store import OfflineAndOnlineStore

Read = Callable[..., Any]
MICROSECOND = timedelta(microseconds=1)
_WEEKDAYS = [d.date() for d in pd.bdate_range("2026-01-05", periods=45)]
DAYS = [*_WEEKDAYS[:13], *_WEEKDAYS[20:]]  # seven weekdays of holiday between DAYS[12] and DAYS[13]
ACTIVE = 10
FIRST, SECOND, SIXTH = (available_at(DAYS[i]) for i in (0, 1, 5))
ACCOUNTS: list[
    Callable[[Any], object]
] = []  # one market for all tests, an account or two a test: a build costs a second


def account(fill: Callable[[Any], object]) -> Callable[[Any], object]:
    """Register what an account of the market does; its name is the function's."""
    ACCOUNTS.append(fill)
    return fill


@pytest.fixture(scope="module")
def store(raw_tables: Any, tmp_path_factory: pytest.TempPathFactory) -> OfflineAndOnlineStore:
    raw = raw_tables(tmp_path_factory.mktemp("windows") / "events").calendar(DAYS)
    raw.add("contracts", exchange="DCE").add("contracts", contract="cu2606")
    raw.give("accounts", "logins", "alerts", "dispositions", "notices")
    for fill in ACCOUNTS:
        fill(raw.of(fill.__name__))
    return raw.store()


@account
def active_once(raw: Any) -> None:
    raw.add("orders", DAYS[ACTIVE]).add("trades", DAYS[ACTIVE]).add("logins", DAYS[ACTIVE])


@pytest.mark.parametrize("days", [5, 20])
def test_a_window_holds_an_event_for_that_many_trading_days_and_not_one_more(
    store: OfflineAndOnlineStore, offline_at: Read, days: int
) -> None:
    first, gone = available_at(DAYS[ACTIVE]), available_at(DAYS[ACTIVE + days])
    moments = [available_at(DAYS[ACTIVE - 1]), first - MICROSECOND, first, gone - MICROSECOND, gone]
    moments += [available_at(DAYS[ACTIVE + days - 1]), available_at(DAYS[-1])]
    found = offline_at(store, "active_once", *moments)
    for feature in ("trades", "orders", "logins"):
        assert [row[f"{feature}_{days}d"] for row in found] == [None, None, 1, 1, None, 1, None], feature


def test_the_window_counts_trading_days_through_a_holiday(store: OfflineAndOnlineStore, online_at: Read) -> None:
    last_in_window, after = available_at(DAYS[ACTIVE + 4]), available_at(DAYS[ACTIVE + 5])
    assert (last_in_window.date() - DAYS[ACTIVE]).days > 10
    assert online_at(store, "active_once", last_in_window)["trades_5d"] == 1
    found = online_at(store, "active_once", after)
    assert (found["trades_5d"], found["trades_20d"]) == (None, 1)


@account
def many_devices(raw: Any) -> None:
    for day in DAYS[:2]:
        raw.add("trades", day).add("trades", day, exchange="DCE")  # the same code elsewhere is another contract
        raw.add("logins", day, ip="10.0.0.1", mac="m1").add("logins", day, ip="10.0.0.1", app_id="second")
        raw.add("logins", day, event="login_failed", ip="10.0.0.9", mac="m9")
    raw.add("logins", DAYS[5], ip="10.0.0.2", mac="m2", via_relay=True)


def test_what_is_distinct_is_counted_once_and_null_never(store: OfflineAndOnlineStore, offline_at: Read) -> None:
    early, later = offline_at(store, "many_devices", SECOND, SIXTH)
    assert (early["distinct_contracts_20d"], early["distinct_macs_5d"], early["distinct_ips_5d"]) == (2, 1, 1)
    assert (early["logins_5d"], early["failed_logins_5d"], early["relay_login_share_20d"]) == (4, 2, 0)
    # the first day has left the 5-day window, not the 20-day one
    assert (later["logins_5d"], later["distinct_macs_5d"], later["distinct_macs_20d"]) == (3, 2, 2)
    assert later["relay_login_share_20d"] == pytest.approx(1 / 5, abs=1e-9)


@account
def refused(raw: Any) -> None:
    raw.add("orders", DAYS[0], event="rejected").add("logins", DAYS[0], event="login_failed", mac="m1")


def test_rejected_orders_alone_are_zero_orders_and_failed_logins_alone_zero_logins(
    store: OfflineAndOnlineStore, offline_at: Read
) -> None:
    [found] = offline_at(store, "refused", FIRST)
    assert (found["orders_5d"], found["cancels_5d"], found["cancel_ratio_5d"]) == (0, 0, None)
    assert (found["orders_20d"], found["rejects_20d"], found["max_cancels_contract_day_20d"]) == (0, 1, 0)
    assert [found[n] for n in ("ioc_cancel_share_20d", "mean_cancelled_lots_20d", "exempt_hedge_share_20d")] == [
        None
    ] * 3
    assert (found["logins_5d"], found["failed_logins_5d"], found["distinct_macs_5d"]) == (0, 1, 0)
    assert (found["logins_20d"], found["password_changes_20d"], found["relay_login_share_20d"]) == (0, 0, None)


@account
def cancels_only(raw: Any) -> None:
    raw.add("orders", DAYS[0], event="cancelled", order_id="O1", volume=7, time_in_force="FAK")


def test_a_cancel_without_its_order_is_counted_and_has_no_ratio(store: OfflineAndOnlineStore, offline_at: Read) -> None:
    [found] = offline_at(store, "cancels_only", FIRST)
    assert (found["orders_5d"], found["cancels_5d"], found["cancel_ratio_5d"]) == (0, 1, None)
    assert (found["ioc_cancel_share_20d"], found["mean_cancelled_lots_20d"]) == (1, 7)


@account
def cancels_here_and_there(raw: Any) -> None:
    for day, exchange, cancels in ((DAYS[0], "SHFE", 2), (DAYS[0], "DCE", 2), (DAYS[1], "SHFE", 3)):
        for _ in range(cancels):
            raw.add("orders", day, exchange=exchange).add("orders", day, exchange=exchange, event="cancelled")


def test_the_most_cancels_are_of_one_contract_at_one_exchange_on_one_day(
    store: OfflineAndOnlineStore, offline_at: Read
) -> None:
    found = offline_at(store, "cancels_here_and_there", FIRST, SECOND)
    assert [row["max_cancels_contract_day_20d"] for row in found] == [2, 3]


@account
def meets_itself(raw: Any) -> None:
    raw.add("trades", DAYS[0], trade_id="T1", side="buy").add("trades", DAYS[0], trade_id="T1", side="sell")
    raw.add("trades", DAYS[0], trade_id="T2", side="buy").add("trades", DAYS[1], trade_id="T2", side="sell")
    raw.add("trades", DAYS[0], trade_id="T3").add("trades", DAYS[0], trade_id="T3", exchange="DCE", side="sell")
    raw.add("trades", DAYS[0], trade_id="T4").add("trades", DAYS[0], trade_id="T4", contract="cu2606", side="sell")
    raw.add("trades", DAYS[0], trade_id="T5").add(
        "trades", DAYS[0], trade_id="T5", side="sell", account_id="other_side"
    )
    for side, order in (("buy", "O1"), ("buy", "O2"), ("sell", "O3"), ("sell", "O4")):  # four rows, one match
        raw.add("trades", DAYS[1], trade_id="T6", side=side, order_id=order)


def test_a_match_is_one_exchange_day_contract_and_trade_id(store: OfflineAndOnlineStore, offline_at: Read) -> None:
    [found] = offline_at(store, "meets_itself", SECOND)
    assert (found["trades_20d"], found["self_matches_20d"]) == (13, 2)
    assert found["self_match_share_20d"] == pytest.approx(2 / 13, abs=1e-9)
    [other] = offline_at(store, "other_side", SECOND)
    assert (other["trades_20d"], other["self_matches_20d"]) == (1, 0)


@account
def stranger_with_an_alert(raw: Any) -> None:
    raw.add("alerts", DAYS[0]).add("logins", DAYS[0], account_id="stranger_without")


def test_an_account_that_never_ordered_has_its_history_too(store: OfflineAndOnlineStore, offline_at: Read) -> None:
    first_alert = datetime.combine(DAYS[0], time(2), UTC)
    assert [row["alerts_250d"] for row in offline_at(store, "stranger_with_an_alert", first_alert, FIRST)] == [None, 1]
    assert [row["alerts_250d"] for row in offline_at(store, "stranger_without", FIRST)] == [0]


OFFSETS = {"just-before-the-close": -1, "at-the-close": 0, "just-after": 1}


@pytest.fixture(scope="module")
def around_a_close(raw_tables: Any, tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], tuple[Any, Any]]:
    """By days: the trading days so much later, and a store in which each account has an alert around one close."""

    @cache
    def _made(days: int) -> tuple[list[date], OfflineAndOnlineStore]:
        late = [d.date() for d in pd.bdate_range(DAYS[0] + timedelta(days=days), periods=3)]
        raw = raw_tables(tmp_path_factory.mktemp("alert") / "events").calendar([*DAYS[:3], *late]).give("dispositions")
        for name, offset in OFFSETS.items():
            raw.of(name).add("orders", DAYS[0])
            raw.add("alerts", DAYS[1], available_at(DAYS[1]) + offset * MICROSECOND)
        return late, raw.store()

    return _made


@pytest.mark.parametrize(("feature", "days"), [("alerts_30d", 30), ("alerts_250d", 250), ("breaches_250d", 250)])
@pytest.mark.parametrize("name", OFFSETS)
def test_history_holds_what_happened_in_so_many_days_to_the_close(
    around_a_close: Callable[[int], tuple[Any, Any]], offline_at: Read, feature: str, days: int, name: str
) -> None:
    late, store = around_a_close(days)
    leaving = available_at(DAYS[1]) + timedelta(days=days)
    at_or_after = [c for c in map(available_at, late) if c >= leaving + OFFSETS[name] * MICROSECOND]
    closes = [available_at(d) for d in (DAYS[1], DAYS[2], *late)]
    wanted = [int(OFFSETS[name] <= 0), 1, *(int(c < at_or_after[0]) for c in closes[2:])]
    assert [row[feature] for row in offline_at(store, name, *closes)] == wanted


def test_outcomes_leave_after_250_days_and_the_worst_of_the_rest_stands(raw: Any, offline_at: Read) -> None:
    first, second = datetime.combine(DAYS[0], time(2), UTC), datetime.combine(DAYS[3], time(2), UTC)
    late = [d.date() for d in pd.bdate_range(first + timedelta(days=249), periods=6, tz=None, normalize=True)]
    raw.calendar([*DAYS[:4], *late]).add("orders", DAYS[0]).give("alerts")
    raw.add("dispositions", at=first, outcome="referred").add("dispositions", at=second, outcome="educated")
    names = ("dispositions_250d", "sanctions_250d", "worst_outcome_250d")

    def expected(close: datetime) -> tuple[int, int, int]:
        inside = [rank for at, rank in ((first, 5), (second, 2)) if close - timedelta(days=250) < at <= close]
        return len(inside), sum(rank >= 4 for rank in inside), max(inside, default=0)

    closes = [available_at(d) for d in (*DAYS[:4], *late)]
    rows = [tuple(row[n] for n in names) for row in offline_at(raw.store(), "A1", *closes)]
    assert rows == [expected(c) for c in closes]
    assert {(2, 1, 5), (1, 0, 2), (0, 0, 0)} <= set(rows)


@account
def orders_only(raw: Any) -> None:
    raw.add("orders", DAYS[0])


def test_given_tables_without_the_account_say_what_the_catalogue_says(
    store: OfflineAndOnlineStore, offline_at: Read
) -> None:
    [found] = offline_at(store, "orders_only", FIRST)
    nulls = [n for family in ("profile", "trading", "logins", "intraday") for n in FAMILIES[family]]
    assert {n: found[n] for n in nulls} == dict.fromkeys(nulls)
    nothing_known = dict.fromkeys(("no_action_share_250d", "days_since_restriction"))
    assert {n: found[n] for n in FAMILIES["history"]} == dict.fromkeys(FAMILIES["history"], 0) | nothing_known


def test_absent_tables_give_null_and_never_zero(raw: Any, offline_at: Read, online_at: Read) -> None:
    store = raw.add("orders", DAYS[0]).add("trades", DAYS[0]).store()
    for found in (offline_at(store, "A1", FIRST)[0], online_at(store, "A1", FIRST)):
        absent = [n for family in ("profile", "logins", "history") for n in FAMILIES[family]]
        assert {n: found[n] for n in absent} == dict.fromkeys(absent)
        assert found["orders_5d"] == 1


def test_without_dispositions_the_alerts_are_known_and_the_outcomes_are_not(raw: Any, offline_at: Read) -> None:
    [found] = offline_at(raw.add("orders", DAYS[0]).add("alerts", DAYS[0]).store(), "A1", FIRST)
    assert (found["alerts_30d"], found["alerts_250d"], found["breaches_250d"]) == (1, 1, 1)
    assert [found[n] for n in ("dispositions_250d", "sanctions_250d", "worst_outcome_250d")] == [None] * 3


def rewritten(source: Path, target: Path, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Path:
    target.mkdir()
    for file in source.glob("*.parquet"):
        change(pd.read_parquet(file)).to_parquet(target / file.name, index=False)
    return target


def built(folder: Path) -> dict[str, list[dict[str, Any]]]:
    offline = folder.with_name(folder.name + "-offline")
    with load_events(folder, pseudonym_key=b"k" * 32) as events:
        build(events, offline)
    tables = {file.parent.name: pd.read_parquet(file).astype(object) for file in offline.glob("*/*.parquet")}
    return {name: table.where(table.notna(), None).to_dict("records") for name, table in tables.items()}


def test_neither_the_order_of_input_rows_nor_exact_duplicates_matter(make_market: Any, tmp_path: Path) -> None:
    plain = make_market(tmp_path / "plain", seed=5, days=26, accounts=6)
    again = rewritten(plain, tmp_path / "again", lambda t: pd.concat([t, t.iloc[::2]]).sample(frac=1, random_state=1))
    wanted = built(plain)
    assert {name for name, rows in wanted.items() if len(rows) > 5} == set(FAMILIES) - {"alert_context"}
    assert built(again) == wanted
