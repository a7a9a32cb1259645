"""The engine's durable state: one DuckDB file, append-only, one transaction a batch."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

from alertgrade.errors import AlertError
from rules_baseline.memory import KEPT

FILE = "rules.duckdb"
LAYOUT = f"3 duckdb {duckdb.__version__}"  # part of the fingerprint: the tables below, and the hash kept in them
UNIT_SQL = "rule_id, exchange, contract, trading_day, subject_type, subject_id"
_UNIT_COLUMNS = (
    "rule_id VARCHAR, exchange VARCHAR, contract VARCHAR, trading_day DATE, subject_type VARCHAR, subject_id VARCHAR"
)
EVENT_SQL = (
    "account_id, other_account_id, event_time, seq, event_rank, event_id, order_id, amount, weight, lots, note, "
    "term_id, counts, reason"
)
_TABLES = {
    "meta": "key VARCHAR, value VARCHAR",
    "progress": "sequence BIGINT, orders BIGINT, trades BIGINT, late BIGINT",
    "watermarks": "sequence BIGINT, exchange VARCHAR, event_time TIMESTAMP",
    # what counts or may count; ``sign`` -1 takes an earlier row back (only late rows do), ``unit`` is a hash
    "events": f"sequence BIGINT, {_UNIT_COLUMNS}, account_id VARCHAR, other_account_id VARCHAR, event_time TIMESTAMP, "
    "seq BIGINT, event_rank TINYINT, event_id VARCHAR, order_id VARCHAR, amount BIGINT, weight BIGINT, lots BIGINT, "
    "note VARCHAR, term_id BIGINT, counts BOOLEAN, reason VARCHAR, sign TINYINT, late BOOLEAN, unit UBIGINT",
    "alerts": "sequence BIGINT, alert_id VARCHAR, rule_id VARCHAR, level VARCHAR, exchange VARCHAR, contract VARCHAR, "
    "trading_day DATE, subject_type VARCHAR, subject_id VARCHAR, account_id VARCHAR, triggered_at TIMESTAMP, "
    "measured DOUBLE, threshold DOUBLE, occurrence BIGINT, parameters_version VARCHAR, evidence VARCHAR",
    "corrections": f"sequence BIGINT, {_UNIT_COLUMNS}, late_events BIGINT, total BIGINT, alert_id VARCHAR, "
    "triggered_at TIMESTAMP, corrected_at TIMESTAMP",
    **KEPT,
}


def open_state(folder: Path, fingerprint: str) -> Any:
    """A connection to the state of run ``fingerprint``: resumed where it stands, or fresh.

    The state of another run is replaced. Raises ``AlertError`` when the file is damaged, not ours, or held by another
    process; it is never deleted then.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    con = _connect(path)
    try:
        found = _fingerprint(con, path)
    except duckdb.Error as error:
        con.close()
        raise _refused(path, error) from error
    if found not in (None, fingerprint):
        con.close()
        for old in (path.with_name(f"{FILE}.wal"), path):
            old.unlink(missing_ok=True)
        con, found = _connect(path), None
    if found is None:
        _create(con, fingerprint)
    return con


def _connect(path: Path) -> Any:
    try:
        con = duckdb.connect(str(path), config={"autoinstall_known_extensions": False})
    except duckdb.Error as error:
        raise _refused(path, error) from error
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET enable_progress_bar = false")
    # a batch is durable once it is in the log; folding the log into the file costs more than a batch
    con.execute("SET checkpoint_threshold = '256MB'")
    return con


def _refused(path: Path, error: duckdb.Error) -> AlertError:
    seen = f"rules state {path}: {str(error).splitlines()[0]}"
    if "set lock on file" in str(error):
        wanted, do = "wanted a file no other process holds", "wait for the other run, or give another state directory"
    else:
        wanted, do = "wanted a state file of the rules engine", "move the file away to start fresh, or restore a backup"
    return AlertError(seen, wanted, do)


def _fingerprint(con: Any, path: Path) -> str | None:
    """The fingerprint in the file; None when it is new. A file of someone else raises ``AlertError``."""
    tables = {name for (name,) in con.execute("SELECT table_name FROM information_schema.tables").fetchall()}
    if not tables:
        return None
    rows = con.execute("SELECT value FROM meta WHERE key = 'fingerprint'").fetchall() if set(_TABLES) <= tables else []
    if not rows:
        con.close()
        raise AlertError(
            f"{path} holds other tables ({', '.join(sorted(tables)[:3])})",
            "wanted a state file of the rules engine",
            "give another state directory",
        )
    return str(rows[0][0])


def _create(con: Any, fingerprint: str) -> None:
    con.execute("BEGIN")
    for name, columns in _TABLES.items():
        con.execute(f"CREATE TABLE {name} ({columns})")
    con.execute("INSERT INTO meta VALUES ('fingerprint', ?), ('layout', ?)", [fingerprint, LAYOUT])
    con.execute("COMMIT")


def last_sequence(con: Any) -> int:
    """The number of the last committed batch; 0 before the first."""
    return int(one(con, "SELECT coalesce(max(sequence), 0) FROM progress"))


def one(con: Any, sql: str, parameters: Iterable[Any] = ()) -> Any:
    """The single value of a query (``fetchone`` would leave the connection busy)."""
    return con.execute(sql, list(parameters)).fetchall()[0][0]
