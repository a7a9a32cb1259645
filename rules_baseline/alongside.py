"""A second thread beside the engine's: rules whose events are rows of a batch need nothing else, and are made in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from rules_baseline.batches import Batch
from rules_baseline.parsed import ParsedConnection
from rules_baseline.planning import ROWS, as_written
from rules_baseline.state import put

Tables = Mapping[str, pa.Table]


class Alongside:
    """A thread with a database of its own, in memory, for small batches: no table or lock is shared with the state.

    What it gives are rows, for the engine to append in its own transaction. Nothing but reference stays from batch to
    batch, so where a batch is rolled back there is nothing to undo here. ``terms`` are tables by name. A query that is
    begun is asked for its ``rows``, and for what was seen in them, before the next one is, unless its batch failed.
    """

    def __init__(self, terms: Tables) -> None:
        self._terms = terms
        self._con: Any = None  # opened by the thread, so that the first batch waits the less
        self._days: tuple[date, ...] = ()
        self._begun: Future[pa.Table] | None = None
        self._followed: list[Future[Any]] = []
        self._thread = ThreadPoolExecutor(1, "rules")

    def warm(self) -> None:
        """Start to open the database; what fails in it is told by the first query, which opens it again."""
        self._thread.submit(self._ready)

    def begin(self, batch: Batch, sql: str, *, days: tuple[date, ...], facts: Callable[[], Tables]) -> None:
        """Start a query over ``batch``; ``facts`` gives the day tables of ``days``, asked where others are at hand."""
        wait([*([] if self._begun is None else [self._begun]), *self._followed])  # of a batch that failed
        self._followed.clear()
        self._begun = self._thread.submit(self._run, batch, sql, days, {} if days == self._days else facts())

    def look(self, how: Callable[[pa.Table], Any], rows: pa.Table | None = None) -> None:
        """Have the thread look at ``rows``, or at those of the query that was begun, once it has them."""
        begun = self._asked()
        self._followed.append(self._thread.submit(lambda: how(begun.result() if rows is None else rows)))

    def rows(self) -> pa.Table:
        """The rows of the query that was begun, once they are there; raises what it raised."""
        begun = self._asked()
        try:
            return begun.result()
        finally:
            if begun.done():  # else the wait was broken off
                self._begun = None

    def seen(self) -> list[Any]:
        """What each ``look`` gave, in their order, once all are done; raises what one raised."""
        seen = [each.result() for each in self._followed]
        self._followed.clear()
        return seen

    def _asked(self) -> Future[pa.Table]:
        if self._begun is None:
            raise RuntimeError("no query was begun")
        return self._begun

    def close(self) -> None:
        """Let go of the thread and its database, once what was begun is done."""
        self._thread.shutdown()
        if self._con is not None:
            self._con.close()

    def _run(self, batch: Batch, sql: str, days: tuple[date, ...], facts: Tables) -> pa.Table:
        con = self._ready()
        if days != self._days:
            if not facts:  # an interrupt came between two batches: never count by the facts of other days
                raise RuntimeError(f"facts of {self._days} are at hand, wanted those of {days}")
            self._days = ()  # until all of it is there
            for name, table in facts.items():
                put(con, name, table)
            self._days = days
        con.register("batch_orders", batch.orders)
        con.register("batch_trades", batch.trades)
        return con.arrow(sql)

    def _ready(self) -> Any:
        self._con = self._open() if self._con is None else self._con
        return self._con

    def _open(self) -> Any:
        # of a few rows a thread more, and most of what makes a plan better, cost more than they save
        con = ParsedConnection(duckdb.connect(config={"autoinstall_known_extensions": False, "threads": 1}))
        con.execute(as_written(con, ROWS))
        con.execute("SET TimeZone = 'UTC'")
        con.execute("SET enable_progress_bar = false")
        for name, table in self._terms.items():
            put(con, name, table)
        return con
