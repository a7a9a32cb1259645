"""Loading and importing large files, against plain DuckDB `read_csv -> COPY parquet` of the same rows, same run.

python -m benchmarks.imports [MEGABYTES] [FOLDER]

Every step is a process of its own, so that its peak memory is its own; a peak of 2 GiB or more fails. DuckDB reads no
GBK: its figure beside the GBK file is that of the same rows in UTF-8. FOLDER takes about three times MEGABYTES.
"""

from __future__ import annotations

import gzip
import shutil
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import _process as processes

LIMIT = 2 << 30
ROWS_PER_MB = 6_450
CONTRACTS = """\
exchange,contract,product,kind,multiplier,tick,max_order_volume,has_order_fee,option_month,valid_from,valid_to
SHFE,rb2605,rb,future,10,1,500,false,,2026-01-01,
"""
TRADES = (
    "event_time,trading_day,exchange,contract,account_id,trade_id,order_id,side,offset,hedge,price,volume,fee,"
    "exchange_fee,seq\n"
)
ORDER_ROWS = """
SELECT strftime(TIMESTAMP '2026-01-05 01:30:00' + to_microseconds(i * 997), '%Y-%m-%dT%H:%M:%S.%fZ') AS event_time,
       DATE '2026-01-05' + CAST(i * 5 // {rows} AS INTEGER) AS trading_day, 'SHFE' AS exchange, 'rb2605' AS contract,
       'A' || hash(i) % 20000 AS account_id, 'O' || i // 3 * 2 + (i % 3 = 1)::INT AS order_id,
       CASE WHEN i % 3 = 2 THEN 'cancelled' ELSE 'accepted' END AS event,
       CASE WHEN hash(i) % 2 = 0 THEN 'buy' ELSE 'sell' END AS side, 'open' AS "offset", 'speculation' AS hedge,
       'limit' AS order_type, 'GFD' AS time_in_force, (3500 + hash(i) % 4000 * 0.5)::DECIMAL(10, 1) AS price,
       CASE WHEN i % 1000 = 7 THEN 'many' ELSE CAST(1 + hash(i + 1) % 50 AS VARCHAR) END AS volume,
       CASE WHEN i % 3 = 2 THEN 'client' END AS cancelled_by, '10.' || hash(i) % 200 || '.0.' || i % 250 AS ip,
       '{office}' || i % 97 AS mac, 'false' AS via_relay, i AS seq
FROM range({rows}) AS t(i)
"""  # one row in a thousand is broken


def write(folder: Path, megabytes: float) -> int:
    """The same orders in every form, each in a folder of its own beside the two other required tables."""
    import duckdb
    import yaml

    from features.events.schema import ORDERS

    rows = int(megabytes * ROWS_PER_MB)
    for form in ("utf8", "gbk", "gzip", "parquet"):
        (folder / form).mkdir(parents=True)
        (folder / form / "contracts.csv").write_text(CONTRACTS)
        (folder / form / "trades.csv").write_text(TRADES)
    utf8 = folder / "utf8" / "orders.csv"
    with duckdb.connect(config={"memory_limit": "1GB", "temp_directory": str(folder / "spill")}) as db:
        db.execute(f"COPY ({ORDER_ROWS.format(rows=rows, office='营业部')}) TO '{utf8}' (FORMAT csv, HEADER)")
        db.execute(f"COPY (FROM read_csv('{utf8}')) TO '{folder / 'parquet' / 'orders.parquet'}'")
    gbk, packed = folder / "gbk" / "orders.csv", folder / "gzip" / "orders.csv.gz"
    with utf8.open(encoding="utf-8", newline="") as source, gbk.open("w", encoding="gbk", newline="") as target:
        shutil.copyfileobj(source, target, 1 << 20)
    with utf8.open("rb") as source, gzip.open(packed, "wb", compresslevel=1) as target:
        shutil.copyfileobj(source, target, 1 << 20)
    block = {"columns": {name: {"from": name} for name in ORDERS.column_names}}
    (folder / "mapping.yaml").write_text(yaml.safe_dump({"tables": {"orders": [block]}}))
    return rows


def plain(source: Path) -> None:
    import duckdb

    reader = "read_parquet" if source.suffix == ".parquet" else "read_csv"
    with tempfile.TemporaryDirectory() as scratch, duckdb.connect() as db:
        db.execute(f"COPY (FROM {reader}('{source}')) TO '{scratch}/out.parquet'")


def check(folder: Path) -> None:
    """What `alertgrade check` does: load, quarantine, sum up."""
    from features.events.load import load_events

    with load_events(folder, pseudonym_key=b"k" * 32) as events:
        assert events.summary.quarantined > 0


def mapped(folder: Path) -> None:
    from features.events.mapping import read_mapping
    from features.events.mapping_run import run_mapping

    with tempfile.TemporaryDirectory() as scratch:
        mapping = read_mapping(folder / "mapping.yaml")
        run_mapping(folder / "utf8" / "orders.csv", Path(scratch) / "out", mapping)


def measured(step: str, target: Path) -> tuple[float, int]:
    """Seconds and peak bytes of one step in a process of its own."""
    done = processes.measured([sys.executable, "-m", "benchmarks.imports", "--step", step, str(target)])
    return float(done.printed), done.peak


def run_step(step: str, target: Path) -> None:
    import duckdb  # noqa: F401  (imports are no part of the figure)
    import ibis  # noqa: F401
    import pyarrow.dataset  # noqa: F401

    started = time.perf_counter()
    {"plain": plain, "check": check, "mapping": mapped}[step](target)
    print(time.perf_counter() - started)


def main(megabytes: float = 300, folder: str | None = None) -> int:
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        place = Path(scratch)
        rows = write(place, megabytes)
        utf8, packed = place / "utf8" / "orders.csv", place / "gzip" / "orders.csv.gz"
        binary = place / "parquet" / "orders.parquet"
        steps = (
            ("CSV UTF-8", "check", place / "utf8", utf8, utf8),
            ("CSV GBK", "check", place / "gbk", place / "gbk" / "orders.csv", utf8),
            ("CSV gzip", "check", place / "gzip", packed, packed),
            ("parquet", "check", place / "parquet", binary, binary),
            ("mapping import", "mapping", place, utf8, utf8),
        )
        against = {source: measured("plain", source) for source in (utf8, packed, binary)}
        print(f"{rows:,} orders, {utf8.stat().st_size / 1e6:,.0f} MB as CSV UTF-8, one in 1,000 broken")
        print(f"{'step':<26}{'seconds':>9}{'rows/s':>12}{'MB/s':>8}{'peak MB':>9}{'x plain':>9}")
        highest = 0
        for source, (seconds, peak) in against.items():
            _row(f"plain DuckDB, {source.suffix[1:]}", seconds, rows, source, peak, 1)
        for name, step, target, source, beside in steps:
            seconds, peak = measured(step, target)
            highest = max(highest, peak)
            _row(name, seconds, rows, source, peak, seconds / against[beside][0])
    if highest >= LIMIT:
        print(f"the highest peak is {highest / 2**30:.2f} GiB, wanted below 2")
    return int(highest >= LIMIT)


def _row(name: str, seconds: float, rows: int, source: Path, peak: int, ratio: float) -> None:
    speed = f"{rows / seconds:>12,.0f}{source.stat().st_size / 1e6 / seconds:>8.0f}"
    print(f"{name:<26}{seconds:>9.1f}{speed}{peak / 1e6:>9,.0f}{ratio:>9.1f}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--step"]:
        run_step(sys.argv[2], Path(sys.argv[3]))
    else:
        sys.exit(main(*(float(word) for word in sys.argv[1:2]), *sys.argv[2:3]))
