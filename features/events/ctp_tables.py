"""What was made of CTP records as raw tables: accounts for codes, devices in one spelling, relays, one fixed order."""

# The SQL below is put together from quoted names and literals only.
# ruff: noqa: S608

from __future__ import annotations

from pathlib import Path
from typing import Any

from features.events.ctp_accounts import account_of
from features.events.ctp_config import CtpConfig
from features.events.ctp_devices import ip_of, mac_of, relayed
from features.events.schema import LOGINS, ORDERS, TRADES, Table
from features.events.sql import ident, literal, literals

SORTED = {
    "orders": "event_time, seq, exchange, contract, order_id, event",
    "trades": "event_time, seq, exchange, contract, trade_id, side, order_id",
    "logins": "event_time, account_id, event, ip, mac, app_id",
}
_ROW_GROUP = 122_880


def create_tables(db: Any, config: CtpConfig, *, logins: bool) -> None:
    """Make the raw tables `orders`, `trades` and (where there were sessions) `logins` of ``orders_made`` and so on."""
    db.execute(f"CREATE OR REPLACE TABLE ctp_relays AS {_relay_sessions(config, logins)}")
    _devices(db, "orders_made", *(("logins_made",) if logins else ()))
    relay = relayed(config.relay, "i.plain", "r.product", "r.login")
    known = f"CASE WHEN i.plain IS NULL AND m.plain IS NULL THEN NULL ELSE {relay} OR s.login IS NOT NULL END"
    via = known if config.relay.known else "NULL"
    extra = {
        "account_id": account_of(config, "r.client", "r.investor"),
        "ip": "i.plain",
        "mac": "m.plain",
        "via_relay": via,
    }
    db.execute(_select(ORDERS, "orders_made", extra, devices=True))
    none = {"account_id": account_of(config, "r.client", "r.investor"), "fee": "NULL", "exchange_fee": "NULL"}
    db.execute(_select(TRADES, "trades_made", none, devices=False))
    if logins:
        via = f"{relayed(config.relay, 'i.plain', 'r.app_id', 'r.login')} OR s.login IS NOT NULL"
        extra = {"account_id": account_of(config, "r.login"), "ip": "i.plain", "mac": "m.plain", "via_relay": via}
        db.execute(_select(LOGINS, "logins_made", extra, devices=True))


def write_tables(db: Any, out: Path, names: tuple[str, ...]) -> dict[str, int]:
    """Write tables as parquet, rows in one fixed order: the same rows give the same bytes. Answers rows by table."""
    written = {}
    for name in names:
        order = SORTED.get(name, "ALL")
        rows = f"SELECT * FROM {ident(name)} ORDER BY {order}"
        write_parquet(db, rows, out / f"{name}.parquet")
        written[name] = int(db.execute(f"SELECT count(*) FROM {ident(name)}").fetchall()[0][0])
    return written


def write_parquet(db: Any, rows: str, file: Path) -> None:
    """Write the rows of a query."""
    db.execute(f"COPY ({rows}) TO {literal(str(file))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROW_GROUP})")


def _relay_sessions(config: CtpConfig, logins: bool) -> str:
    """Sessions opened by a relay's AppID: orders do not carry the AppID, but the session they came by."""
    nothing = (
        "SELECT CAST(NULL AS VARCHAR) AS login, NULL::DATE AS day, NULL::VARCHAR AS front, NULL::VARCHAR AS session"
    )
    if not logins or not config.relay.app_ids:
        return f"{nothing} LIMIT 0"
    return (
        "SELECT DISTINCT login, trading_day AS day, front, session FROM logins_made "
        f"WHERE app_id IN ({literals(config.relay.app_ids)}) AND front IS NOT NULL AND session IS NOT NULL"
    )


def _devices(db: Any, *tables: str) -> None:
    """Tables ``ctp_ips`` and ``ctp_macs``: every spelling and the one we keep, each worked out once."""
    for name, column, plain in (("ctp_ips", "ip", ip_of("seen")), ("ctp_macs", "mac", mac_of("seen"))):
        seen = " UNION ".join(f"SELECT DISTINCT {column} AS seen FROM {table}" for table in tables)
        db.execute(
            f"CREATE OR REPLACE TABLE {name} AS SELECT seen, {plain} AS plain FROM ({seen}) WHERE seen IS NOT NULL"
        )


def _select(table: Table, made: str, expressions: dict[str, str], *, devices: bool) -> str:
    columns = ", ".join(
        f"CAST({expressions.get(c.name, 'r.' + ident(c.name))} AS {c.kind.value}) AS {ident(c.name)}"
        for c in table.columns
    )
    joins = (
        " LEFT JOIN ctp_ips AS i ON i.seen = r.ip LEFT JOIN ctp_macs AS m ON m.seen = r.mac LEFT JOIN ctp_relays AS s "
        "ON s.login = r.login AND s.day = r.trading_day AND s.front = r.front AND s.session = r.session"
    )
    return f"CREATE OR REPLACE TABLE {ident(table.name)} AS SELECT {columns} FROM {made} AS r{joins if devices else ''}"
