"""New, shared and foreign devices, at the edges of what counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pandas as pd
import pytest

from features.logins import logins
from features.order_addresses import orders_by_address

DAYS = [d.date() for d in pd.bdate_range("2026-01-05", periods=90)]
MONDAY = DAYS[0]
MICROSECOND = timedelta(microseconds=1)
Known = Callable[..., dict[str, float | None]]
Fill = Callable[[Any], object]
ACCOUNTS: list[Fill] = []  # one market for all tests, an account or more a case


def account(fill: Fill) -> Fill:
    """Register what an account of the market does; its name is the function's."""
    ACCOUNTS.append(fill)
    return fill


@pytest.fixture(scope="module")
def known(raw_tables: Any, at_close: Any, tmp_path_factory: pytest.TempPathFactory) -> Known:
    raw = raw_tables(tmp_path_factory.mktemp("devices") / "events").calendar(DAYS)
    for fill in ACCOUNTS:
        fill(raw.of(fill.__name__))
    with raw.load() as events:
        return at_close(events, "logins")


def at(day: date, **later: float) -> datetime:
    return datetime.combine(day, time(2), UTC) + timedelta(**later)


@account
def returns_in_time(raw: Any) -> None:
    raw.add("logins", DAYS[0], mac="r1").add("logins", DAYS[60], mac="r1")


@account
def returns_late(raw: Any) -> None:
    raw.add("logins", DAYS[0], mac="l1").add("logins", DAYS[1], mac="l2").add("logins", DAYS[61], mac="l1")


@account
def forgotten(raw: Any) -> None:
    raw.add("logins", DAYS[0], mac="f1").add("logins", DAYS[61], mac="f2").add("logins", DAYS[62], mac="f1")


def test_a_mac_is_new_after_sixty_days_without_it_but_not_without_a_past(known: Known) -> None:
    assert known("returns_in_time", DAYS[60])["new_macs_20d"] == 0
    assert known("returns_late", DAYS[1])["new_macs_20d"] == 1
    assert known("returns_late", DAYS[61])["new_macs_20d"] == 1  # its 60 days hold the other MAC's login only
    assert known("forgotten", DAYS[61])["new_macs_20d"] == 0  # nothing is known of its 60 days
    assert known("forgotten", DAYS[62])["new_macs_20d"] == 1


def test_a_new_mac_counts_for_twenty_days(known: Known) -> None:
    found = [known("returns_late", day)["new_macs_20d"] for day in (DAYS[20], DAYS[21], DAYS[80], DAYS[81])]
    assert found == [1, None, 1, None]


@account
def changes_first(raw: Any) -> None:
    raw.add("logins", MONDAY, mac="a").add("logins", DAYS[1], at(DAYS[1]), event="password_change")
    raw.add("logins", DAYS[1], at(DAYS[1]) + MICROSECOND, mac="b")


@account
def changes_at_once(raw: Any) -> None:
    raw.add("logins", MONDAY, mac="a").add("logins", DAYS[1], at(DAYS[1]), event="password_change")
    raw.add("logins", DAYS[1], at(DAYS[1]), mac="b")
    raw.add("logins", DAYS[1], at(DAYS[1], hours=1), mac="a")  # later, but not new


@account
def changes_the_day_before(raw: Any) -> None:
    raw.add("logins", MONDAY, mac="a").add("logins", MONDAY, event="password_change")
    raw.add("logins", DAYS[1], mac="b")


def test_a_new_mac_follows_a_password_change_later_the_same_day(known: Known) -> None:
    name = "password_then_new_mac_days_20d"
    found = [known(who, DAYS[1]) for who in ("changes_first", "changes_at_once", "changes_the_day_before")]
    assert [row[name] for row in found] == [1, 0, 0]
    assert [row["new_macs_20d"] for row in found] == [1, 1, 1]


@account
def shares(raw: Any) -> None:
    raw.add("logins", DAYS[5], mac="shared").add("logins", DAYS[5], mac="own")
    raw.of("shares_too").add("logins", DAYS[9], mac="shared")
    raw.of("shares_late").add("logins", DAYS[25], mac="shared").add("logins", DAYS[25], mac="own")
    raw.of("fails_there").add("logins", DAYS[9], mac="shared", event="login_failed")


def test_a_mac_is_shared_while_both_logins_lie_in_the_window(known: Known) -> None:
    def found(who: str, *numbers: int) -> list[float | None]:
        return [known(who, DAYS[n])["max_accounts_per_mac_20d"] for n in numbers]

    assert found("shares", 5, 8, 9, 24, 25) == [1, 1, 2, 2, None]
    assert found("shares_too", 9, 24, 25, 28, 29) == [2, 2, 2, 2, None]  # one goes on the day another comes
    assert found("shares_late", 25, 28, 29, 44, 45) == [2, 2, 1, 1, None]
    assert found("fails_there", 9, 28) == [0, 0]


@account
def through_a_relay(raw: Any) -> None:
    raw.add("logins", DAYS[5], mac="relay")
    raw.of("behind_it").add("logins", DAYS[7], mac="relay", via_relay=True).add("logins", DAYS[10], mac="relay")


def test_a_mac_that_anybody_used_through_a_relay_is_nobodys(known: Known) -> None:
    found = [known("through_a_relay", DAYS[n])["max_accounts_per_mac_20d"] for n in (6, 7, 24)]
    assert found == [1, 0, 0]
    found = [known("behind_it", DAYS[n])["max_accounts_per_mac_20d"] for n in (26, 27, 29, 30)]
    assert found == [0, 1, 1, None]  # from day 27 on the relay is out of the window


def test_a_mac_that_everybody_is_known_to_share_says_nothing(raw: Any) -> None:
    raw.add("logins", MONDAY, mac="room").of("A2").add("logins", MONDAY, mac="room")
    with raw.load() as events:
        tables = events.table("logins"), orders_by_address(events.table("orders")), events.trading_days()
        found = [logins(*tables, *known).execute()["max_accounts_per_mac_20d"] for known in ((), (["room"],))]
    assert [set(values) for values in found] == [{2}, {0}]


@account
def from_elsewhere(raw: Any) -> None:
    raw.add("logins", MONDAY, mac="home", ip="1.1.1.1").add("logins", MONDAY, mac=None, ip="2.2.2.2")
    for mac, ip in (("home", "1.1.1.1"), ("home", "3.3.3.3"), ("away", "2.2.2.2"), ("home", None), (None, "2.2.2.2")):
        raw.add("orders", MONDAY, mac=mac, ip=ip)
    raw.add("orders", MONDAY)  # says nothing
    raw.add("orders", MONDAY, mac="away", via_relay=True).add("orders", MONDAY, mac="away", event="cancelled")
    raw.add("orders", DAYS[1], mac="away")  # a day without a login


@account
def logs_in_without_address(raw: Any) -> None:
    raw.add("logins", MONDAY, ip="1.1.1.1").add("logins", MONDAY, mac="home", event="login_failed")
    raw.add("orders", MONDAY, mac="away").add("orders", DAYS[1], ip="9.9.9.9")
    raw.add("logins", DAYS[1], ip="9.9.9.9").add("orders", DAYS[1], mac="away", ip="9.9.9.9")


def test_an_order_is_foreign_when_the_day_has_logins_that_say_otherwise(known: Known) -> None:
    name = "foreign_address_order_share_20d"
    assert [known("from_elsewhere", day)[name] for day in DAYS[:2]] == [0.4, 0.4]
    assert [known("logs_in_without_address", day)[name] for day in DAYS[:2]] == [None, 0]


@account
def by_night(raw: Any) -> None:
    eight, three = datetime.combine(MONDAY, time(12), UTC), datetime.combine(MONDAY, time(19), UTC)
    for moment in (eight - MICROSECOND, eight, three - MICROSECOND, three):
        raw.add("logins", MONDAY, moment)
    raw.add("logins", MONDAY, eight, event="login_failed")


@account
def only_fails(raw: Any) -> None:
    raw.add("logins", MONDAY, event="login_failed")


@account
def only_changes(raw: Any) -> None:
    raw.add("logins", MONDAY, event="password_change")


def test_shares_are_of_logins_and_of_attempts(known: Known) -> None:
    names = ("night_login_share_20d", "failed_login_share_20d", "new_macs_20d", "max_accounts_per_mac_20d")
    assert [known("by_night", MONDAY)[n] for n in names] == [0.5, 0.2, 0, 0]
    assert [known("only_fails", MONDAY)[n] for n in names] == [None, 1, 0, 0]
    assert [known("only_changes", MONDAY)[n] for n in names] == [None, None, 0, 0]
    assert set(known("only_fails", DAYS[20]).values()) == {None}
