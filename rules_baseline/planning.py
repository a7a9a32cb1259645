"""How DuckDB runs the statements of a small batch: in one thread, and planned as they are written."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

SMALL = 100_000  # rows; below it one thread is faster than handing work to several, and looking for plans costs more
ROWS = frozenset({"filter_pushdown", "unused_columns"})  # optimizers kept for statements over the rows of a batch
# and for those over the state besides: of its many events only those of a few units are read
STATE = ROWS | {"join_filter_pushdown"}


def as_written(con: Any, kept: Collection[str]) -> str:
    """The setting of a whole DuckDB by which statements are planned as written, but for the optimizers ``kept``."""
    names = con.execute("SELECT name FROM duckdb_optimizers() ORDER BY name").fetchall()
    return f"SET disabled_optimizers = '{','.join(name for (name,) in names if name not in kept)}'"


class Planning:
    """What the DuckDB of the state is told before a batch, by how many rows it has."""

    def __init__(self, con: Any) -> None:
        self._con, self._as_written = con, as_written(con, STATE)
        settings = "SELECT current_setting('threads'), current_setting('disabled_optimizers')"
        [(self._threads, self._optimizers)] = con.execute(settings).fetchall()
        self.alone = False

    def use_threads(self, rows: int) -> None:
        """One thread for a small batch, which lasts; as many as there were for a large one."""
        if (rows < SMALL) != self.alone:
            self.alone = rows < SMALL
            self._con.execute(f"SET threads = {1 if self.alone else self._threads}")

    @contextmanager
    def of(self, rows: int) -> Iterator[None]:
        """Within it the statements of a batch of ``rows`` run; after it good plans are looked for again.

        Whoever asks the state between batches, for findings or counters, looks at all of its rows.
        """
        self.use_threads(rows)
        if self.alone:
            self._con.execute(self._as_written)
        try:
            yield
        finally:
            if self.alone:
                self._con.execute(f"SET disabled_optimizers = '{self._optimizers}'")

    def close(self) -> None:
        """Leave a session that the state was opened beside as it was."""
        if self.alone:
            self._con.execute(f"SET threads = {self._threads}")
