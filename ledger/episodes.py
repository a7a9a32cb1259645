"""Which case an alert belongs to: a subject's episode."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

EPISODE_DAYS = 5  # weekdays between an open case and the next alert that still joins it


def weekdays_between(first: date, last: date) -> int:
    """Weekdays in ``[first, last)``, holidays counted; 0 when ``last`` is not later.

    >>> weekdays_between(date(2026, 3, 6), date(2026, 3, 9))  # Friday to Monday
    1
    >>> weekdays_between(date(2026, 3, 9), date(2026, 3, 6))
    0
    """
    days = (last - first).days
    if days <= 0:
        return 0
    weeks, rest = divmod(days, 7)
    start = first.weekday()
    return 5 * weeks + sum((start + offset) % 7 < 5 for offset in range(rest))


def weekdays_apart(case: Mapping[str, Any], trading_day: str) -> int:
    """Weekdays from the case's days ``[first_day, last_day]`` to ``trading_day``; 0 within them."""
    day = date.fromisoformat(trading_day)
    after = weekdays_between(date.fromisoformat(case["last_day"]), day)
    return after or weekdays_between(day, date.fromisoformat(case["first_day"]))


def case_to_join(open_cases: Iterable[Mapping[str, Any]], trading_day: str) -> str | None:
    """The open case that an alert of ``trading_day`` joins: the nearest within reach, else ``None``.

    >>> case = {"case_id": "C1", "seq": 1, "first_day": "2026-03-02", "last_day": "2026-03-02"}
    >>> case_to_join([case], "2026-03-09"), case_to_join([case], "2026-03-10")
    ('C1', None)
    """
    near = [(weekdays_apart(case, trading_day), -case["seq"], case["case_id"]) for case in open_cases]
    near = [found for found in near if found[0] <= EPISODE_DAYS]
    return min(near)[2] if near else None
