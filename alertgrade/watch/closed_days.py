"""Days that are over, judged by the broker's own rules that run after the close; each alert is raised once."""

# The SQL below is put together from names of ours only.
# ruff: noqa: S608

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from alertgrade.watch.holding import Tables
from alertgrade.watch.intake import TABLES
from features.events.load import load_events
from features.events.schema import TABLES as CONTRACT
from features.events.sources import SUFFIXES
from rules_baseline.after_close.choices import Choices
from rules_baseline.after_close.closing import trading_days
from rules_baseline.after_close.run import run_screens
from rules_baseline.after_close.screen import Screen
from rules_baseline.batches import arrow_schema
from rules_baseline.rulebook import Rulebook, own_screens
from rules_baseline.trigger import TriggerRecord

CLOSED = "watch_closed"
_OPEN = f"""
WITH seen AS (SELECT trading_day, max(sequence) AS sequence FROM
              (SELECT trading_day, sequence FROM watch_whole_orders UNION ALL
               SELECT trading_day, sequence FROM watch_whole_trades) GROUP BY trading_day)
SELECT min(trading_day) FROM seen LEFT JOIN
    (SELECT trading_day, max(sequence) AS closed FROM {CLOSED} GROUP BY trading_day) USING (trading_day)
WHERE trading_day <= ? AND (closed IS NULL OR closed < sequence)"""
_DAYS = "SELECT DISTINCT trading_day FROM (FROM (SELECT trading_day FROM watch_whole_orders) UNION ALL " \
    "SELECT trading_day FROM watch_whole_trades) WHERE trading_day BETWEEN ? AND ? ORDER BY ALL"  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judged:
    """What days that are over gave: alerts, the days judged, and by id the rules that failed and judged none."""

    alerts: list[TriggerRecord]
    days: set[date]
    failed: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OwnScreens:
    """What a closed day is judged by: screens of the broker's own, and the folder of tables beside the watch's rows.

    Read when a day is closed: reference tables, accounts' days, logins, cash flows and positions as far as they are
    there, and orders and trades of days before the watch's first one, for windows that reach back to them.
    """

    screens: tuple[Screen, ...]
    choices: Choices
    version: str
    evidence_ids: int
    reference: Path
    pseudonym_key: bytes

    def judge(self, rows: Tables, first: date, last: date) -> Judged:
        """Judge the days from ``first`` to ``last`` as the batch run over ``rows`` does, each rule for itself."""
        with tempfile.TemporaryDirectory(prefix="alertgrade-closed-") as scratch:
            before = self._earlier(Path(scratch) / "before", rows)
            view = self._view(Path(scratch) / "closed")
            for name in TABLES:
                pq.write_table(pa.concat_tables([before[name], rows[name]]), view / f"{name}.parquet")
            with load_events(view, pseudonym_key=self.pseudonym_key) as events:
                done = run_screens(
                    events,
                    self.screens,
                    self.choices,
                    version=self.version,
                    first=first,
                    last=last,
                    event_ids=self.evidence_ids,
                    without_failed=True,
                )
                days = {day for day in trading_days(events) if first <= day <= last}
                return Judged(done.alerts, days, done.failed)

    def _earlier(self, scratch: Path, rows: Tables) -> Tables:
        """Rows of the folder of days before the first of ``rows``; none where it has no orders or no trades."""
        days = [day for name in TABLES for day in pc.unique(rows[name]["trading_day"]).to_pylist()]
        if not set(TABLES) <= set(self._files()):
            return {name: arrow_schema(name).empty_table() for name in TABLES}
        with load_events(self._view(scratch, *TABLES), pseudonym_key=self.pseudonym_key) as events:
            tables = {name: events.table(name).to_pyarrow().cast(arrow_schema(name)) for name in TABLES}
        return {name: table.filter(pc.less(table["trading_day"], min(days))) for name, table in tables.items()}

    def _files(self) -> dict[str, Path]:
        """The raw tables of the folder."""
        found = {}
        for path in sorted(self.reference.iterdir()):
            for name in {path.name, *(path.name.removesuffix(suffix) for suffix in SUFFIXES)} & set(CONTRACT):
                found[name] = path
        return found

    def _view(self, view: Path, *also: str) -> Path:
        """The folder's tables that are no orders, trades or answers, and those of ``also``."""
        view.mkdir()
        for name, path in self._files().items():
            if name not in {*TABLES, "alerts", "dispositions"} or name in also:
                (view / path.name).symlink_to(path.resolve())
        return view


def judges_of(book: Rulebook, reference: Path, pseudonym_key: bytes) -> OwnScreens | None:
    """What judges a closed day; None where ``book`` has no rule of the broker's own that runs after the close."""
    screens = own_screens(book)
    if not screens:
        return None
    version, ids = book.limits.version, book.limits.evidence_ids
    return OwnScreens(screens, book.choices, version, ids, reference, pseudonym_key)


class ClosedDays:
    """Whole rows so far and the days judged, in the watch's own tables; ``con`` reads the state file."""

    def __init__(self, con: Any) -> None:
        self._con = con
        con.execute(f"CREATE TABLE IF NOT EXISTS {CLOSED} (sequence BIGINT, trading_day DATE)")
        for name in TABLES:
            con.register("watch_empty", arrow_schema(name).empty_table())
            con.execute(
                f"CREATE TABLE IF NOT EXISTS watch_whole_{name} AS SELECT 0::BIGINT AS sequence, * FROM watch_empty"
            )
            con.unregister("watch_empty")

    def oldest(self, until: date) -> date | None:
        """The first day up to ``until`` with rows that came after it was judged; None: there is none."""
        found: date | None = self._con.execute(_OPEN, [until]).fetchall()[0][0]
        return found

    def latest(self) -> date | None:
        """The last day with rows; None before the first."""
        return max(self.days(date.min, date.max), default=None)

    def days(self, first: date, last: date) -> list[date]:
        """The days with rows, in order."""
        return [day for (day,) in self._con.execute(_DAYS, [first, last]).fetchall()]

    def rows(self) -> Tables:
        """Every row that arrived, as it arrived."""
        return {
            name: self._con.sql(f"SELECT * EXCLUDE (sequence) FROM watch_whole_{name}")
            .to_arrow_table()
            .cast(arrow_schema(name))
            for name in TABLES
        }


def keep_whole(con: Any, sequence: int, arrived: Mapping[str, Any]) -> None:
    """Append the rows of a batch, within its transaction."""
    for name in TABLES:
        if arrived[name].num_rows:
            con.register("watch_whole", arrived[name])
            con.execute(f"INSERT INTO watch_whole_{name} SELECT ?, * FROM watch_whole", [sequence])
            con.unregister("watch_whole")


def close(con: Any, sequence: int, days: Sequence[date]) -> None:
    """Write down that the days were judged with all that arrived before batch ``sequence``."""
    for day in days:
        con.execute(f"INSERT INTO {CLOSED} VALUES (?, ?)", [sequence, day])
