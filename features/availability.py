"""When a feature becomes known: the one place that turns a trading day into an instant."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

EXCHANGE_ZONE = ZoneInfo("Asia/Shanghai")
# Daily families are built after settlement and before the night session opens (21:00, call auction 20:55):
# 20:30 Asia/Shanghai is 12:30 UTC all year, China keeps no summer time.
DAILY_LAG = timedelta(hours=12, minutes=30)


def available_at(trading_day: date) -> datetime:
    """Instant from which the daily features of ``trading_day`` are known, UTC.

    >>> available_at(date(2026, 3, 2)).isoformat()
    '2026-03-02T12:30:00+00:00'
    """
    return datetime.combine(trading_day, time(), UTC) + DAILY_LAG


def available_column(trading_day: ir.DateValue) -> ir.TimestampValue:
    """``available_at`` as an Ibis expression, naive UTC microseconds."""
    return trading_day.cast("timestamp(6)") + ibis.interval(minutes=int(DAILY_LAG.total_seconds() // 60))


def day_of_close(instant: ir.TimestampValue) -> ir.DateValue:
    """The date whose close is the first not before ``instant``, were every date a trading day."""
    lag = ibis.interval(minutes=int(DAILY_LAG.total_seconds() // 60))
    return ((instant - lag - ibis.interval(microseconds=1)).date() + ibis.interval(days=1)).cast("date")


def first_close_from(table: ir.Table, column: str, days: ir.Table) -> ir.Table:
    """``table`` with the instant ``column`` moved to the first close at or after it; rows after the last are left out.

    A close is the availability of a trading day of the calendar ``days`` (trading_day, day_no).
    """
    dated = table.mutate(wanted=day_of_close(table[column]))
    dates = dated.select("wanted").distinct()
    calendar = days.select(closing="trading_day")
    following = dates.join(calendar, calendar.closing >= dates.wanted)
    nearest = following.group_by("wanted").aggregate(closing=following.closing.min())
    closed = dated.join(nearest, "wanted")
    return closed.mutate(**{column: available_column(closed.closing)}).select(*table.columns)
