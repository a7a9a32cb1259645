"""A watch of a folder of batches: rows a second, and milliseconds from a batch to its alerts in the log.

    python -m benchmarks.watch --events 200000 --rows 5000

The events are those of ``benchmarks.rules``, cut by time into parquet files of the contract's types. The time of a
batch runs from when the intake gives it to when its alerts are committed and written to ``alerts.jsonl``: checking,
duplicates, rules, day so far, transaction and log. No scoring service.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq

from alertgrade.watch.directory import DirectoryIntake
from alertgrade.watch.intake import Delivery
from alertgrade.watch.loop import Watched
from alertgrade.watch.start import opened_watch
from benchmarks.rules import generate
from features.events.load import load_events
from features.events.schema import TABLES
from rules_baseline.batches import cut

KEY = b"0" * 32


class Timed(DirectoryIntake):
    """Times each delivery, from its being given to its being done."""

    seconds: list[float]

    def resume(self, committed: Sequence[str]) -> None:
        self.seconds = []
        super().resume(committed)

    def next(self, wait_s: float) -> Delivery | None:
        delivery = super().next(wait_s)
        self._given = time.perf_counter()
        return delivery

    def done(self, delivery: Delivery) -> None:
        self.seconds.append(time.perf_counter() - self._given)
        super().done(delivery)


def put(events: Path, inbox: Path, rows: int) -> int:
    """Cut the events into files; returns how many rows there are."""
    columns = {name: TABLES[name].column_names for name in ("orders", "trades")}
    with load_events(events, pseudonym_key=KEY) as raw:
        total = sum(int(raw.table(name).count().execute()) for name in columns)
        for batch in cut(raw.backend.con, columns, max(1, total // rows), 0)[1]:
            folder = inbox / f"{batch.sequence:06d}"
            folder.mkdir(parents=True)
            pq.write_table(batch.orders, folder / "orders.parquet")
            pq.write_table(batch.trades, folder / "trades.parquet")
    return total


def watch(folder: Path) -> tuple[Watched, float, float, list[float]]:
    """Everything there is, once: where the watch stands, wall and processor seconds, seconds a batch."""
    intake = Timed(folder / "inbox", patience_s=0.0)
    with opened_watch(intake, folder / "events", folder / "out", pseudonym_key=KEY) as opened:
        wall, processor = time.perf_counter(), time.process_time()
        watched = opened.run(once=True)
        return watched, time.perf_counter() - wall, time.process_time() - processor, intake.seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--accounts", type=int, default=2_000)
    parser.add_argument("--rows", type=int, default=5_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "events").mkdir()
        generate(folder / "events", asked.events, asked.accounts)
        total = put(folder / "events", folder / "inbox", asked.rows)
        watched, wall, processor, seconds = watch(folder)
    steady = sorted(seconds[1:]) or seconds
    print(f"{total:,} rows in {len(seconds)} batches, {watched.alerts:,} alerts, {watched.late_rows} late")
    print(f"{total / wall:,.0f} rows/s wall, {total / processor:,.0f} rows/s of processor time")
    p99 = steady[min(len(steady) - 1, int(len(steady) * 0.99))]
    print(f"batch to alert: median {statistics.median(steady) * 1e3:.0f} ms, p99 {p99 * 1e3:.0f} ms")
    print(f"(first batch {seconds[0] * 1e3:.0f} ms)")


if __name__ == "__main__":
    main()
