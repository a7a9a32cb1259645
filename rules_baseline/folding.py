"""Days that are closed for good: their rows go, what they came to stays, and what comes later still is set aside."""

# The SQL below is put together from names of ours only.
# ruff: noqa: S608

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from rules_baseline.batches import Batch
from rules_baseline.findings import looked
from rules_baseline.state import UNIT_SQL, put

Day = tuple[str, date]  # exchange, trading day
_DUE = "SEMI JOIN due USING (exchange, trading_day)"
_FOLD = (
    f"""INSERT INTO day_totals
SELECT {UNIT_SQL}, max(term_id), coalesce(sum(amount * sign) FILTER (WHERE counts), 0)::BIGINT,
       coalesce(sum(lots * sign) FILTER (WHERE counts), 0)::BIGINT,
       coalesce(sum(sign) FILTER (WHERE counts IS NULL), 0)::BIGINT, max(reason) FILTER (WHERE counts IS NULL)
FROM events {_DUE} GROUP BY {UNIT_SQL}""",
    f"INSERT INTO day_looked {looked(which=_DUE)}",
    *(
        f"DELETE FROM {name} USING due WHERE {name}.exchange = due.exchange AND {name}.trading_day = due.trading_day"
        for name in ("events", "kept_legs", "kept_messages")
    ),
    "DELETE FROM watermarks WHERE sequence < $sequence AND event_time < "
    "(SELECT max(event_time) FROM watermarks AS w WHERE w.exchange = watermarks.exchange)",
)
_OPEN = "SELECT exchange, trading_day FROM kept_messages UNION SELECT exchange, trading_day FROM kept_legs"


class Days:
    """The trading days of each exchange that the state has met: those it keeps rows of, and those that are folded.

    A day is folded with the batch after which ``keep`` later trading days of its exchange have had rows; None: never.
    """

    def __init__(self, con: Any, keep: int | None) -> None:
        self._keep = keep
        self.folded: set[Day] = set(con.execute("SELECT DISTINCT exchange, trading_day FROM folded").fetchall())
        self.kept: set[Day] = set(con.execute(_OPEN).fetchall())

    def due(self, arriving: Iterable[Day]) -> list[Day]:
        """Days to fold with a batch that holds rows of these."""
        if self._keep is None:
            return []
        kept = self.kept | set(arriving)
        by_exchange: dict[str, list[date]] = defaultdict(list)
        for exchange, day in kept | self.folded:
            by_exchange[exchange].append(day)
        newest = {exchange: sorted(days)[-self._keep :][0] for exchange, days in by_exchange.items()}
        return sorted((exchange, day) for exchange, day in kept if day < newest[exchange])

    def take(self, arrived: Iterable[Day], folded: Iterable[Day]) -> None:
        """Take over what a committed batch brought and folded."""
        self.folded.update(folded)
        self.kept = (self.kept | set(arrived)) - self.folded

    def gone(self, folded: Iterable[Day]) -> set[date]:
        """Of days that were folded, those of which no exchange keeps rows."""
        return {day for _, day in folded} - {day for _, day in self.kept}


def fold(con: Any, sequence: int, due: Collection[Day]) -> None:
    """Reduce days to what findings and counts still need; alerts, corrections and occurrences stay as they are."""
    days = {"exchange": [exchange for exchange, _ in due], "trading_day": pa.array([d for _, d in due], pa.date32())}
    put(con, "due", pa.table(days))
    for sql in _FOLD:
        con.execute(sql, {"sequence": sequence} if "$sequence" in sql else None)
    close(con, sequence, due)


def close(con: Any, sequence: int, days: Collection[Day]) -> None:
    """Write down that days are closed for good."""
    marks = ", ".join(["(?, ?, ?)"] * len(days))
    con.execute(f"INSERT INTO folded VALUES {marks}", [value for day in days for value in (sequence, *day)])


def days_in(table: pa.Table) -> set[Day]:
    """Exchange and trading day of the rows of a raw table."""
    groups = table.select(["exchange", "trading_day"]).group_by(["exchange", "trading_day"]).aggregate([])
    return set(zip(groups["exchange"].to_pylist(), groups["trading_day"].to_pylist(), strict=True))


def beyond(table: pa.Table, folded: Collection[Day]) -> Any:
    """Which rows of a raw table are of days that are closed for good (an Arrow array of booleans)."""
    found = pa.array([False] * table.num_rows, pa.bool_())
    for exchange, day in folded:
        same = pc.equal(table["trading_day"], pa.scalar(day, pa.date32()))
        found = pc.or_(found, pc.and_(pc.equal(table["exchange"], exchange), same))
    return found


def without(batch: Batch, days: Collection[Day]) -> tuple[Batch, Mapping[Day, list[int]]]:
    """A batch without its rows of ``days``, and how many orders and trades of each were left out."""
    left: dict[Day, list[int]] = {day: [0, 0] for day in sorted(days)}
    tables = []
    for place, table in enumerate((batch.orders, batch.trades)):
        for day in left:
            left[day][place] = int(pc.sum(beyond(table, [day])).as_py() or 0)
        tables.append(table.filter(pc.invert(beyond(table, days))))
    return Batch(batch.sequence, *tables), left


def set_aside(con: Any, sequence: int, left: Mapping[Day, Sequence[int]]) -> int:
    """Write down how many orders and trades of a batch are beyond the kept days; how many they are together."""
    for day, counts in left.items():
        con.execute("INSERT INTO beyond VALUES (?, ?, ?, ?, ?)", [sequence, *day, *counts])
    return sum(sum(counts) for counts in left.values())
