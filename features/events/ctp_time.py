"""CTP's clock: TradingDay and a time of day in Shanghai become an instant, night sessions on the evening before.

Dates of records (InsertDate, TradeDate) mean the natural date at some exchanges and the trading day at others. They
are compared and never trusted.
"""

# The SQL below is put together from quoted names and literals only.
# ruff: noqa: S608

from __future__ import annotations

from typing import Any

from features.events.sql import literals

EVENING, MORNING = "18:00:00", "06:00:00"  # from the one and before the other a time belongs to a night session
LONGEST_HOLIDAY = 12  # days; a calendar without a day for longer has a gap

_WEEKDAY_BEFORE = "day - CAST(CASE isodow(day) WHEN 1 THEN 3 WHEN 7 THEN 2 ELSE 1 END AS INTEGER)"
_SHANGHAI = "INTERVAL 8 HOUR"  # ahead of UTC all year


def day_of(text: str) -> str:
    """SQL of a date written YYYYMMDD or YYYY-MM-DD; null where it is neither."""
    return f"CAST(try_strptime(replace({text}, '-', ''), '%Y%m%d') AS DATE)"


def time_of(text: str) -> str:
    """SQL of a time of day HH:MM:SS; null where it is none, as 24:00:00 is not though the engine knows it."""
    return f"CASE WHEN NOT starts_with({text}, '24') THEN TRY_CAST({text} AS TIME) END"


def create_calendar(db: Any, known: str, seen: str) -> None:
    """Create table ``ctp_days`` (day, evening): the calendar date on which the night session of a day began.

    ``known`` is SQL of the market's calendar (column ``day``; may be without rows), ``seen`` of the days of records.
    The day before is the known one; where the calendar does not say, the weekday before: no night session is held
    before a holiday, so a gap between the days seen says nothing, but a day seen after that weekday does (a test
    session at a weekend).
    """
    db.execute(
        "CREATE OR REPLACE TABLE ctp_days AS SELECT d.day, coalesce("
        f"(SELECT max(day) FROM ({known}) AS k WHERE k.day < d.day AND k.day >= d.day - {LONGEST_HOLIDAY}), "
        f"greatest({_WEEKDAY_BEFORE.replace('day -', 'd.day -').replace('(day)', '(d.day)')}, "
        f"(SELECT max(day) FROM ({seen}) AS s WHERE s.day < d.day))) AS evening "
        f"FROM (SELECT DISTINCT day FROM ({seen})) AS d ORDER BY d.day"
    )


def instant(time: str, day: str, evening: str) -> str:
    """SQL of the UTC instant of a time of day: after midnight it is the day after that evening, Saturday on a Friday.

    >>> import duckdb
    >>> sql = instant("TIME '01:00:00'", "DATE '2026-03-09'", "DATE '2026-03-06'")
    >>> duckdb.sql(f"SELECT CAST({sql} AS VARCHAR)").fetchall()
    [('2026-03-06 17:00:00',)]
    """
    return f"({natural_date(time, day, evening)} + {time} - {_SHANGHAI})"


def natural_date(time: str, day: str, evening: str) -> str:
    """SQL of the calendar date in Shanghai of a time of day of a trading day."""
    return (
        f"CASE WHEN {time} >= TIME '{EVENING}' THEN {evening} WHEN {time} < TIME '{MORNING}' THEN {evening} + 1 "
        f"ELSE {day} END"
    )


def trading_day_of(date: str, time: str, known: str) -> str:
    """SQL of the trading day of a calendar date and time, for records that have no TradingDay.

    From the evening on it is a later day: the first one known, else the first weekday.
    """
    base = f"({date} + CASE WHEN {time} >= TIME '{EVENING}' THEN 1 ELSE 0 END)"
    weekday = f"{base} + CAST(CASE isodow({base}) WHEN 6 THEN 2 WHEN 7 THEN 1 ELSE 0 END AS INTEGER)"
    return (
        f"coalesce((SELECT min(k.day) FROM ({known}) AS k WHERE k.day >= {base} "
        f"AND k.day <= {base} + {LONGEST_HOLIDAY}), {weekday})"
    )


def disagrees(written: str, exchange: str, natural: tuple[str, ...], date: str, day: str) -> str:
    """SQL condition: the date written is not the one its exchange should write; false where none is written."""
    wanted = f"CASE WHEN {exchange} IN ({literals(natural)}) THEN {date} ELSE {day} END" if natural else day
    return f"coalesce({written} <> {wanted}, false)"
