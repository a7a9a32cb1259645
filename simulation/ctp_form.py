"""Raw tables in, the same market as CTP (上期技术) records out: what `alertgrade import ctp` reads."""

# The SQL below is put together from names of ours only.
# ruff: noqa: S608

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import duckdb
import yaml

from features.events.schema import TABLES
from features.events.sql import literal
from simulation.ctp_messages import OPERATOR, ORDERS, SESSIONS, STEPS, TRADES

_FROM_RECORDS = ("orders", "trades", "logins")


def write_ctp(events_dir: Path, out: Path) -> dict[str, int]:
    """Write the raw tables of ``events_dir`` (parquet, as `simulate` writes them) as CTP records into folder ``out``.

    ``orders.csv`` and ``trades.csv`` hold every message of the market, as a counter sends them: several an order,
    and on every third day those of the morning once more after a pretended restart, under other session numbers.
    Logins become ``sessions.csv``, relays and the broker's own user ``ctp.yaml``; the other tables are copied. The same
    tables give the same bytes. Answers the records written by file.
    """
    out.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False}) as db:
        db.execute("SET TimeZone = 'UTC'")
        db.execute("SET enable_progress_bar = false")
        given = [name for name in TABLES if (events_dir / f"{name}.parquet").exists()]
        for name in _FROM_RECORDS:
            file = events_dir / f"{name}.parquet"
            if name in given:
                db.execute(f"CREATE VIEW {name} AS FROM read_parquet({literal(str(file))})")
        db.execute(STEPS)
        written = {"orders": _write(db, ORDERS, out / "orders.csv"), "trades": _write(db, TRADES, out / "trades.csv")}
        if "logins" in given:
            written["sessions"] = _write(db, SESSIONS, out / "sessions.csv")
        told = {"relay": _relays(db, "logins" in given), "broker_users": [OPERATOR]}
        (out / "ctp.yaml").write_text(yaml.safe_dump(told), encoding="utf-8")
    for name in given:
        if name not in _FROM_RECORDS:
            shutil.copyfile(events_dir / f"{name}.parquet", out / f"{name}.parquet")
    return written


def _write(db: Any, rows: str, file: Path) -> int:
    found = db.execute(f"COPY ({rows}) TO {literal(str(file))} (FORMAT csv, HEADER true)").fetchall()
    return int(found[0][0])


def _relays(db: Any, logins: bool) -> dict[str, list[str]]:
    """Addresses that only relays have, and users who come by a relay alone."""
    columns = "account_id, ip, via_relay"
    seen = f"SELECT {columns} FROM orders" + (f" UNION ALL SELECT {columns} FROM logins" if logins else "")

    def always(column: str) -> list[str]:
        sql = (
            f"SELECT {column} FROM ({seen}) WHERE {column} IS NOT NULL AND via_relay IS NOT NULL "
            f"GROUP BY 1 HAVING bool_and(via_relay) ORDER BY 1"
        )
        return [str(value) for (value,) in db.execute(sql).fetchall()]

    return {"ips": always("ip"), "users": always("account_id")}
