"""Trading days and sessions: where an offset inside a trading day lies on the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from enum import Enum

import numpy as np
import numpy.typing as npt

MINUTE = 60_000_000  # microseconds
SECOND = 1_000_000
MILLISECOND = 1_000
_SHANGHAI = 8 * 60 * MINUTE  # ahead of UTC all year
Offsets = npt.NDArray[np.int64]


class Session(Enum):
    """Pieces of one trading day as (of the evening before?, opens, closes), minutes after midnight in Shanghai."""

    NIGHT_AND_DAY = ((True, 1260, 1380), (False, 540, 615), (False, 630, 690), (False, 810, 900))
    DAY = ((False, 540, 615), (False, 630, 690), (False, 810, 900))
    FINANCIAL = ((False, 570, 690), (False, 780, 900))

    @property
    def length(self) -> int:
        """Open time of one trading day, microseconds."""
        minutes: int = sum(closes - opens for _, opens, closes in self.value)
        return minutes * MINUTE


def trading_days(start: date, count: int) -> tuple[date, ...]:
    """The first ``count`` weekdays from ``start``; synthetic: no holiday is skipped.

    >>> [day.isoformat() for day in trading_days(date(2026, 3, 6), 2)]
    ['2026-03-06', '2026-03-09']
    """
    ahead = (start + timedelta(days=n) for n in range(2 * count + 7))
    return tuple(day for day in ahead if day.weekday() < 5)[:count]


def previous_weekday(day: date) -> date:
    """The weekday before ``day``: on whose evening the night session of ``day`` is held."""
    return day - timedelta(days={0: 3, 6: 2}.get(day.weekday(), 1))


def midnight(day: date) -> int:
    """00:00 in Shanghai of a calendar day, UTC microseconds since 1970."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * SECOND - _SHANGHAI


def instants(session: Session, days: tuple[date, ...], day: Offsets, offset: Offsets) -> Offsets:
    """UTC microseconds of ``offset`` microseconds into the open time of trading day number ``day``.

    The night session comes first and lies on the evening of the weekday before.

    >>> at = instants(Session.NIGHT_AND_DAY, (date(2026, 3, 2),), np.array([0, 0]), np.array([0, 120 * MINUTE]))
    >>> [datetime.fromtimestamp(int(t) / SECOND, UTC).isoformat() for t in at]
    ['2026-02-27T13:00:00+00:00', '2026-03-02T01:00:00+00:00']
    """
    opens = np.array(
        [
            [midnight(previous_weekday(d) if evening else d) + minute * MINUTE for evening, minute, _ in session.value]
            for d in days
        ],
        dtype=np.int64,
    )
    lengths = [(closes - starts) * MINUTE for _, starts, closes in session.value]
    bounds = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
    piece = np.searchsorted(bounds, offset, side="right") - 1
    found: Offsets = opens[day, piece] + offset - bounds[piece]
    return found
