"""Trading days, holidays and sessions of the Chinese futures exchanges; where an offset inside a day lies in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from itertools import islice

import numpy as np
import numpy.typing as npt

MINUTE = 60_000_000  # microseconds
SECOND = 1_000_000
MILLISECOND = 1_000
_SHANGHAI = 8 * 60 * MINUTE  # ahead of UTC all year
Offsets = npt.NDArray[np.int64]

# First and last day of every public holiday (State Council notices). 2027 is not announced: plausible days.
_HOLIDAYS: tuple[tuple[date, date], ...] = tuple(
    (date(year, *first), date(year, *last))
    for year, spans in {
        2023: (
            ((1, 1), (1, 2)),
            ((1, 21), (1, 27)),
            ((4, 5), (4, 5)),
            ((4, 29), (5, 3)),
            ((6, 22), (6, 24)),
            ((9, 29), (10, 6)),
        ),
        2024: (
            ((1, 1), (1, 1)),
            ((2, 9), (2, 17)),
            ((4, 4), (4, 6)),
            ((5, 1), (5, 5)),
            ((6, 8), (6, 10)),
            ((9, 15), (9, 17)),
            ((10, 1), (10, 7)),
        ),
        2025: (
            ((1, 1), (1, 1)),
            ((1, 28), (2, 4)),
            ((4, 4), (4, 6)),
            ((5, 1), (5, 5)),
            ((5, 31), (6, 2)),
            ((10, 1), (10, 8)),
        ),
        2026: (
            ((1, 1), (1, 3)),
            ((2, 15), (2, 23)),
            ((4, 4), (4, 6)),
            ((5, 1), (5, 5)),
            ((6, 19), (6, 21)),
            ((9, 25), (9, 27)),
            ((10, 1), (10, 7)),
        ),
        2027: (
            ((1, 1), (1, 3)),
            ((2, 5), (2, 11)),
            ((4, 3), (4, 5)),
            ((5, 1), (5, 5)),
            ((6, 9), (6, 9)),
            ((9, 15), (9, 17)),
            ((10, 1), (10, 7)),
        ),
    }.items()
    for first, last in spans
)


class Session(Enum):
    """Open time of one trading day: minutes of the night session from 21:00, then (opens, closes) after midnight."""

    NIGHT_2300 = (120, ((540, 615), (630, 690), (810, 900)))
    NIGHT_0100 = (240, ((540, 615), (630, 690), (810, 900)))
    NIGHT_0230 = (330, ((540, 615), (630, 690), (810, 900)))
    DAY = (0, ((540, 615), (630, 690), (810, 900)))
    STOCK_INDEX = (0, ((570, 690), (780, 900)))
    BOND = (0, ((570, 690), (780, 915)))

    @property
    def night(self) -> int:
        """Length of the night session, microseconds; offsets below it lie in the night."""
        return int(self.value[0]) * MINUTE

    @property
    def length(self) -> int:
        """Open time of one trading day, microseconds, the night session included whether it is held or not."""
        minutes: int = sum(closes - opens for opens, closes in self.value[1])
        return self.night + minutes * MINUTE


KNOWN = (_HOLIDAYS[0][0].replace(day=1, month=1), _HOLIDAYS[-1][1].replace(day=31, month=12))  # days told about here


def is_holiday(day: date) -> bool:
    """Whether a public holiday closes the exchanges on ``day`` (weekends are another matter).

    >>> is_holiday(date(2026, 2, 16)), is_holiday(date(2026, 2, 24))
    (True, False)
    """
    return any(first <= day <= last for first, last in _HOLIDAYS)


def is_trading_day(day: date) -> bool:
    """Whether the exchanges trade on ``day``: no weekend, no holiday (make-up working days do not count)."""
    return day.weekday() < 5 and not is_holiday(day)


def trading_days(start: date, count: int) -> tuple[date, ...]:
    """The first ``count`` trading days from ``start``.

    >>> [day.isoformat() for day in trading_days(date(2026, 2, 13), 2)]
    ['2026-02-13', '2026-02-24']
    """
    return tuple(islice(_from(start), count))


def _from(start: date) -> Iterator[date]:
    day = start
    while True:
        if is_trading_day(day):
            yield day
        day += timedelta(days=1)


def next_trading_day(day: date) -> date:
    """The first trading day on or after ``day``."""
    return next(_from(day))


def previous_trading_day(day: date) -> date:
    """The last trading day before ``day``: on whose evening the night session of ``day`` begins."""
    day -= timedelta(days=1)
    while not is_trading_day(day):
        day -= timedelta(days=1)
    return day


def has_night(day: date) -> bool:
    """Whether trading day ``day`` begins with a night session: none is held on the eve of a holiday.

    >>> has_night(date(2026, 2, 13)), has_night(date(2026, 2, 24)), has_night(date(2026, 2, 25))
    (True, False, True)
    """
    gap = (day - previous_trading_day(day)).days
    return not any(is_holiday(day - timedelta(days=n)) for n in range(1, gap))


def midnight(day: date) -> int:
    """00:00 in Shanghai of a calendar day, UTC microseconds since 1970."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * SECOND - _SHANGHAI


def instants(session: Session, day: date, offsets: Offsets) -> Offsets:
    """UTC microseconds of offsets (microseconds of open time) into trading day ``day``.

    The night session comes first and lies on the evening of the trading day before, or the small hours after it.

    >>> at = instants(Session.NIGHT_2300, date(2026, 3, 2), np.array([0, 120 * MINUTE]))
    >>> [datetime.fromtimestamp(int(t) / SECOND, UTC).isoformat() for t in at]
    ['2026-02-27T13:00:00+00:00', '2026-03-02T01:00:00+00:00']
    """
    night, pieces = session.value
    opens = [midnight(previous_trading_day(day)) + 21 * 60 * MINUTE] if night else []
    opens += [midnight(day) + minute * MINUTE for minute, _ in pieces]
    lengths = ([night] if night else []) + [closes - starts for starts, closes in pieces]
    bounds = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64) * MINUTE
    piece = np.searchsorted(bounds, offsets, side="right") - 1
    found: Offsets = np.array(opens, dtype=np.int64)[piece] + offsets - bounds[piece]
    return found
