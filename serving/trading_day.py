"""Which trading day an instant counts for, by the clock in China alone: holidays are not known here."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from features.availability import EXCHANGE_ZONE

_EVENING = 20  # from this hour on it is the night session, which belongs to the next trading day
_SATURDAY = 5


def trading_day_at(instant: datetime) -> date:
    """The weekday whose session ``instant`` falls into, or the next where it falls into none.

    >>> trading_day_at(datetime.fromisoformat("2026-03-06T21:00:00+08:00")).isoformat()  # Friday night
    '2026-03-09'
    """
    local = instant.astimezone(EXCHANGE_ZONE)
    day = local.date() + timedelta(days=local.hour >= _EVENING)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return day
