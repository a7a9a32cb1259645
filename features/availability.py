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
