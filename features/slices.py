"""Raw events cut to some trading days: what a family may look at when only those days are derived."""

from __future__ import annotations

from datetime import date

import ibis

from features.events.events import Events
from features.events.schema import TABLES


class EventsSlice(Events):
    """``events`` whose dated tables hold the rows of trading days ``first`` to ``last`` only.

    Tables without trading days, and the calendar with its numbers, are those of the whole. Closing is the whole's.
    """

    def __init__(self, events: Events, first: date, last: date) -> None:
        self.__dict__.update(events.__dict__)
        self._first, self._last = first, last

    @property
    def part(self) -> str:
        """The days of the cut."""
        return f"_{self._first:%Y%m%d}_{self._last:%Y%m%d}"

    def table(self, name: str) -> ibis.Table:
        """Give a raw table, cut where it is dated."""
        table = super().table(name)
        if "trading_day" not in TABLES[name].column_names:
            return table
        return table.filter(table.trading_day.between(self._first, self._last))

    def close(self) -> None:
        """Leave the session to the whole."""
