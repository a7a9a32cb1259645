"""A folder of CTP records in, a folder of raw tables out."""

# The SQL below is put together from quoted names and literals only.
# ruff: noqa: S608

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from alertgrade.errors import AlertError
from features.events.ctp_accounts import create_accounts
from features.events.ctp_beside import take_table
from features.events.ctp_config import CtpConfig
from features.events.ctp_files import CtpFiles, find_ctp_files
from features.events.ctp_order_fields import order_shape
from features.events.ctp_orders import OrderCounts, build_orders
from features.events.ctp_read import FileRead, Shape, create_table, read_file
from features.events.ctp_sessions import SessionCounts, build_logins, find_trading_days, session_shape
from features.events.ctp_tables import create_tables, write_parquet, write_tables
from features.events.ctp_time import create_calendar
from features.events.ctp_trades import TradeCounts, build_trades, trade_shape
from features.events.schema import TABLES
from features.events.stage import create_quarantine
from features.events.summary import Reason

QUARANTINE = "_quarantine.parquet"


@dataclass(frozen=True, slots=True)
class CtpImported:
    """What an import read, made and set aside; ``files`` in the order they were read."""

    files: tuple[FileRead, ...]
    orders: OrderCounts
    trades: TradeCounts
    sessions: SessionCounts | None
    tables: dict[str, int]
    reasons: tuple[Reason, ...]
    ignored: tuple[str, ...]
    relays_known: bool

    @property
    def quarantined(self) -> int:
        """Records and rows set aside."""
        return sum(reason.rows for reason in self.reasons)


def import_ctp(
    src: Path, out: Path, config: CtpConfig, *, memory_limit: str = "1GB", threads: int | None = None
) -> CtpImported:
    """Write the raw tables of the CTP records in ``src`` as parquet into the new folder ``out``.

    Broken records go to ``out/_quarantine.parquet`` (table, source, line, reason, row) and stop no other. ``out``
    appears whole or not at all; the same records give the same bytes. Work that does not fit ``memory_limit`` lies
    beside ``out`` for as long as the import runs. Raises ``AlertError`` for missing files or columns, files that
    cannot be read, and ``out`` that exists.
    """
    files = find_ctp_files(src)
    if out.exists():
        raise AlertError(f"{out} exists", "wanted a new folder", "remove it or choose another")
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = out.with_name(f".{out.name}.{secrets.token_hex(4)}")
    draft.mkdir()
    try:
        with _engine(out.parent, memory_limit, threads) as db:
            result = _run(db, files, draft, config)
        draft.rename(out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return result


@contextmanager
def _engine(beside: Path, memory_limit: str, threads: int | None) -> Iterator[Any]:
    """An engine that keeps its tables in a file, so that they need not fit into memory."""
    with tempfile.TemporaryDirectory(prefix=".ctp-", dir=beside) as folder:
        scratch = Path(folder)
        settings: dict[str, Any] = {
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "memory_limit": memory_limit,
            "temp_directory": str(scratch / "spill"),
        } | ({} if threads is None else {"threads": threads})
        with duckdb.connect(str(scratch / "records.duckdb"), config=settings) as db:
            db.execute("SET TimeZone = 'UTC'")
            db.execute("SET enable_progress_bar = false")
            yield db


def _run(db: Any, files: CtpFiles, out: Path, config: CtpConfig) -> CtpImported:
    create_quarantine(db)
    db.execute("CREATE OR REPLACE TABLE ctp_files (record VARCHAR, name VARCHAR, before BIGINT, last BIGINT)")
    for source in files.beside.values():
        take_table(db, source)
    groups = ((order_shape(config), files.orders), (trade_shape(), files.trades), (session_shape(), files.sessions))
    read = [found for shape, paths in groups for found in _read(db, shape, paths)]
    _calendar(db, "contract_days" in files.beside)
    create_accounts(db, config)
    orders, trades = build_orders(db, config), build_trades(db, config)
    sessions = build_logins(db, config) if files.sessions else None
    create_tables(db, config, logins=sessions is not None)
    made = {"orders", "trades", *files.beside} | ({"logins"} if sessions else set())
    tables = write_tables(db, out, tuple(name for name in TABLES if name in made))
    reasons = tuple(Reason(*row) for row in db.execute(_REASONS).fetchall())
    if reasons:
        write_parquet(db, "SELECT * FROM quarantine ORDER BY ALL", out / QUARANTINE)
    return CtpImported(tuple(read), orders, trades, sessions, tables, reasons, files.ignored, config.relay.known)


def _read(db: Any, shape: Shape, paths: tuple[Path, ...]) -> Iterator[FileRead]:
    create_table(db, shape)
    before = 0
    for path in paths:
        found = read_file(db, shape, path, before)
        row = [shape.record.name, path.name, before, found.last]
        db.execute("INSERT INTO ctp_files VALUES (?, ?, ?, ?)", row)
        before = found.last
        yield found


def _calendar(db: Any, has_days: bool) -> None:
    """Table ``ctp_days`` over all records, with whether the orders and trades of a day carry sequence numbers."""
    known = "SELECT DISTINCT trading_day AS day FROM contract_days" if has_days else "SELECT NULL::DATE AS day LIMIT 0"
    find_trading_days(db, known)
    seen = "SELECT day FROM ctp_orders UNION SELECT day FROM ctp_trades UNION SELECT trading_day FROM ctp_logins"
    create_calendar(db, known, seen)
    numbered = "SELECT day FROM ctp_orders WHERE number > 0 UNION SELECT day FROM ctp_trades WHERE number > 0"
    db.execute(f"CREATE OR REPLACE TABLE ctp_days AS SELECT *, day IN ({numbered}) AS numbered FROM ctp_days")


_REASONS = """
SELECT "table", regexp_replace(reason, ' is ''[^'']*''', ' is broken', 'g') AS kind, count(*) AS n,
       arg_min(source, (source, line)), arg_min(line, (source, line))
FROM quarantine GROUP BY 1, 2 ORDER BY n DESC, 1, 2
"""
