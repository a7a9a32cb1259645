"""Raw tables given row by row: what a test says is there, everything else is plain."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path

import pandas as pd

from features.build import build
from features.events.events import Events
from features.events.load import load_events
from features.events.schema import TABLES
from features.store import OfflineAndOnlineStore

KEY = b"k" * 32
_PART = {"exchange": "SHFE", "contract": "cu2605", "side": "buy", "offset": "open", "hedge": "speculation"}
_DEFAULTS: dict[str, dict[str, object]] = {
    "orders": {**_PART, "event": "accepted", "order_type": "limit", "time_in_force": "GFD", "price": 100, "volume": 1},
    "trades": {**_PART, "order_id": "O", "price": 100, "volume": 1},
    "logins": {"event": "login", "via_relay": False},
    "alerts": {"rule_id": "self_trade", "level": "breach", "subject_type": "account"},
    "dispositions": {"rule_id": "self_trade", "outcome": "no_action", "decided_by": "r1"},
    "control_groups": {"declared": True, "valid_from": "2020-01-01"},
    "notices": {"exchange": "SHFE", "rule_id": "self_trade", "occurrence": 1},
    "contract_days": {"exchange": "SHFE", "contract": "cu2605", "settlement_price": 100},
    "cash_flows": {"direction": "deposit", "amount": 100, "cross_border": False},
    "account_days": {"equity": 1000, "margin": 0, "net_pnl": 0, "fee": 0, "exchange_fee": 0},
    "positions": {"exchange": "SHFE", "contract": "cu2605", "side": "long", "hedge": "speculation", "volume": 1},
    "position_limits": {"exchange": "SHFE", "contract": "cu2605", "limit": 10, "valid_from": "2020-01-01"},
    "accounts": {
        "account_type": "individual",
        "branch": "B1",
        "channel": "direct",
        "is_employee": False,
        "is_programmatic": False,
        "is_market_maker": False,
        "opened_on": "2020-01-01",
        "valid_from": "2020-01-01",
    },
    "contracts": {
        "exchange": "SHFE",
        "contract": "cu2605",
        "product": "cu",
        "kind": "future",
        "multiplier": 5,
        "tick": 1,
        "has_order_fee": True,
        "valid_from": "2020-01-01",
    },
}
_INSTANTS = dict.fromkeys(("orders", "trades", "logins", "cash_flows"), "event_time")
_INSTANTS |= {"alerts": "triggered_at", "notices": "received_at"}
_IDS = {"orders": "order_id", "trades": "trade_id", "alerts": "alert_id", "dispositions": "alert_id"}


class RawTables:
    """Raw tables given row by row: what a test does not say takes a plain value; ids run on by themselves."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: dict[str, list[dict[str, object]]] = {"contracts": [], "orders": [], "trades": []}
        self.account = "A1"
        self.add("contracts")

    def of(self, account: str) -> RawTables:
        """Add the following rows to this account."""
        self.account = account
        return self

    def give(self, *tables: str) -> RawTables:
        """Give tables without a row."""
        for table in tables:
            self.rows.setdefault(table, [])
        return self

    def calendar(self, days: list[date]) -> RawTables:
        """Make these days trading days, whoever trades on them."""
        for day in days:
            self.add("contract_days", trading_day=day)
        return self

    def add(self, table: str, day: date | None = None, at: datetime | None = None, **row: object) -> RawTables:
        """Add a row; ``at`` is its instant (10:00 Asia/Shanghai of ``day`` where not said)."""
        full = dict(_DEFAULTS[table])
        if "account_id" in TABLES[table].column_names:
            full["account_id"] = row.get("account_id", self.account)
        if day is not None:
            full["trading_day"] = day
            at = at or (datetime.combine(day, time(2), UTC) if table in _INSTANTS else None)
        if at is not None:
            full[_INSTANTS.get(table, "decided_at")] = at
        if table in _IDS:
            full[_IDS[table]] = f"{table}{len(self.rows.get(table, []))}"
        if table == "notices":
            full["subject_id"] = self.account
        if table == "alerts":
            full["subject_id"] = full["account_id"]
        if table == "dispositions":
            full["alerted_at"] = datetime(2020, 1, 1, tzinfo=UTC)
        self.rows.setdefault(table, []).append(full | row)
        return self

    def load(self) -> Events:
        """Write the tables as CSV and load them."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, rows in self.rows.items():
            text = [{c: v.isoformat() if isinstance(v, date) else v for c, v in row.items()} for row in rows]
            pd.DataFrame(text, columns=list(TABLES[name].column_names)).to_csv(self.folder / f"{name}.csv", index=False)
        events = load_events(self.folder, pseudonym_key=KEY)
        assert events.quarantine.count().execute() == 0, events.quarantine.execute().to_dict("records")
        return events

    def store(self) -> OfflineAndOnlineStore:
        """Load, build and apply: a feature store beside the tables."""
        folder = self.folder.with_name(self.folder.name + "-features")
        with self.load() as events:
            build(events, folder / "offline")
        store = OfflineAndOnlineStore(folder)
        store.apply()
        return store
