"""Feature build from 1 M to 20 M events: cost an event, against one plain scan-and-group of the same files, and memory.

python -m benchmarks.features_scale [MILLIONS ...]      each size in a process of its own, whose peak memory is read

Processor seconds (user and system) throughout. The data are synthetic and made once for each size.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
import warnings
from pathlib import Path

from benchmarks._process import measured

warnings.simplefilter("ignore")
REACH_RATIO, REACH_FLAT, REACH_GB = 15, 0.3, 6
SCANS = 3  # of which the best counts


def plain_scan(folder: Path) -> float:
    """Processor seconds of one plain scan-and-group of both tables, the best of several."""
    import duckdb

    plain = "SELECT account_id, trading_day, count(*), sum(volume) FROM '{}' GROUP BY ALL"
    taken = []
    for _ in range(SCANS):
        started = time.process_time()
        for table in ("orders", "trades"):
            duckdb.sql(f"CREATE OR REPLACE TEMP TABLE _plain AS {plain.format(folder / f'{table}.parquet')}")
        taken.append(time.process_time() - started)
    return min(taken)


def measure(folder: Path) -> dict[str, float]:
    """Processor seconds of loading and of the build."""
    from features.build import build
    from features.events.load import load_events

    started = time.process_time()
    with load_events(folder, pseudonym_key=b"k" * 32) as events:
        loaded = time.process_time() - started
        started = time.process_time()
        build(events, folder.parent / "features" / "offline")
        built = time.process_time() - started
    return {"load": loaded, "build": built}


def child(kind: str, folder: Path) -> tuple[dict[str, float], float]:
    """What a process of its own measured, and its peak in GB."""
    done = measured([sys.executable, "-m", "benchmarks.features_scale", kind, str(folder)])
    return json.loads(done.printed.strip().splitlines()[-1]), done.peak / 2**30


def main(sizes: list[int]) -> None:
    from benchmarks._scaled_events import scaled_events

    print("synthetic orders and trades, 60 days, an account for every 200 events; processor seconds")
    print(f"{'events':>8}{'scan s':>9}{'load s':>9}{'build s':>9}{'x scan':>8}{'us/event':>10}{'peak GB':>9}")
    costs = []
    for millions in sizes:
        with tempfile.TemporaryDirectory() as scratch:
            folder = scaled_events(Path(scratch) / "events", millions * 1_000_000)
            scan = child("--scan", folder)[0]["scan"]
            found, peak = child("--measure", folder)
        costs.append(found["build"] / millions)
        print(
            f"{millions:>6} M{scan:>9.2f}{found['load']:>9.1f}{found['build']:>9.1f}"
            f"{found['build'] / scan:>8.1f}{costs[-1]:>10.2f}{peak:>9.2f}",
            flush=True,
        )
    worst = max(abs(cost / costs[0] - 1) for cost in costs)
    print(f"cost an event within {worst:.0%} of that of the smallest (reach: {REACH_FLAT:.0%})")
    print(f"reach: x {REACH_RATIO} scan at 5 M, {REACH_GB} GB at 20 M")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--measure", folder]:
            print(json.dumps(measure(Path(folder))))
        case ["--scan", folder]:
            print(json.dumps({"scan": plain_scan(Path(folder))}))
        case words:
            main([int(word) for word in words] or [1, 5, 20])
