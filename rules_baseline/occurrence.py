"""The how-manieth time: breach days of a subject within the window, and what the exchange has told us."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa

Key = tuple[str | None, str, str]  # exchange, rule_id, subject_id


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice of an exchange: the day it speaks of, when it came, and the occurrence it states."""

    day: date
    received_at: datetime
    occurrence: int


class Occurrences:
    """Breach days known so far and notices received, by (exchange, rule, subject); window ``(day - days, day]``.

    >>> book = Occurrences(365)
    >>> book.add(("SHFE", "self_trade", "A1"), date(2025, 3, 3), datetime(2025, 3, 3, 2))
    >>> book.of(("SHFE", "self_trade", "A1"), "breach", date(2026, 3, 2), datetime(2026, 3, 2, 2))
    2
    >>> book.of(("SHFE", "self_trade", "A1"), "breach", date(2026, 3, 3), datetime(2026, 3, 3, 2))
    1
    """

    def __init__(self, days: int) -> None:
        self._window = timedelta(days=days)
        self._breaches: dict[Key, dict[date, datetime]] = defaultdict(dict)
        self._notices: dict[Key, list[Notice]] = defaultdict(list)

    def add(self, key: Key, day: date, triggered_at: datetime) -> None:
        """Remember a breach; several on one day are one, known from the first."""
        days = self._breaches[key]
        days[day] = min(triggered_at, days.get(day, triggered_at))

    def add_notices(self, key: Key, notices: Iterable[Notice]) -> None:
        """Remember what the exchange told us."""
        self._notices[key] += notices

    def of(self, key: Key, level: str, day: date, triggered_at: datetime) -> int:
        """max(own, n + own breach days after the notice's day); a warning counts the days strictly before.

        Only breaches and notices known at ``triggered_at`` count, so the answer does not depend on batching.
        """
        begins = day - self._window
        own = [d for d, at in self._breaches[key].items() if begins < d < day and at <= triggered_at]
        if level != "warning":
            own.append(day)
        told = [n for n in self._notices[key] if begins < n.day <= day and n.received_at <= triggered_at]
        if not told:
            return len(own)
        latest = max(told, key=lambda notice: (notice.day, notice.received_at, notice.occurrence))
        return max(len(own), latest.occurrence + sum(d > latest.day for d in own))


def occurrences_of(reference: Mapping[str, pa.Table], days: int) -> Occurrences:
    """What the raw tables ``alerts`` (breaches) and ``notices`` say; either may be missing."""
    book = Occurrences(days)
    for row in reference["alerts"].to_pylist() if "alerts" in reference else []:
        if row["level"] == "breach":
            book.add(
                (row["exchange"], row["rule_id"], row["subject_id"]), row["trading_day"], _naive(row["triggered_at"])
            )
    for row in reference["notices"].to_pylist() if "notices" in reference else []:
        notice = Notice(row["trading_day"], _naive(row["received_at"]), row["occurrence"])
        book.add_notices((row["exchange"], row["rule_id"], row["subject_id"]), [notice])
    return book


def _naive(moment: datetime) -> datetime:
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
