"""The synthetic market end to end: events a second, seconds and peak memory, beside plain random rows of the same size.

python -m benchmarks.simulation [ACCOUNTS] [DAYS] [PARTITIONS] [SCENARIO]
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path


def main(accounts: int = 150, days: int = 60, partitions: int = 1, scenario: str = "default") -> None:
    from simulation.market import simulate
    from simulation.scenario import load_scenario

    with tempfile.TemporaryDirectory() as scratch:
        started = time.perf_counter()
        processor = time.process_time()
        made = simulate(
            Path(scratch) / "events",
            accounts=accounts,
            days=days,
            partitions=partitions,
            scenario=load_scenario(scenario),
        )
        seconds, processor = time.perf_counter() - started, time.process_time() - processor
        own, child = (
            resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
        rows = {name: made.rows[name] for name in ("orders", "trades", "logins")}
        events = sum(rows.values())
        written = sum(file.stat().st_size for file in (Path(scratch) / "events").glob("*.parquet"))
        plain = _plain(Path(scratch), rows["orders"], rows["trades"])
    print(f"{accounts:,} accounts x {days} days, {partitions} partition(s), scenario {scenario}")
    print(", ".join(f"{name} {count:,}" for name, count in rows.items()), f"; {written / 1e6:.1f} MB of parquet")
    print(f"{'wall seconds':>34} {seconds:10.1f}   (processor seconds of this process {processor:.1f})")
    print(f"{'events a second':>34} {events / seconds:10,.0f}")
    print(f"{'microseconds an account-day':>34} {seconds / accounts / days * 1e6:10.1f}")
    print(f"{'peak MB of this process':>34} {own:10,.0f}")
    print(f"{'peak MB of the largest child':>34} {child:10,.0f}")
    print(f"{'plain random rows, seconds':>34} {plain:10.1f}   (numpy draws of as many rows, written with pyarrow)")
    print(f"{'the market against plain rows':>34} {seconds / plain:10.1f} x")


def _plain(folder: Path, orders: int, trades: int) -> float:
    """Seconds to draw and write as many rows of as many columns without any meaning."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    started = time.perf_counter()
    rng = np.random.default_rng(7)
    for name, count, columns in (("orders", orders, 19), ("trades", trades, 15)):
        drawn = {f"c{n}": rng.integers(0, 10 ** (n % 6 + 1), count) for n in range(columns - 8)}
        texts = np.array([f"text-{n:06d}" for n in range(1000)])
        drawn |= {f"t{n}": texts[rng.integers(0, 1000, count)] for n in range(8)}
        pq.write_table(pa.table(drawn), folder / f"plain-{name}.parquet", compression="zstd")
    return time.perf_counter() - started


if __name__ == "__main__":
    given = sys.argv[1:] + ["150", "60", "1", "default"][len(sys.argv) - 1 :]
    main(int(given[0]), int(given[1]), int(given[2]), given[3])
