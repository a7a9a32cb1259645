"""All intraday rules over generated events, in one batch and in many, against a plain scan-and-group of the same file.

    python -m benchmarks.rules --events 1000000 --batches 1
    python -m benchmarks.rules --events 200000 --batches 41 --repeats 3

Prints a table of what a run takes, step by step and added up, the least of ``--repeats`` runs over the same loaded
events: wall and processor seconds (what a busy machine does to the first shows in the difference), events a second of
both, and the ratio of each to one DuckDB scan that groups the same orders and trades by account, exchange, contract and
day, in the same process. ``load`` reads and checks the files; ``rules`` cuts batches and counts them, up to the last
alert; ``findings`` answers for every unit; the after-close screens are not run. Then milliseconds a batch: median and
99th percentile, over all runs and over the least that each batch took in any of them; of the first thread besides: a
small batch is counted by two, and on two free cores it takes no less than what the first of them computes. The events
are synthetic: 5 trading days, price limits, opening limits, programmatic accounts, one row in three a cancel, one in
four a trade, one trade in a hundred a self-match, a few accounts far busier than the rest.
"""

# The SQL below is put together from paths of ours only.
# ruff: noqa: S608

from __future__ import annotations

import argparse
import gc
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from features.events.load import load_events
from rules_baseline.batches import cut, whole
from rules_baseline.catalogue import intraday_rules
from rules_baseline.engine import RulesEngine
from rules_baseline.limits import load_limits
from rules_baseline.reference import reference_tables
from rules_baseline.statement import compiled

GENERATE = """
CREATE TABLE made AS
SELECT i, TIMESTAMP '2026-03-02 01:00:00' + to_days((i * 5 // $n)::INTEGER)
            + to_microseconds(((i * 5 % $n) * (20000000000 // $n))::BIGINT) AS event_time,
       (DATE '2026-03-02' + (i * 5 // $n)::INTEGER) AS trading_day,
       c.exchange, c.contract, i % 12 AS k,
       'A' || lpad(floor($accounts * pow(hash(i) % 1000000 / 1e6, 4))::INTEGER::VARCHAR, 6, '0') AS account_id,
       CASE WHEN hash(i + 7) % 2 = 0 THEN 'buy' ELSE 'sell' END AS side, 50 + hash(i + 3) % 400 AS volume,
       CASE hash(i + 5) % 10 WHEN 0 THEN 'FAK' WHEN 1 THEN 'FOK' ELSE 'GFD' END AS time_in_force
FROM range($n) AS t(i) JOIN contracts AS c ON c.n = hash(t.i + 11) % 24
"""
CONTRACTS = """
CREATE TABLE contracts AS
SELECT row_number() OVER () - 1 AS n, exchange, lower(exchange) || m || '2605' AS contract, 'p' || m AS product,
       CASE WHEN exchange = 'CFFEX' THEN 'index_future' ELSE 'future' END AS kind, 10 AS multiplier, 1 AS tick,
       500 AS max_order_volume, m % 2 = 0 AS has_order_fee, NULL::VARCHAR AS option_month,
       DATE '2025-01-01' AS valid_from, NULL::DATE AS valid_to
FROM unnest(['SHFE', 'INE', 'DCE', 'CZCE', 'CFFEX', 'GFEX']) AS e(exchange), range(4) AS r(m)
"""
ORDERS = """
COPY (SELECT event_time, trading_day, exchange, contract, account_id, 'o' || (i - i % 3) AS order_id,
             CASE WHEN k % 3 = 1 THEN 'cancelled' ELSE 'accepted' END AS event, side, 'open' AS offset,
             'speculation' AS hedge, 'limit' AS order_type, time_in_force, 100.5 AS price, volume,
             CASE WHEN k % 3 = 1 THEN 'client' END AS cancelled_by, i AS seq
      FROM made WHERE k % 4 <> 3) TO '{folder}/orders.parquet'
"""
TRADES = """
COPY (SELECT event_time, trading_day, exchange, contract, account_id, 't' || i AS trade_id, 'o' || i AS order_id, side,
             'open' AS offset, 'speculation' AS hedge, 100.5 AS price, volume, i AS seq FROM made WHERE k % 4 = 3
      UNION ALL
      SELECT event_time + to_microseconds(1), trading_day, exchange, contract, account_id, 't' || i, 'x' || i,
             CASE side WHEN 'buy' THEN 'sell' ELSE 'buy' END, 'open', 'speculation', 100.5, volume, i
      FROM made WHERE k % 4 = 3 AND i % 100 = 7) TO '{folder}/trades.parquet'
"""
OTHERS = (
    """COPY (SELECT DISTINCT trading_day, exchange, contract, 100 AS settlement_price, 100.5 AS upper_limit,
                    90 AS lower_limit, NULL::DOUBLE AS high_price, 91 AS low_price FROM made)
    TO '{folder}/contract_days.parquet'""",
    """COPY (SELECT exchange, 'product' AS scope, product AS key, 50000 AS limit, DATE '2025-01-01' AS valid_from,
                    NULL::DATE AS valid_to FROM contracts WHERE n % 2 = 0) TO '{folder}/opening_limits.parquet'""",
    """COPY (SELECT 'A' || lpad(i::VARCHAR, 6, '0') AS account_id, 'individual' AS account_type, 'b' AS branch,
                    'direct' AS channel, false AS is_employee, i % 50 = 0 AS is_programmatic, false AS is_market_maker,
                    DATE '2020-01-01' AS opened_on, DATE '2020-01-01' AS valid_from, NULL::DATE AS valid_to
             FROM range({accounts}) AS r(i)) TO '{folder}/accounts.parquet'""",
)
GROUPS = """
COPY (SELECT 'G' || (i // 4) AS group_id, 'A' || lpad(i::VARCHAR, 6, '0') AS account_id, true AS declared,
             DATE '2025-01-01' AS valid_from, NULL::DATE AS valid_to FROM range($accounts // 10) AS r(i))
TO '{folder}/control_groups.parquet'
"""
PLAIN = """
SELECT count(*) FROM (
    SELECT account_id, exchange, contract, trading_day, count(*), sum(volume)
    FROM (SELECT account_id, exchange, contract, trading_day, volume FROM '{folder}/orders.parquet'
          UNION ALL SELECT account_id, exchange, contract, trading_day, volume FROM '{folder}/trades.parquet')
    GROUP BY ALL)
"""


def generate(folder: Path, events: int, accounts: int) -> None:
    """Write synthetic tables of about ``events`` rows of orders and trades."""
    with duckdb.connect() as con:
        con.execute(CONTRACTS)
        con.execute(GENERATE, {"n": events, "accounts": accounts})
        con.execute(f"COPY (SELECT * EXCLUDE (n) FROM contracts) TO '{folder}/contracts.parquet'")
        con.execute(ORDERS.format(folder=folder))
        con.execute(TRADES.format(folder=folder))
        con.execute(GROUPS.format(folder=folder), {"accounts": accounts})
        for copy in OTHERS:
            con.execute(copy.format(folder=folder, accounts=accounts))


@dataclass(frozen=True, slots=True)
class Took:
    """Wall and processor seconds, and processor seconds of the first thread."""

    wall: float
    processor: float
    first: float

    def __add__(self, other: Took) -> Took:
        return Took(self.wall + other.wall, self.processor + other.processor, self.first + other.first)


class Clock:
    """Seconds since it was last asked."""

    def __init__(self) -> None:
        self._at = self._now()

    def took(self) -> Took:
        before, self._at = self._at, self._now()
        return Took(*(now - then for now, then in zip(self._at, before, strict=True)))

    @staticmethod
    def _now() -> tuple[float, float, float]:
        return time.perf_counter(), time.process_time(), time.thread_time()


def plain_seconds(folder: Path) -> Took:
    """Best of three plain scans of the same files."""
    took = []
    for _ in range(3):
        clock = Clock()
        with duckdb.connect() as con:
            con.execute(PLAIN.format(folder=folder)).fetchall()
        took.append(clock.took())
    return least(took)


def least(took: Sequence[Took]) -> Took:
    return Took(*(min(getattr(one, name) for one in took) for name in ("wall", "processor", "first")))


@dataclass(frozen=True, slots=True)
class Ran:
    """One run: what its steps took, each batch, and what came out."""

    rules: Took
    findings: Took
    batches: list[Took]
    alerts: int
    units: int
    rows: int


def run(events: Any, state: Path, batches: int) -> Ran:
    rules = intraday_rules()
    engine = RulesEngine(
        state,
        rules=rules,
        limits=load_limits(rules),
        reference=reference_tables(events),
        fingerprint="benchmark",
        statement=compiled(rules),
        beside=events.backend.con,
    )
    if batches > 1:
        engine.warm()  # as the watch does at its start
        gc.collect()
        gc.freeze()
    whole_clock, clock = Clock(), Clock()
    con = events.backend.con
    pieces = iter([whole(con)]) if batches == 1 else cut(con, engine.columns, batches, 0)[1]
    took = []
    for batch in pieces:
        clock.took()
        engine.process(batch)
        took.append(clock.took())
    alerts = len(engine.alerts())
    counted = whole_clock.took()
    units = engine.findings().num_rows
    answered, rows = whole_clock.took(), engine.events()
    engine.close()
    return Ran(counted, answered, took, alerts, units, rows)


def main() -> None:
    """Generate, run, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--accounts", type=int, default=2_000)
    parser.add_argument("--batches", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "events"
        folder.mkdir()
        generate(folder, asked.events, asked.accounts)
        plain, clock = plain_seconds(folder), Clock()
        with load_events(folder, pseudonym_key=b"0" * 32) as events:
            loaded = clock.took()
            runs = [run(events, Path(name) / f"state{number}", asked.batches) for number in range(asked.repeats)]
    one = runs[0]
    rules, findings = least([each.rules for each in runs]), least([each.findings for each in runs])
    print(f"synthetic events {one.rows:,}  batches {len(one.batches)}  alerts {one.alerts:,}  findings {one.units:,}")
    print("step                         wall s  cpu s   events/s wall        cpu  x plain wall   cpu")
    steps = {
        "plain scan-and-group": plain,
        "rules": rules,
        "findings": findings,
        "rules and findings": rules + findings,
        "load": loaded,
        "load, rules and findings": loaded + rules + findings,
    }
    for label, took in steps.items():
        speed = f"{one.rows / took.wall:15,.0f} {one.rows / took.processor:10,.0f}"
        ratio = f"{took.wall / plain.wall:12.1f} {took.processor / plain.processor:6.1f}"
        print(f"{label:26s} {took.wall:8.3f} {took.processor:6.3f} {speed} {ratio}")
    repeated = list(zip(*(each.batches for each in runs), strict=True))
    for label, seconds in (
        ("wall", [batch.wall for each in runs for batch in each.batches]),
        ("processor", [batch.processor for each in runs for batch in each.batches]),
        ("wall, least of its repeats", [min(b.wall for b in same) for same in repeated]),
        ("processor, least of its repeats", [min(b.processor for b in same) for same in repeated]),
        ("first thread, least of its repeats", [min(b.first for b in same) for same in repeated]),
    ):
        steps_ms = sorted(1000 * each for each in seconds)
        late = steps_ms[max(0, -(-99 * len(steps_ms) // 100) - 1)]
        print(f"a batch, {label}: median {statistics.median(steps_ms):.1f} ms, 99th percentile {late:.1f} ms")


if __name__ == "__main__":
    main()
