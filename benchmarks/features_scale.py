"""Feature build from 1 M to 20 M events: cost an event, against one plain scan-and-group of the same files, and memory.

python -m benchmarks.features_scale [MILLIONS ...]      each size in a process of its own, whose peak memory is read
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


def measure(folder: Path) -> dict[str, float]:
    """Seconds of the plain scan, of loading and of the build."""
    import duckdb

    from features.build import build
    from features.events.load import load_events

    plain = "SELECT account_id, trading_day, count(*), sum(volume) FROM '{}' GROUP BY ALL"
    started = time.perf_counter()
    for table in ("orders", "trades"):
        duckdb.sql(plain.format(folder / f"{table}.parquet")).fetchall()
    scan = time.perf_counter() - started
    started = time.perf_counter()
    with load_events(folder, pseudonym_key=b"k" * 32) as events:
        loaded = time.perf_counter() - started
        started = time.perf_counter()
        build(events, folder.parent / "features" / "offline")
        built = time.perf_counter() - started
    return {"scan": scan, "load": loaded, "build": built}


def main(sizes: list[int]) -> None:
    from benchmarks._scaled_events import scaled_events

    print("synthetic orders and trades, 60 days, an account for every 200 events")
    print(f"{'events':>8}{'scan s':>9}{'load s':>9}{'build s':>9}{'x scan':>8}{'us/event':>10}{'peak GB':>9}")
    costs = []
    for millions in sizes:
        with tempfile.TemporaryDirectory() as scratch:
            folder = scaled_events(Path(scratch) / "events", millions * 1_000_000)
            done = measured([sys.executable, "-m", "benchmarks.features_scale", "--measure", str(folder)])
            found = json.loads(done.printed.strip().splitlines()[-1])
        costs.append(found["build"] / millions)
        print(
            f"{millions:>6} M{found['scan']:>9.2f}{found['load']:>9.1f}{found['build']:>9.1f}"
            f"{found['build'] / found['scan']:>8.1f}{costs[-1]:>10.2f}{done.peak / 2**30:>9.2f}",
            flush=True,
        )
    worst = max(abs(cost / costs[0] - 1) for cost in costs)
    print(f"cost an event within {worst:.0%} of that of the smallest (reach: {REACH_FLAT:.0%})")
    print(f"reach: x {REACH_RATIO} scan at 5 M, {REACH_GB} GB at 20 M")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        print(json.dumps(measure(Path(sys.argv[2]))))
    else:
        main([int(word) for word in sys.argv[1:]] or [1, 5, 20])
