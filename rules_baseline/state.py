"""The engine's durable state: one DuckDB file, one transaction a batch, append-only until a day is folded."""

# The SQL below is put together from names of ours only.
# ruff: noqa: S608

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from alertgrade.errors import AlertError
from rules_baseline.memory import KEPT

FILE = "rules.duckdb"
LAYOUT = f"5 duckdb {duckdb.__version__}"  # part of the fingerprint: the tables below, and the hash kept in them
_HOLDER = re.compile(r"PID \d+")
UNIT_SQL = "rule_id, exchange, contract, trading_day, subject_type, subject_id"
_UNIT_COLUMNS = (
    "rule_id VARCHAR, exchange VARCHAR, contract VARCHAR, trading_day DATE, subject_type VARCHAR, subject_id VARCHAR"
)
_EVENT_COLUMNS = (
    "account_id VARCHAR, other_account_id VARCHAR, event_time TIMESTAMP, seq BIGINT, event_rank TINYINT, "
    "event_id VARCHAR, order_id VARCHAR, amount BIGINT, weight BIGINT, lots BIGINT, note VARCHAR, term_id BIGINT, "
    "counts BOOLEAN, reason VARCHAR"
)
EVENT_SQL = ", ".join(column.split()[0] for column in _EVENT_COLUMNS.split(", "))
TYPED_EVENT_SQL = ", ".join("{0}::{1} AS {0}".format(*column.split()) for column in _EVENT_COLUMNS.split(", "))
_TABLE_NAMES = "SELECT table_name FROM information_schema.tables WHERE table_catalog = current_database()"
_TABLES = {
    "meta": "key VARCHAR, value VARCHAR",
    "progress": "sequence BIGINT, orders BIGINT, trades BIGINT, late BIGINT",
    "watermarks": "sequence BIGINT, exchange VARCHAR, event_time TIMESTAMP",
    # what counts or may count; ``sign`` -1 takes an earlier row back (only late rows do), ``unit`` is a hash
    "events": f"sequence BIGINT, {_UNIT_COLUMNS}, {_EVENT_COLUMNS}, sign TINYINT, late BOOLEAN, unit UBIGINT",
    "alerts": "sequence BIGINT, alert_id VARCHAR, rule_id VARCHAR, level VARCHAR, exchange VARCHAR, contract VARCHAR, "
    "trading_day DATE, subject_type VARCHAR, subject_id VARCHAR, account_id VARCHAR, triggered_at TIMESTAMP, "
    "measured DOUBLE, threshold DOUBLE, occurrence BIGINT, parameters_version VARCHAR, evidence VARCHAR",
    "corrections": f"sequence BIGINT, {_UNIT_COLUMNS}, late_events BIGINT, total BIGINT, alert_id VARCHAR, "
    "triggered_at TIMESTAMP, corrected_at TIMESTAMP",
    **KEPT,
    # what is left of days that are closed for good: what each unit came to, whom the rules looked at, late rows since
    "folded": "sequence BIGINT, exchange VARCHAR, trading_day DATE",
    "day_totals": f"{_UNIT_COLUMNS}, term_id BIGINT, total BIGINT, lots BIGINT, open BIGINT, reason VARCHAR",
    "day_looked": "exchange VARCHAR, contract VARCHAR, trading_day DATE, account_id VARCHAR, flags UTINYINT",
    "beyond": "sequence BIGINT, exchange VARCHAR, trading_day DATE, orders BIGINT, trades BIGINT",
}


def open_state(folder: Path, fingerprint: str, beside: Any = None) -> Any:
    """A connection to the state of run ``fingerprint``: resumed where it stands, or fresh.

    With ``beside``, a connection, it is one of that session, which can read the session's tables too; ``let_go`` ends
    it. The state of another run is replaced. Raises ``AlertError`` when the file is damaged, not ours, or held by
    another process; it is never deleted then.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    con = _connect(path, beside)
    try:
        found = _fingerprint(con, path)
    except duckdb.Error as error:
        let_go(con, beside)
        raise _refused(path, error) from error
    except AlertError:
        let_go(con, beside)
        raise
    if found not in (None, fingerprint):
        let_go(con, beside)
        for old in (path.with_name(f"{FILE}.wal"), path):
            old.unlink(missing_ok=True)
        con, found = _connect(path, beside), None
    if found is None:
        _create(con, fingerprint)
    return con


def let_go(con: Any, beside: Any = None) -> None:
    """Close a connection that ``open_state`` gave, and with it the state file."""
    if beside is not None:
        ours, theirs = (one(each, "SELECT current_database()") for each in (con, beside))
        con.execute(f'USE "{theirs}"')
        con.execute(f'DETACH "{ours}"')
    con.close()


def _connect(path: Path, beside: Any) -> Any:
    try:
        if beside is None:
            con = duckdb.connect(str(path), config={"autoinstall_known_extensions": False})
        else:
            con, name = beside.cursor(), f"state_{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]}"
            con.execute(f"ATTACH {_literal(path)} AS {name}")
            con.execute(f"USE {name}")
    except duckdb.Error as error:
        raise _refused(path, error) from error
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET enable_progress_bar = false")
    # a batch is durable once it is in the log; folding the log into the file costs more than a batch
    con.execute("SET checkpoint_threshold = '256MB'")
    return con


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _refused(path: Path, error: duckdb.Error) -> AlertError:
    if "set lock on file" in str(error):
        holder = _HOLDER.search(str(error))
        seen = f"rules state {path} is held by another process" + (f" ({holder[0]})" if holder else "")
        return AlertError(
            seen, "wanted a file no other process holds", "wait for the other run, or give another state directory"
        )
    return AlertError(
        f"rules state {path}: {str(error).splitlines()[0]}",
        "wanted a state file of the rules engine",
        "move the file away to start fresh, or restore a backup",
    )


def _fingerprint(con: Any, path: Path) -> str | None:
    """The fingerprint in the file; None when it is new. A file of someone else raises ``AlertError``."""
    tables = {name for (name,) in con.execute(_TABLE_NAMES).fetchall()}
    if not tables:
        return None
    rows = con.execute("SELECT value FROM meta WHERE key = 'fingerprint'").fetchall() if set(_TABLES) <= tables else []
    if not rows:
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


def put(con: Any, name: str, table: pa.Table) -> None:
    """An Arrow table as a temporary table of the connection, in place of one of that name."""
    con.register("arriving", table)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM arriving")
    con.unregister("arriving")
