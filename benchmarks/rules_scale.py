"""``alertgrade rules`` over more and more days of one synthetic market: what an event costs, and the peak of memory.

    python -m benchmarks.rules_scale --millions 1 5 20

Sixty days of 150 simulated accounts, written again and again with later dates until there are so many rows. Each run is
a process of its own, loading included: wall seconds, processor seconds, microseconds of processor an event, and its
peak memory. ``intraday`` runs the intraday rules alone, ``all`` the after-close screens too (``--screens``). Beside
them a process that only loads and checks the same files (``alertgrade check``). Above 4 GB at 20 M events, or more than
30 % from the cost of an event at 1 M, is said at the end. The market is synthetic.
"""

# The SQL below is put together from paths of ours only.
# ruff: noqa: S608

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

from benchmarks._process import Finished, measured
from rules_baseline.catalogue import intraday_rules

COMMAND = str(Path(sys.executable).with_name("alertgrade"))
STEP = 90  # calendar days from one copy of the market to the next; sixty trading days fit in
ACCOUNTS, DAYS, SEED = 150, 60, 7
MOVED = {
    "orders": "event_time + INTERVAL ({days}) DAY AS event_time, trading_day + {days} AS trading_day",
    "trades": "event_time + INTERVAL ({days}) DAY AS event_time, trading_day + {days} AS trading_day",
    "contract_days": "trading_day + {days} AS trading_day",
    "account_days": "trading_day + {days} AS trading_day",
}
ALWAYS = "DATE '2000-01-01' AS valid_from, NULL::DATE AS valid_to"
VALID = {"contracts": "exchange, contract", "accounts": "account_id", "control_groups": "account_id"}


def simulate(folder: Path) -> None:
    command = ["simulate", str(folder), "--accounts", str(ACCOUNTS), "--days", str(DAYS), "--seed", str(SEED)]
    subprocess.run([COMMAND, *command], check=True, capture_output=True)


def repeated(market: Path, folder: Path, events: int) -> int:
    """Write about ``events`` rows of orders and trades; returns how many there are."""
    folder.mkdir()
    with duckdb.connect() as con:
        con.execute("SET preserve_insertion_order = true")
        tables = {path.stem for path in market.glob("*.parquet")}
        files = [f"SELECT 1 FROM '{market}/{name}.parquet'" for name in ("orders", "trades")]
        [(rows,)] = con.execute(f"SELECT count(*) FROM ({' UNION ALL '.join(files)})").fetchall()
        copies = max(1, round(events / rows))
        for name in sorted(tables & set(MOVED)):
            parts = [
                f"SELECT * REPLACE ({MOVED[name].format(days=number * STEP)}) FROM '{market}/{name}.parquet'"
                for number in range(copies)
            ]
            con.execute(f"COPY ({' UNION ALL '.join(parts)}) TO '{folder}/{name}.parquet'")
        for name, key in VALID.items():
            rows_of = f"SELECT DISTINCT ON ({key}) * REPLACE ({ALWAYS}) FROM '{market}/{name}.parquet' ORDER BY {key}"
            if name in tables:
                con.execute(f"COPY ({rows_of}) TO '{folder}/{name}.parquet'")
    return int(rows) * copies


def run(command: list[str], home: Path) -> Finished:
    """A command of ours, with a home of its own."""
    return measured([COMMAND, *command], {**os.environ, "ALERTGRADE_HOME": str(home)})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--millions", type=int, nargs="+", default=[1, 5, 20])
    parser.add_argument("--screens", action="store_true")
    asked = parser.parse_args()
    only = ["--only", ",".join(rule.id for rule in intraday_rules())]
    print(f"synthetic market of {ACCOUNTS} accounts, its {DAYS} days repeated with later dates")
    print("run          events        wall s    cpu s    cpu us/event  peak GB")
    costs: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        simulate(scratch / "market")
        for millions in asked.millions:
            folder = scratch / f"events{millions}"
            events = repeated(scratch / "market", folder, millions * 1_000_000)
            out = ["--out", str(scratch / "out" / "alerts.parquet")]
            runs = {"check": ["check", str(folder)], "intraday": ["rules", str(folder), *out, *only]}
            if asked.screens:
                runs["all"] = ["rules", str(folder), *out]
            for label, command in runs.items():
                home = scratch / f"home{millions}{label}"
                took = run(command, home)
                costs.setdefault(label, []).append(took.processor / events)
                seconds = f"{took.wall:8.1f} {took.processor:8.1f} {1e6 * took.processor / events:12.2f}"
                print(f"{label:10s} {events:12,}  {seconds} {took.peak / 2**30:8.2f}", flush=True)
    for label, cost in costs.items():
        print(f"{label}: cost of an event at the most against the least {max(cost) / min(cost):.2f}")


if __name__ == "__main__":
    main()
