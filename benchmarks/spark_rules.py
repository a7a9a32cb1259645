"""The rules on Spark beside the rules on DuckDB: the same files over many random markets, and the seconds of both.

    python -m benchmarks.spark_rules --seeds 20 --events 1000000

First, for every seed, random intraday and after-close markets (``tests/oracles``: small limits, every border of a
rule; of every other seed some tables are left out) as one market through every rule and screen on both engines: the
alerts and findings files must be equal byte for byte, else the exit code is 1. Then the synthetic events of
``benchmarks.rules`` through the intraday rules on both, on Spark a second time once it is warm: wall seconds, loading
of files excluded, and the ratio to DuckDB in the same run. Needs pyspark and Java 17; Spark runs as local[2].
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.rules import generate
from features.events.load import load_events
from features.spark_session import started
from rules_baseline.catalogue import intraday_rules
from rules_baseline.replay import run_rules
from rules_baseline.scope import EVERYTHING, Scope
from rules_baseline.spark.run import SparkEngine
from tests.oracles.market import Market
from tests.oracles.mixed import drawn, mixed
from tests.oracles.packs import write_small
from tests.oracles.product import write
from tests.oracles.strategies import intraday_markets
from tests.oracles.strategies_after_close import after_close_markets

ALWAYS = ("contracts", "orders", "trades")
FILES = ("alerts.parquet", "findings.parquet")
LOCAL = {"spark.driver.memory": "4g"}


def random_market(seed: int, each: int) -> Market:
    """So many markets of either kind under names of their own."""
    market = mixed([*drawn(intraday_markets(), each, seed), *drawn(after_close_markets(), each, seed)])
    rng = Random(seed)  # noqa: S311 -- a choice that can be made again
    left_out = {name for name in market.tables if name not in ALWAYS and seed % 2 and rng.random() < 0.3}
    return Market({name: rows for name, rows in market.tables.items() if name not in left_out})


def ran(source: Path, out: Path, spark: SparkEngine | None, **choices: Any) -> tuple[int, float, list[bytes]]:
    """Alerts, wall seconds of the rules, and the two files."""
    with load_events(source, pseudonym_key=b"0" * 32) as events:
        began = time.perf_counter()
        done = run_rules(events, out / FILES[0], state_dir=out / "state", spark=spark, **choices)
        seconds = time.perf_counter() - began
    return done.alerts, seconds, [(out / name).read_bytes() for name in FILES]


def compared(source: Path, folder: Path, spark: SparkEngine, **choices: Any) -> tuple[int, float, float, bool]:
    """Alerts, seconds on DuckDB and on Spark, and whether the files are equal."""
    alerts, ours, one = ran(source, folder / "duckdb", None, **choices)
    _, theirs, other = ran(source, folder / "spark", spark, **choices)
    return alerts, ours, theirs, one == other


def random_flow(spark: SparkEngine, seeds: int, each: int, folder: Path) -> int:
    """How many seeds differ."""
    pack, differ = write_small(folder / "small"), 0
    for seed in range(seeds):
        here = folder / f"seed{seed}"
        market = random_market(seed, each)
        source = write(market, here / "events")
        alerts, ours, theirs, same = compared(source, here, spark, parameters_dir=pack, scope=EVERYTHING)
        rows = sum(len(rows) for rows in market.tables.values())
        word = "equal" if same else "DIFFERENT"
        print(
            f"seed {seed}: {rows:,} rows  {alerts:,} alerts  DuckDB {ours:.1f} s  Spark {theirs:.1f} s  {word}",
            flush=True,
        )
        differ += not same
    return differ


def main() -> int:
    """Compare, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--markets", type=int, default=8, help="of either kind, a seed")
    parser.add_argument("--events", type=int, default=500_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, started("local[2]", more=LOCAL) as session:
        folder = Path(name)
        spark = SparkEngine(session, folder / "scratch")
        differ = random_flow(spark, arguments.seeds, arguments.markets, folder)
        source = folder / "events"
        source.mkdir()
        generate(source, arguments.events, 2_000)
        scope = Scope(frozenset(rule.id for rule in intraday_rules()))
        print(f"synthetic events {arguments.events:,}, intraday rules:")
        for heat in ("cold", "warm"):
            alerts, ours, theirs, same = compared(source, folder / heat, spark, scope=scope)
            differ += not same
            print(f"  {heat}: {alerts:,} alerts  DuckDB {ours:.1f} s  Spark {theirs:.1f} s  ratio {theirs / ours:.1f}")
    print("all files equal" if not differ else f"{differ} comparisons differ")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
