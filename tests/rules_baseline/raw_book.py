"""A closed market by hand: rows of any raw table with everyday values, written as the loader reads them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from rules_baseline.batches import arrow_schema

DAYS = [date(2026, 3, 2) + timedelta(days=n) for n in range(30)]
PLACE = {"exchange": "SHFE", "contract": "cu2605"}
LONG_AGO = date(2010, 1, 1)
DEFAULTS: dict[str, dict[str, Any]] = {
    "contracts": {**PLACE, "product": "cu", "kind": "future", "multiplier": Decimal(10), "tick": Decimal(1),
                  "max_order_volume": 500, "has_order_fee": False, "valid_from": LONG_AGO},
    "contract_days": {**PLACE, "settlement_price": Decimal(100)},
    "control_groups": {"declared": True, "valid_from": LONG_AGO},
    "position_limits": {**PLACE, "valid_from": LONG_AGO},
    "orders": {**PLACE, "event": "accepted", "side": "buy", "offset": "open", "hedge": "speculation",
               "order_type": "limit", "time_in_force": "GFD", "price": Decimal(100), "volume": 1},
    "trades": {**PLACE, "side": "buy", "offset": "open", "hedge": "speculation", "price": Decimal(100), "volume": 1},
    "logins": {"event": "login", "via_relay": False},
    "cash_flows": {"direction": "deposit", "cross_border": False},
    "account_days": {"equity": Decimal(1_000_000), "margin": Decimal(0), "net_pnl": Decimal(0), "fee": Decimal(0),
                     "exchange_fee": Decimal(0)},
    "positions": {**PLACE, "side": "long", "hedge": "speculation"},
    "accounts": {"account_type": "individual", "branch": "b", "channel": "direct", "is_employee": False,
                 "is_programmatic": False, "is_market_maker": False, "opened_on": LONG_AGO, "valid_from": LONG_AGO},
}  # fmt: skip


@dataclass
class RawBook:
    """Rows of raw tables; a table that nothing was added to is not written, bar the three required ones."""

    tables: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {"contracts": [DEFAULTS["contracts"]], "orders": [], "trades": []}
    )
    absent: set[str] = field(default_factory=set)  # columns left out altogether, ``logins.mac``
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def add(self, table: str, **row: Any) -> Self:
        self.tables.setdefault(table, []).append({**DEFAULTS[table], **row})
        return self

    def calendar(self, days: int, **row: Any) -> Self:
        """Settlements of the first ``days`` days, so that they are the trading days."""
        for day in DAYS[:days]:
            self.add("contract_days", trading_day=day, **row)
        return self

    def event(self, table: str, account: str, day: int, moment: datetime, **row: Any) -> Self:
        """An event of an account, with ids of its own."""
        number = f"{next(self._numbers):06d}"
        ids = {"orders": {"order_id": f"o{number}"}, "trades": {"order_id": f"o{number}", "trade_id": f"t{number}"}}
        dated = {"event_time": moment, "trading_day": DAYS[day], "account_id": account}
        return self.add(table, **{**dated, **ids.get(table, {}), **row})

    def write(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in self.tables.items():
            schema = pa.schema([one for one in arrow_schema(name) if f"{name}.{one.name}" not in self.absent])
            pq.write_table(pa.Table.from_pylist(rows, schema=schema), folder / f"{name}.parquet")
        return folder
