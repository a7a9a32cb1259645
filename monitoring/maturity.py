"""Which days of alerts are ripe: outcomes come late, and the early ones are not like the rest."""
# statements are built of our own names; values are bound

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np

from monitoring.entry_columns import EntryColumns

DECIDED_SHARE = 0.95  # a day of alerts counts once this share of them is decided ...
DELAY_QUANTILE = 0.95  # ... or once it is older than this quantile of the delay
DEFAULT_DELAY_DAYS = 15.0  # until a delay can be measured: calendar days
_LEAST = 30  # decided alerts to measure a delay from


@dataclass(frozen=True, slots=True)
class Cohort:
    """The alerts of one trading day as known at one instant; ``ripe`` says whether their outcomes may be counted."""

    day: date
    alerts: int
    decided: int
    ripe: bool
    by: str  # "decided": enough of it is; "age": it is old enough, what is left is counted as undecided; "": unripe


@dataclass(frozen=True, slots=True)
class Maturity:
    """Cohorts in order of day, and the delay (calendar days from alert to decision) they were judged by."""

    cohorts: tuple[Cohort, ...]
    delay_days: float
    measured_on: int  # decided alerts behind the delay; 0: the default delay

    def ripe_days(self) -> list[date]:
        """Days whose outcomes may be counted."""
        return [one.day for one in self.cohorts if one.ripe]


def maturity(columns: EntryColumns, at: datetime, *, share: float = DECIDED_SHARE) -> Maturity:
    """Judge every day of alerts as known at ``at``: what was decided later, or scored later, is not known yet.

    The delay is the ``DELAY_QUANTILE`` of the time to decision, an undecided alert counting as slower than any (Kaplan-
    Meier would say the same where every alert is followed equally long); taken over alerts twice as old as the slowest
    decision so far at the median, so that fast decisions of young alerts do not flatter it.
    """
    rows = columns.rows(
        "SELECT trading_day AS day, count(*) AS alerts, count(decided_at) FILTER (decided_at <= $at) AS decided "
        "FROM answered WHERE scored_at <= $at GROUP BY trading_day ORDER BY trading_day",
        {"at": at},
    )
    delay, measured = _delay(columns, at)
    cohorts = tuple(_cohort(row, at, delay, share) for row in rows)
    return Maturity(cohorts, delay, measured)


def _cohort(row: dict[str, Any], at: datetime, delay: float, share: float) -> Cohort:
    closed = datetime.combine(row["day"], time(7, tzinfo=UTC))  # the day's session ends at 15:00 in Shanghai
    old = at - closed >= timedelta(days=delay)
    enough = row["decided"] >= share * row["alerts"]
    return Cohort(row["day"], row["alerts"], row["decided"], enough or old, "decided" if enough else "age" * old)


def _delay(columns: EntryColumns, at: datetime) -> tuple[float, int]:
    table = columns.frame(
        "SELECT date_diff('second', triggered_at, $at) / 86400.0 AS age, CASE WHEN decided_at <= $at THEN "
        "date_diff('second', triggered_at, decided_at) / 86400.0 END AS delay FROM answered WHERE triggered_at <= $at",
        {"at": at},
    )
    delays = table["delay"].to_numpy(dtype=np.float64, na_value=np.nan)
    known = delays[~np.isnan(delays)]
    if known.size < _LEAST:
        return DEFAULT_DELAY_DAYS, 0
    followed = table["age"].to_numpy(dtype=np.float64) >= 2 * np.median(known)
    inside = np.nan_to_num(delays[followed], nan=np.inf)
    if inside.size < _LEAST:
        return DEFAULT_DELAY_DAYS, 0
    found = float(np.quantile(inside, DELAY_QUANTILE, method="inverted_cdf"))
    # Where more than the quantile's rest is never decided, the slowest known decision is all there is to go by.
    return (found if np.isfinite(found) else float(known.max())), int(inside.size)
