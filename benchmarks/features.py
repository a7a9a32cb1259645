"""Feature build, all families, against one plain DuckDB scan-and-group of the same files; processor time, same run.

python -m benchmarks.features [ACCOUNTS] [DAYS]
"""

from __future__ import annotations

import sys
import tempfile
import time
import warnings
from pathlib import Path

warnings.filterwarnings("ignore", message="fetch_arrow_table", category=DeprecationWarning)


def main(accounts: int = 150, days: int = 60) -> None:
    import duckdb

    from features.build import build
    from features.events.load import load_events
    from simulation.market import simulate

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "events"
        simulate(folder, accounts=accounts, days=days, seed=7)
        plain = "SELECT account_id, trading_day, count(*), sum(volume) FROM '{}' GROUP BY ALL"
        started = time.process_time()
        for table in ("orders", "trades"):
            duckdb.sql(plain.format(folder / f"{table}.parquet")).fetchall()
        scan = time.process_time() - started
        started = time.process_time()
        events = load_events(folder, pseudonym_key=b"k" * 32)
        loaded = time.process_time() - started
        count = sum(events.table(t).count().execute() for t in ("orders", "trades"))
        started = time.process_time()
        build(events, Path(scratch) / "features" / "offline")
        built = time.process_time() - started
    print(f"synthetic market, {accounts} accounts, {days} days, {count:,} orders and trades")
    print(f"{'step':<28}{'seconds':>9}{'events/s':>14}{'x plain':>9}")
    for name, seconds in (("plain scan-and-group", scan), ("load and validate", loaded), ("build all families", built)):
        print(f"{name:<28}{seconds:>9.3f}{count / seconds:>14,.0f}{seconds / scan:>9.1f}")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
