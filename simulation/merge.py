"""All cells' records of a day put together and written, day after day; memory is bounded by one day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from features.events.schema import TABLES, Kind
from simulation import devices, logins
from simulation.events import Accounts, DayTables
from simulation.ids import digits, looked_up, shuffled
from simulation.numbering import OrderNumbers
from simulation.orders import HEDGES
from simulation.spill import KINDS, Records, read_day
from simulation.world import Market
from simulation.writer import DailyFile, decimals, moments, named

DAILY = ("orders", "trades", "logins", "cash_flows", "account_days", "positions")


def merge(
    market: Market, accounts: Accounts, spills: Sequence[Path], out: Path, progress: Callable[[float], None]
) -> dict[str, int]:
    """Write the daily tables from the cells' spills, given in order of cells; answers their rows."""
    files = {name: DailyFile(out, TABLES[name]) for name in DAILY}
    numbers = OrderNumbers()
    try:
        for day in range(len(market.days)):
            records = {kind: read_day(spills, kind, day) for kind in KINDS}
            tables = DayTables(market, day, records["orders"], accounts, numbers)
            files["orders"].add(tables.orders())
            files["trades"].add(tables.trades())
            for name, write in _WRITERS.items():
                files[name].add(_dated(market, day, len(records[name])) | write(market, records[name]))
            progress((day + 1) / len(market.days))
    finally:
        for file in files.values():
            file.close()
    return {name: file.rows for name, file in files.items()}


def _dated(market: Market, day: int, count: int) -> dict[str, Any]:
    return {"trading_day": np.full(count, market.days[day], dtype="datetime64[D]")}


def _logins(market: Market, rows: Records) -> dict[str, Any]:
    rows.sort(order=("time", "account", "event", "machine"))
    unseen, seed = rows["machine"] < 0, market.seed
    return {
        "event_time": moments(rows["time"]),
        "account_id": digits("A", rows["account"], 7),
        "event": named(rows["event"], logins.EVENTS),
        "ip": looked_up(rows["machine"], lambda m: devices.ips(m, seed), null=unseen),
        "mac": looked_up(rows["machine"], lambda m: devices.macs(m, seed), null=unseen),
        "app_id": named(rows["app"], [f"app-{n}" for n in range(logins.APPS)]),
        "via_relay": rows["relay"],
    }


def _cash_flows(market: Market, rows: Records) -> dict[str, Any]:
    rows.sort(order=("time", "account", "amount"))
    return {
        "event_time": moments(rows["time"]),
        "account_id": digits("A", rows["account"], 7),
        "direction": named((rows["amount"] < 0).astype(np.int8), ("deposit", "withdrawal")),
        "amount": decimals(abs(rows["amount"]), Kind.MONEY),
        "bank_account": digits("62", shuffled(rows["bank"], 46, market.seed), 14),
        "cross_border": rows["cross_border"],
    }


def _account_days(_: Market, rows: Records) -> dict[str, Any]:
    rows = rows[np.argsort(rows["account"])]
    columns = ("equity", "margin", "net_pnl", "fee", "exchange_fee")
    money = {name: decimals(rows[name], Kind.MONEY) for name in columns}
    return {"account_id": digits("A", rows["account"], 7), **money}


def _positions(market: Market, rows: Records) -> dict[str, Any]:
    rows = rows[np.lexsort((rows["hedge"], rows["short"], rows["contract"], rows["account"]))]
    return {
        "account_id": digits("A", rows["account"], 7),
        "exchange": named(rows["contract"], [c.exchange for c in market.contracts]),
        "contract": named(rows["contract"], [c.code for c in market.contracts]),
        "side": named(rows["short"].astype(np.int8), ("long", "short")),
        "hedge": named(rows["hedge"], HEDGES),
        "volume": rows["volume"],
    }


_WRITERS: dict[str, Callable[[Market, Records], dict[str, Any]]] = {
    "logins": _logins,
    "cash_flows": _cash_flows,
    "account_days": _account_days,
    "positions": _positions,
}
