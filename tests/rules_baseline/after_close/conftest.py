"""A closed market by hand: rows of any raw table, loaded through the real loader and screened by the real screens."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.events.load import load_events
from rules_baseline.after_close.catalogue import after_close_screens
from rules_baseline.after_close.choices import load_choices
from rules_baseline.after_close.run import run_screens
from rules_baseline.batches import arrow_schema

DAYS = [date(2026, 3, 2) + timedelta(days=n) for n in range(30)]
PLACE = {"exchange": "SHFE", "contract": "cu2605"}
LONG_AGO = date(2010, 1, 1)
DEFAULTS: dict[str, dict[str, Any]] = {
    "contracts": {
        **PLACE,
        "product": "cu",
        "kind": "future",
        "multiplier": Decimal(10),
        "tick": Decimal(1),
        "max_order_volume": 500,
        "has_order_fee": False,
        "valid_from": LONG_AGO,
    },
    "contract_days": {**PLACE, "settlement_price": Decimal(100)},
    "control_groups": {"declared": True, "valid_from": LONG_AGO},
    "position_limits": {**PLACE, "valid_from": LONG_AGO},
    "orders": {
        **PLACE,
        "event": "accepted",
        "side": "buy",
        "offset": "open",
        "hedge": "speculation",
        "order_type": "limit",
        "time_in_force": "GFD",
        "price": Decimal(100),
        "volume": 1,
    },
    "trades": {**PLACE, "offset": "open", "hedge": "speculation", "price": Decimal(100), "volume": 1},
    "logins": {"event": "login", "via_relay": False},
    "cash_flows": {"direction": "deposit", "cross_border": False},
    "account_days": {
        "equity": Decimal(1_000_000),
        "margin": Decimal(0),
        "net_pnl": Decimal(0),
        "fee": Decimal(0),
        "exchange_fee": Decimal(0),
    },
    "positions": {**PLACE, "side": "long", "hedge": "speculation"},
}


@dataclass
class Book:
    """Rows of raw tables; a table that nothing was added to is not written, bar the three required ones."""

    tables: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {"contracts": [], "orders": [], "trades": []}
    )
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.add("contracts")

    def add(self, table: str, **row: Any) -> Book:
        self.tables.setdefault(table, []).append({**DEFAULTS[table], **row})
        return self

    def calendar(self, days: int, **row: Any) -> Book:
        """Settlements of the first ``days`` days, so that they are the trading days."""
        for day in DAYS[:days]:
            self.add("contract_days", trading_day=day, **row)
        return self

    def at(self, table: str, account: str, day: int = 0, seconds: float = 0, **row: Any) -> Book:
        """An event of an account, so many seconds after 09:00 in Shanghai."""
        number = f"{next(self._numbers):06d}"
        ids = {"orders": {"order_id": f"o{number}"}, "trades": {"order_id": f"o{number}", "trade_id": f"t{number}"}}
        moment = datetime.combine(DAYS[day], time(1)) + timedelta(seconds=seconds)
        dated = {"event_time": moment, "trading_day": DAYS[day], "account_id": account}
        return self.add(table, **{**dated, **ids.get(table, {}), **row})

    def match(self, buyer: str, seller: str, day: int = 0, seconds: float = 0, **row: Any) -> Book:
        """Both sides of one match."""
        row = {"trade_id": f"m{next(self._numbers):06d}", **row}
        self.at("trades", buyer, day, seconds, side="buy", **row)
        return self.at("trades", seller, day, seconds, side="sell", **row)

    def write(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in self.tables.items():
            pq.write_table(pa.Table.from_pylist(rows, schema=arrow_schema(name)), folder / f"{name}.parquet")
        return folder


@dataclass(frozen=True)
class Said:
    """What the screens said."""

    alerts: list[Any]
    findings: list[dict[str, Any]]

    def hits(self, day: int | None = None) -> list[tuple[str, float | None]]:
        """(subject, measured) of every alert, of one day where asked, in file order."""
        days = DAYS if day is None else [DAYS[day]]
        return [(alert.subject_id, alert.measured) for alert in self.alerts if alert.trading_day in days]

    def answer(self, subject: str, day: int = 0, contract: str | None = None) -> tuple[str, str]:
        """(answer, reason) of the one finding of a subject and day."""
        found = [
            row
            for row in self.findings
            if (row["subject_id"], row["trading_day"]) == (subject, DAYS[day]) and contract in (None, row["contract"])
        ]
        assert len(found) == 1, found
        return found[0]["answer"], found[0]["reason"]

    def evidence(self, number: int = -1) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.alerts[number].evidence)
        return found


Screen = Callable[..., Said]


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def screen(tmp_path: Path) -> Screen:
    """Run some screens over a book."""
    screens = {one.id: one for one in after_close_screens()}
    numbers = itertools.count()

    def run(book: Book, *ids: str, parameters: Path | None = None, **options: Any) -> Said:
        wanted = [screens[name] for name in ids] or list(screens.values())
        folder = book.write(tmp_path / f"events{next(numbers)}")
        choices = load_choices(screens.values(), parameters)
        with load_events(folder, pseudonym_key=b"0" * 32) as events:
            done = run_screens(events, wanted, choices, version="v", **options)
        return Said(done.alerts, done.findings.to_pylist())

    return run
