"""Trading days skip weekends and holidays, nights belong to the next day, and no night is held on a holiday's eve."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from alertgrade.errors import AlertError
from simulation.activity import LAST_MOMENTS, busyness, cumulative, offsets_of
from simulation.calendar import (
    MINUTE,
    SECOND,
    Session,
    has_night,
    instants,
    is_trading_day,
    previous_trading_day,
    trading_days,
)
from simulation.scenario import Scenario
from simulation.world import make_market


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("2026-02-13", "2026-02-24"),  # Spring Festival
        ("2026-04-03", "2026-04-07"),  # a holiday that begins on a Saturday
        ("2026-06-18", "2026-06-22"),
        ("2026-09-30", "2026-10-08"),
        ("2025-12-31", "2026-01-05"),  # over the new year
        ("2025-01-27", "2025-02-05"),
        ("2025-09-30", "2025-10-09"),
        ("2024-02-08", "2024-02-19"),
        ("2023-01-20", "2023-01-30"),
        ("2023-09-28", "2023-10-09"),
        ("2026-03-06", "2026-03-09"),  # a plain weekend
    ],
)
def test_the_next_trading_day_lies_after_the_holiday_or_weekend(before: str, after: str) -> None:
    first, second = date.fromisoformat(before), date.fromisoformat(after)
    assert trading_days(first, 2) == (first, second)
    assert previous_trading_day(second) == first
    between = [first + timedelta(days=n) for n in range(1, (second - first).days)]
    assert not any(is_trading_day(day) for day in between)


def test_a_year_has_about_as_many_trading_days_as_the_exchanges_announce() -> None:
    for year, count in ((2023, 242), (2024, 242), (2025, 243), (2026, 243)):
        days = [date(year, 1, 1) + timedelta(days=n) for n in range(366)]
        assert abs(sum(is_trading_day(d) for d in days if d.year == year) - count) <= 1


@pytest.mark.parametrize(
    ("day", "held"),
    [
        ("2026-02-13", True),  # the last day before the festival still begins with its own night
        ("2026-02-24", False),  # none on the eve of the holiday, so the first day after it has none
        ("2026-02-25", True),
        ("2026-04-07", False),
        ("2026-03-09", True),  # a Monday: held on Friday evening
        ("2026-05-06", False),
        ("2026-05-07", True),
    ],
)
def test_there_is_no_night_session_on_the_eve_of_a_holiday(day: str, held: bool) -> None:
    assert has_night(date.fromisoformat(day)) is held


def clock(session: Session, day: date, offset: int) -> str:
    at = int(instants(session, day, np.array([offset]))[0])
    return (datetime.fromtimestamp(at / SECOND, UTC) + timedelta(hours=8)).strftime("%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    ("session", "minute", "shown"),
    [
        (Session.NIGHT_2300, 0, "03-06 21:00:00"),
        (Session.NIGHT_2300, 120, "03-09 09:00:00"),
        (Session.NIGHT_2300, 120 + 75, "03-09 10:30:00"),  # after the tea break
        (Session.NIGHT_2300, 120 + 135, "03-09 13:30:00"),
        (Session.NIGHT_0230, 329, "03-07 02:29:00"),  # Friday's night runs into Saturday
        (Session.NIGHT_0230, 330, "03-09 09:00:00"),
        (Session.DAY, 0, "03-09 09:00:00"),
        (Session.STOCK_INDEX, 120, "03-09 13:00:00"),
        (Session.BOND, 254, "03-09 15:14:00"),
    ],
)
def test_an_offset_is_open_time_since_the_night_before(session: Session, minute: int, shown: str) -> None:
    assert clock(session, date(2026, 3, 9), minute * MINUTE) == shown


def test_the_last_moment_of_a_night_and_the_first_of_the_day_touch() -> None:
    last, first = instants(Session.NIGHT_2300, date(2026, 3, 9), np.array([120 * MINUTE - 1, 120 * MINUTE]))
    assert datetime.fromtimestamp(last / SECOND, UTC).hour == 14
    assert datetime.fromtimestamp(first / SECOND, UTC).hour == 1


@pytest.mark.parametrize("session", list(Session))
def test_activity_is_highest_at_the_edges_of_a_session_and_never_zero(session: Session) -> None:
    weights = busyness(session)
    assert len(weights) == session.length // MINUTE
    assert weights.min() >= 1
    assert weights[0] > 2 * weights.min()
    assert weights[-1] > 1.5 * weights.min()


@pytest.mark.parametrize("session", list(Session))
@pytest.mark.parametrize("held", [True, False])
def test_shares_of_the_activity_fill_the_open_day_and_nothing_else(session: Session, held: bool) -> None:
    opens = 0 if held else session.night
    found = offsets_of(np.array([0.0, 0.5, 1.0]), opens, cumulative(session))
    assert found[0] == opens
    assert opens < found[1] < found[2] == session.length - LAST_MOMENTS
    assert (found % 1000 == 0).all()


@pytest.mark.parametrize(("start", "days"), [(date(2022, 12, 30), 1), (date(2027, 12, 31), 2), (date(2030, 1, 2), 1)])
def test_a_year_whose_holidays_nobody_knows_is_refused(start: date, days: int) -> None:
    with pytest.raises(AlertError, match="holidays of no other year"):
        make_market(7, start, days, Scenario())


def test_the_last_day_of_the_years_that_are_known_is_played() -> None:
    assert make_market(7, date(2027, 12, 31), 1, Scenario()).days == (date(2027, 12, 31),)
