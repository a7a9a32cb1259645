"""What the exchange told us of an account, and what became of its alerts: known when, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pandas as pd
import pytest

from features.availability import available_at

Read = Callable[[str, date], dict[str, float | None]]
DAYS = [d.date() for d in pd.bdate_range("2026-01-05", periods=20)]
LATE = [d.date() for d in pd.bdate_range(DAYS[0] + timedelta(days=245), periods=30)]
MICROSECOND = timedelta(microseconds=1)
STORIES: dict[str, Callable[[Any], object]] = {}


def account(fill: Callable[[Any], object]) -> Callable[[Any], object]:
    """Register what an account of the market does; its name is the function's."""
    STORIES[fill.__name__] = fill
    return fill


@pytest.fixture(scope="module")
def at(raw_tables: Any, closes_of: Any, tmp_path_factory: pytest.TempPathFactory) -> Read:
    raw = raw_tables(tmp_path_factory.mktemp("notices") / "events").calendar([*DAYS, *LATE])
    raw.give("alerts", "dispositions", "notices", "control_groups")
    for name, fill in STORIES.items():
        fill(raw.of(name).add("orders", DAYS[0]))
    with raw.load() as events:
        return closes_of(events, "history")


@account
def told_at_a_close(raw: Any) -> None:
    raw.add("notices", DAYS[1], available_at(DAYS[3]), occurrence=2)


@account
def told_after_a_close(raw: Any) -> None:
    raw.add("notices", DAYS[1], available_at(DAYS[3]) + MICROSECOND, occurrence=2)


def test_a_notice_is_known_when_it_was_received_and_for_250_days(at: Read) -> None:
    names = ("notices_250d", "highest_occurrence_250d")
    for who, first in (("told_at_a_close", DAYS[3]), ("told_after_a_close", DAYS[4])):
        received = available_at(DAYS[3]) + (MICROSECOND if who == "told_after_a_close" else timedelta())
        for day in (*DAYS[:6], *LATE):
            inside = day >= first and available_at(day) - timedelta(days=250) < received
            assert [at(who, day)[n] for n in names] == ([1, 2] if inside else [0, 0]), (who, day)


@account
def restricted_twice(raw: Any) -> None:
    raw.add("notices", DAYS[1], restricted_until=DAYS[4])
    raw.add("notices", DAYS[2], restricted_until=DAYS[3])  # shorter, though later
    raw.add("notices", DAYS[8], restricted_until=DAYS[6])  # over before we heard of it
    raw.add("notices", DAYS[9])  # restricts nothing


def test_a_restriction_is_over_at_the_close_of_its_last_day(at: Read) -> None:
    assert [at("restricted_twice", DAYS[i])["restricted_now"] for i in (0, 1, 2, 3, 4, 5, 8)] == [0, 1, 1, 1, 0, 0, 0]


def test_days_since_a_restriction_are_counted_from_the_latest_end_known(at: Read) -> None:
    since = "days_since_restriction"
    assert [at("restricted_twice", DAYS[i])[since] for i in range(6)] == [None, 0, 0, 0, 0, 3]  # over a weekend
    assert [at("restricted_twice", DAYS[i])[since] for i in (7, 8, 9, 10)] == [5, 2, 3, 6]
    for day in LATE:
        over = (day - DAYS[6]).days
        assert at("restricted_twice", day)[since] == (over if over < 250 else None), over
    assert (LATE[-1] - DAYS[6]).days >= 250


@account
def restricted_for_long(raw: Any) -> None:
    raw.add("notices", DAYS[1], restricted_until=LATE[-1])


def test_an_old_notice_restricts_as_long_as_it_says(at: Read) -> None:
    assert [at("restricted_for_long", d)["restricted_now"] for d in (DAYS[0], DAYS[1], LATE[-2], LATE[-1])] == [
        *(0, 1, 1, 0)
    ]
    assert [at("restricted_for_long", LATE[-2])[n] for n in ("notices_250d", "days_since_restriction")] == [0, 0]


@account
def member_then(raw: Any) -> None:
    raw.add("control_groups", group_id="group", valid_from=DAYS[1], valid_to=DAYS[3])
    raw.add("control_groups", group_id="group", account_id="member_later", valid_from=DAYS[3])
    raw.add("control_groups", group_id="undeclared", declared=False)
    raw.add("notices", DAYS[2], available_at(DAYS[6]), subject_id="group", occurrence=3, restricted_until=DAYS[9])
    raw.add("notices", DAYS[0], subject_id="group").add("notices", DAYS[2], subject_id="undeclared")


@account
def member_later(raw: Any) -> None:
    pass


def test_a_notice_to_a_group_belongs_to_its_declared_members_of_the_day_it_speaks_of(at: Read) -> None:
    names = ("notices_250d", "highest_occurrence_250d", "restricted_now")
    assert [[at("member_then", DAYS[i])[n] for n in names] for i in (5, 6, 9)] == [[0, 0, 0], [1, 3, 1], [1, 3, 0]]
    assert [at("member_later", DAYS[9])[n] for n in names] == [0, 0, 0]
    assert at("group", DAYS[9])["notices_250d"] is None  # a group is no account


@account
def several_rules(raw: Any) -> None:
    for day, rule, occurrence in ((0, "self_trade", 1), (1, "self_trade", 3), (1, "large_cancel", None), (3, "x", 2)):
        raw.add("alerts", DAYS[day], rule_id=rule, occurrence=occurrence)


def test_rules_are_counted_once_and_the_highest_occurrence_leaves_with_its_alert(at: Read) -> None:
    names = ("distinct_rules_alerted_250d", "highest_occurrence_250d")
    assert [[at("several_rules", DAYS[i])[n] for n in names] for i in (0, 1, 2, 3)] == [[1, 1], [2, 3], [2, 3], [3, 3]]
    happened = [(datetime.combine(DAYS[i], time(2), UTC), rule, n) for i, rule, n in _SEVERAL]
    for day in LATE:
        known = [(rule, n) for t, rule, n in happened if t > available_at(day) - timedelta(days=250)]
        wanted = [len({rule for rule, _ in known}), max((n for _, n in known), default=0)]
        assert [at("several_rules", day)[n] for n in names] == wanted, day
    assert [at("several_rules", LATE[-1])[n] for n in names] == [0, 0]


_SEVERAL = ((0, "self_trade", 1), (1, "self_trade", 3), (1, "large_cancel", 0), (3, "x", 2))


@account
def decided(raw: Any) -> None:
    for n, outcome in enumerate(("no_action", "referred", "no_action")):
        raw.add("dispositions", at=datetime.combine(DAYS[n], time(3), UTC), outcome=outcome)


def test_the_share_of_no_action_is_of_the_dispositions_of_the_window(at: Read) -> None:
    name = "no_action_share_250d"
    wanted = [1, 0.5, pytest.approx(2 / 3, abs=1e-9)]
    assert [at("decided", DAYS[i])[name] for i in range(3)] == wanted
    assert at("decided", LATE[-1])[name] is None
    assert at("several_rules", DAYS[5])[name] is None


def test_without_notices_only_what_they_say_is_null(raw: Any, closes_of: Any) -> None:
    with raw.add("orders", DAYS[0]).add("alerts", DAYS[0], occurrence=2).load() as events:
        found = closes_of(events, "history")("A1", DAYS[0])
    assert [found[n] for n in ("notices_250d", "restricted_now", "days_since_restriction")] == [None] * 3
    assert [found[n] for n in ("highest_occurrence_250d", "distinct_rules_alerted_250d")] == [2, 1]
    assert found["no_action_share_250d"] is None


def test_an_account_heard_of_by_a_notice_alone_has_a_history(raw: Any, closes_of: Any) -> None:
    raw.calendar(DAYS).give("alerts").of("told").add("notices", DAYS[2])
    with raw.load() as events:
        read = closes_of(events, "history")
    assert [read("told", DAYS[i])["notices_250d"] for i in (1, 2)] == [None, 1]
    assert [read("told", DAYS[i])["alerts_250d"] for i in (1, 2)] == [None, 0]
