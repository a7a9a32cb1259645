"""The day so far, up to and including the alert; and the profile that is valid on the alert's trading day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from features.availability import available_at
from features.catalogue import FAMILIES, FEATURES
from features.specs.spec import INEXACT
from features.store import OfflineAndOnlineStore

Read = Callable[..., Any]
MICROSECOND = timedelta(microseconds=1)
FRIDAY, MONDAY, TUESDAY = date(2026, 1, 9), date(2026, 1, 12), date(2026, 1, 13)
ALERT = datetime.combine(MONDAY, time(2), UTC)
LATER = ALERT + timedelta(seconds=5)
NIGHT = datetime(2026, 1, 9, 13, 30, tzinfo=UTC)  # Friday 21:30 in Shanghai: Monday's trading day
NOTHING = dict.fromkeys(FAMILIES["intraday"])
ACCOUNTS: list[
    Callable[[Any], object]
] = []  # one market for all tests, an account or two a test: a build costs a second


def account(fill: Callable[[Any], object]) -> Callable[[Any], object]:
    """Register what an account of the market does; its name is the function's."""
    ACCOUNTS.append(fill)
    return fill


@pytest.fixture(scope="module")
def store(raw_tables: Any, tmp_path_factory: pytest.TempPathFactory) -> OfflineAndOnlineStore:
    raw = raw_tables(tmp_path_factory.mktemp("intraday") / "events").calendar([FRIDAY, MONDAY, TUESDAY])
    for fill in ACCOUNTS:
        fill(raw.of(fill.__name__))
    return raw.store()


def today(found: dict[str, float | None]) -> dict[str, float | None]:
    return {name: found[name] for name in FAMILIES["intraday"]}


@account
def around_the_alert(raw: Any) -> None:
    raw.add("alerts", MONDAY, ALERT)
    for table in ("orders", "trades"):
        for at in (ALERT - MICROSECOND, ALERT, ALERT + MICROSECOND):
            raw.add(table, MONDAY, at)


def test_an_event_at_the_alert_counts_and_one_a_microsecond_later_does_not(
    store: OfflineAndOnlineStore, offline_at: Read
) -> None:
    [found] = offline_at(store, "around_the_alert", ALERT)
    assert (found["orders_today"], found["trades_today"], found["traded_lots_today"]) == (2, 2, 2)


@account
def by_night(raw: Any) -> None:
    raw.add("orders", FRIDAY).add("orders", MONDAY, NIGHT).add("orders", MONDAY, ALERT)
    raw.add("alerts", MONDAY, ALERT).add("alerts", MONDAY, NIGHT)


def test_the_night_session_belongs_to_the_trading_day_and_the_day_before_does_not(
    store: OfflineAndOnlineStore, offline_at: Read
) -> None:
    assert [row["orders_today"] for row in offline_at(store, "by_night", NIGHT, ALERT, day=MONDAY)] == [1, 2]
    assert [today(row) for row in offline_at(store, "by_night", NIGHT, day=FRIDAY)] == [NOTHING]


@account
def only_ordered(raw: Any) -> None:
    raw.add("orders", MONDAY, ALERT).add("alerts", MONDAY, ALERT)


def test_an_account_that_only_ordered_has_no_trades_rather_than_unknown_ones(
    store: OfflineAndOnlineStore, offline_at: Read
) -> None:
    [found] = offline_at(store, "only_ordered", ALERT)
    assert (found["orders_today"], found["cancels_today"], found["cancel_ratio_today"]) == (1, 0, 0)
    assert (found["cancelled_lots_today"], found["max_cancelled_lots_today"]) == (0, 0)
    assert found["ioc_cancel_share_today"] is None
    assert (found["trades_today"], found["traded_lots_today"], found["self_matches_today"]) == (0, 0, 0)


@account
def only_traded(raw: Any) -> None:
    raw.add("trades", MONDAY, ALERT).add("alerts", MONDAY, ALERT)


def test_an_account_that_only_traded_has_no_orders_rather_than_unknown_ones(
    store: OfflineAndOnlineStore, offline_at: Read
) -> None:
    [found] = offline_at(store, "only_traded", ALERT)
    assert (found["trades_today"], found["orders_today"], found["cancels_today"]) == (1, 0, 0)
    assert (found["max_messages_per_second_today"], found["distinct_contracts_today"]) == (0, 0)
    assert (found["cancel_ratio_today"], found["exempt_hedge_share_today"]) == (None, None)


@account
def silent_so_far(raw: Any) -> None:
    raw.add("orders", FRIDAY).add("orders", MONDAY, ALERT + MICROSECOND).add("alerts", MONDAY, ALERT)


def test_an_alert_with_nothing_so_far_that_day_counts_zero_and_has_no_share(
    store: OfflineAndOnlineStore, offline_at: Read
) -> None:
    [found] = [today(row) for row in offline_at(store, "silent_so_far", ALERT)]
    assert {value for name, value in found.items() if FEATURES[name].unit not in INEXACT} == {0}
    assert {value for name, value in found.items() if FEATURES[name].unit in INEXACT} == {None}


@account
def bursts(raw: Any) -> None:
    second = ALERT - timedelta(minutes=1)
    for at in (second - MICROSECOND, second, second + timedelta(microseconds=999_999), second + timedelta(seconds=1)):
        raw.add("orders", MONDAY, at)
    raw.add("orders", MONDAY, second, event="rejected")
    raw.add("orders", MONDAY, second, event="cancelled", time_in_force="FOK", volume=9)
    raw.add("orders", MONDAY, second + timedelta(seconds=3), event="cancelled", volume=4)
    raw.add("alerts", MONDAY, ALERT)


def test_messages_are_counted_in_calendar_seconds_and_rejects_are_none(
    store: OfflineAndOnlineStore, offline_at: Read
) -> None:
    [found] = offline_at(store, "bursts", ALERT)
    assert found["max_messages_per_second_today"] == 3
    assert (found["cancelled_lots_today"], found["max_cancelled_lots_today"]) == (13, 9)
    assert found["ioc_cancel_share_today"] == 0.5


@account
def meets_itself(raw: Any) -> None:
    raw.add("trades", MONDAY, ALERT, trade_id="T1").add("trades", MONDAY, LATER, trade_id="T1", side="sell")
    raw.add("alerts", MONDAY, ALERT).add("alerts", MONDAY, LATER).add("orders", MONDAY, ALERT)


def test_a_self_match_counts_from_the_moment_its_second_side_appears(
    store: OfflineAndOnlineStore, offline_at: Read
) -> None:
    assert [row["self_matches_today"] for row in offline_at(store, "meets_itself", ALERT, LATER)] == [0, 1]


@account
def reclassified(raw: Any) -> None:
    """An individual until Friday, a programme-trading institution on Monday, gone on Tuesday."""
    raw.add("accounts", valid_to=MONDAY)
    raw.add("accounts", account_type="institution", is_programmatic=True, valid_from=MONDAY, valid_to=TUESDAY)


def test_the_profile_is_that_of_the_trading_day(store: OfflineAndOnlineStore, offline_at: Read) -> None:
    mornings = [datetime.combine(day, time(2), UTC) for day in (FRIDAY, MONDAY, TUESDAY)]
    rows = offline_at(store, "reclassified", *mornings)
    assert [(r["account_type_code"], r["is_programmatic"]) for r in rows] == [(0, 0), (1, 1), (None, None)]


def test_friday_night_already_has_the_profile_of_monday(
    store: OfflineAndOnlineStore, offline_at: Read, online_at: Read
) -> None:
    assert [r["account_type_code"] for r in offline_at(store, "reclassified", NIGHT, day=MONDAY)] == [1]
    assert online_at(store, "reclassified", NIGHT, day=MONDAY)["account_type_code"] == 1
    before = available_at(FRIDAY) - MICROSECOND
    assert [r["account_type_code"] for r in offline_at(store, "reclassified", before)] == [0]


def test_a_profile_announced_for_a_later_day_does_not_come_early(raw: Any, offline_at: Read, online_at: Read) -> None:
    raw.calendar([FRIDAY]).add("orders", FRIDAY)  # what the desk knows on Friday evening
    raw.add("accounts", valid_to=TUESDAY).add("accounts", account_type="product", valid_from=TUESDAY)
    store = raw.store()
    assert [r["account_type_code"] for r in offline_at(store, "A1", NIGHT, ALERT, day=MONDAY)] == [0, 0]
    assert [r["account_type_code"] for r in offline_at(store, "A1", datetime(2026, 1, 13, 2, tzinfo=UTC))] == [2]
    assert online_at(store, "A1", NIGHT, day=MONDAY)["account_type_code"] == 0


@account
def renewed_over_a_weekend(raw: Any) -> None:
    saturday, sunday = date(2026, 1, 10), date(2026, 1, 11)
    raw.add("accounts", valid_to=saturday).add("accounts", account_type="product", valid_from=MONDAY)
    raw.of("twice_over_a_weekend").add("accounts", valid_to=saturday)
    raw.add("accounts", account_type="product", valid_from=saturday, valid_to=sunday)
    raw.add("accounts", account_type="institution", valid_from=sunday)


@pytest.mark.parametrize(("name", "code"), [("renewed_over_a_weekend", 2), ("twice_over_a_weekend", 1)])
def test_of_several_changes_between_two_trading_days_the_last_holds(
    store: OfflineAndOnlineStore, offline_at: Read, online_at: Read, name: str, code: int
) -> None:
    assert [r["account_type_code"] for r in offline_at(store, name, NIGHT, ALERT, day=MONDAY)] == [code, code]
    assert online_at(store, name, ALERT)["account_type_code"] == code


@account
def product(raw: Any) -> None:
    raw.add("accounts", account_type="product", channel="introducing_broker", is_market_maker=True)


@account
def institution(raw: Any) -> None:
    raw.add("accounts", account_type="institution", is_employee=True)


def test_profile_codes_are_those_of_the_catalogue(store: OfflineAndOnlineStore, offline_at: Read) -> None:
    rows = [offline_at(store, name, ALERT)[0] for name in ("product", "institution")]
    assert [[row[name] for name in FAMILIES["profile"]] for row in rows] == [[2, 0, 1, 0, 1], [1, 0, 0, 1, 0]]
