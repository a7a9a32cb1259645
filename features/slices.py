"""Raw events cut to some trading days: what a family may look at when only those days are derived."""

from __future__ import annotations

from datetime import date

import ibis

from features.events.events import Events
from features.events.schema import TABLES
from features.events.sql import ident


class EventsSlice(Events):
    """``events`` whose dated tables hold the rows of trading days ``first`` to ``last`` only.

    Tables without trading days, and the calendar with its numbers, are those of the whole. Closing is the whole's.
    The cut tables are views named by ``number``, not by the days: the same family of another cut of that number is the
    same expression (``features.compiled``). A later cut of the session with that number takes the place of this one.
    """

    def __init__(self, events: Events, first: date, last: date, number: int) -> None:
        self.__dict__.update(events.__dict__)
        self._number = number
        days = f"trading_day BETWEEN DATE '{first}' AND DATE '{last}'"
        for name in TABLES:
            if _is_dated(name):
                view = f"CREATE OR REPLACE TEMP VIEW {ident(name + self.part)} AS FROM {ident(name)} WHERE {days}"
                self.backend.con.execute(view)

    @property
    def part(self) -> str:
        """The number of the cut."""
        return f"_cut{self._number}"

    def table(self, name: str) -> ibis.Table:
        """Give a raw table, cut where it is dated."""
        whole = super().table(name)
        return self.backend.table(name + self.part, database="temp.main") if _is_dated(name) else whole

    def close(self) -> None:
        """Leave the session to the whole."""


class Cuts:
    """Cuts of ``events``, each made once: what families share of the same days is shared."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._made: dict[tuple[date, date], EventsSlice] = {}

    def of(self, first: date, last: date) -> Events:
        """Give the rows of trading days ``first`` to ``last``."""
        key = first, last
        if key not in self._made:
            self._made[key] = EventsSlice(self._events, first, last, len(self._made))
        return self._made[key]


def _is_dated(name: str) -> bool:
    return "trading_day" in TABLES[name].column_names
