"""What crosses a level with a batch, looked for in the second thread while the first appends the batch's events."""

# The SQL below is put together from names of ours only.
# ruff: noqa: S608

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from rules_baseline.book import Book, Crossing
from rules_baseline.crossing import EVENT, HASHED, Exempt, crossings, new_crossings, still_open
from rules_baseline.parsed import ParsedConnection
from rules_baseline.state import one
from rules_baseline.totals import Sums, Totals

_SO_FAR = f"""SELECT {HASHED}, {EVENT} FROM events WHERE counts
UNION ALL SELECT {HASHED}, {EVENT} FROM batch_events WHERE counts"""


@dataclass(frozen=True, slots=True)
class Found:
    """What crosses a level with some rows, and the new totals of the units they are of, not yet taken over."""

    crossings: list[Crossing]
    totals: Sums


def found_in_state(con: Any, rows: pa.Table, totals: Totals, book: Book, exempt: Exempt, *, late: bool) -> Found:
    """What crosses a level with ``rows``, which are appended to the state already; ``late``: as ``new_crossings``."""
    standing, new = totals.add(rows)
    return Found(new_crossings(con, still_open(standing, book, exempt), book, late=late), new)


class Ahead:
    """A connection of its own to the state: it sees what is committed, to which a batch's rows are added in memory.

    What it finds is what ``found_in_state`` would find once the rows are appended, as long as no row ever came late:
    a late row takes others back. ``totals`` and ``book`` are read, not changed. ``con`` is the state's own connection.
    """

    def __init__(self, con: Any, totals: Totals, book: Book) -> None:
        self._totals, self._book = totals, book
        self._con = ParsedConnection(con.cursor())
        self._con.execute(f'USE "{one(con, "SELECT current_database()")}"')

    def find(self, rows: pa.Table, exempt: Exempt) -> Found:
        """What crosses a level with ``rows``, all that the batch has of their units; they are not appended yet."""
        standing, totals = self._totals.add(rows)
        units = still_open(standing, self._book, exempt)
        if not units:
            return Found([], totals)
        self._con.register("batch_events", rows)
        found = crossings(self._con, units, _SO_FAR, self._book, by=HASHED)
        self._con.unregister("batch_events")
        return Found(found, totals)

    def close(self) -> None:
        """Let go of the connection."""
        self._con.close()
