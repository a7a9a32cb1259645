"""Which days a family has to derive: those whose raw rows changed, and as far after them as its windows reach."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Run:
    """Days ``first`` to ``last`` to derive, from raw rows of trading days ``lead`` to ``last``."""

    lead: date
    first: date
    last: date


def runs(changed: Iterable[date], calendar: tuple[date, ...], reach: int) -> list[Run]:
    """Runs of days that ``changed`` days can have touched, in order, without overlap.

    A raw row of day d speaks in the values of ``reach`` trading days, d .. d + reach - 1; one day more has the row that
    says the window is empty again. So much before a run its raw rows begin. A changed day beyond the calendar's end
    (an alert of another year) touches itself.

    >>> days = tuple(date(2026, 3, n) for n in (2, 3, 4, 5, 6, 9, 10))
    >>> [(run.lead.day, run.first.day, run.last.day) for run in runs([days[1], days[6]], days, 2)]
    [(2, 3, 5), (6, 10, 10)]
    """
    spans: list[list[date]] = []
    for day in sorted(changed):
        place = bisect_left(calendar, day)
        end = max(day, calendar[min(place + reach, len(calendar) - 1)])
        if spans and bisect_left(calendar, day) <= bisect_left(calendar, spans[-1][1]) + 1:
            spans[-1][1] = max(spans[-1][1], end)
        else:
            spans.append([day, end])
    return [Run(min(calendar[max(bisect_left(calendar, a) - reach, 0)], a), a, b) for a, b in spans]
