"""Rules of a folder run over a market by hand: rows of raw tables, loaded and judged by the real screens."""

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
import yaml

from features.events.load import load_events
from rules_baseline.after_close.choices import Choices
from rules_baseline.after_close.run import run_screens
from rules_baseline.batches import arrow_schema
from rules_baseline.custom.load import CustomPack, load_custom

DAYS = [date(2026, 3, 2) + timedelta(days=n) for n in range(30)]
PLACE = {"exchange": "SHFE", "contract": "cu2605"}
LONG_AGO = date(2010, 1, 1)
DEFAULTS: dict[str, dict[str, Any]] = {
    "contracts": {**PLACE, "product": "cu", "kind": "future", "multiplier": Decimal(10), "tick": Decimal(1),
                  "max_order_volume": 500, "has_order_fee": False, "valid_from": LONG_AGO},
    "contract_days": {**PLACE, "settlement_price": Decimal(100)},
    "orders": {**PLACE, "event": "accepted", "side": "buy", "offset": "open", "hedge": "speculation",
               "order_type": "limit", "time_in_force": "GFD", "price": Decimal(100), "volume": 1},
    "trades": {**PLACE, "side": "buy", "offset": "open", "hedge": "speculation", "price": Decimal(100), "volume": 1},
    "logins": {"event": "login", "via_relay": False},
    "cash_flows": {"direction": "deposit", "cross_border": False},
    "account_days": {"equity": Decimal(1000), "margin": Decimal(0), "net_pnl": Decimal(0), "fee": Decimal(0),
                     "exchange_fee": Decimal(0)},
    "accounts": {"account_type": "individual", "branch": "b", "channel": "direct", "is_employee": False,
                 "is_programmatic": False, "is_market_maker": False, "opened_on": LONG_AGO, "valid_from": LONG_AGO},
}  # fmt: skip
RULE: dict[str, Any] = {
    "id": "own_rule",
    "title_zh": "自定义",
    "title_en": "A rule of our own",
    "basis": "our book, 3.2",
    "author": "first line",
    "approver": "second line",
    "version": 1,
    "effective_from": date(2026, 1, 1),
    "population": "all",
}


@dataclass
class Book:
    """Rows of raw tables; a table that nothing was added to is not written, bar the required ones."""

    tables: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {"contracts": [DEFAULTS["contracts"]], "orders": [], "trades": []}
    )
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def add(self, table: str, **row: Any) -> Book:
        self.tables.setdefault(table, []).append({**DEFAULTS[table], **row})
        return self

    def calendar(self, days: int) -> Book:
        for day in DAYS[:days]:
            self.add("contract_days", trading_day=day)
        return self

    def at(
        self, table: str, account: str = "A", day: int = 0, clock: str = "09:00", times: int = 1, **row: Any
    ) -> Book:
        """Events of an account at a time on a clock in Shanghai."""
        for _ in range(times):
            number = f"{next(self._numbers):06d}"
            ids = {"orders": {"order_id": f"o{number}"}, "trades": {"order_id": f"o{number}", "trade_id": f"t{number}"}}
            moment = datetime.combine(DAYS[day], time.fromisoformat(clock)) - timedelta(hours=8)
            dated = {"event_time": moment, "trading_day": DAYS[day], "account_id": account}
            self.add(table, **{**dated, **ids.get(table, {}), **row})
        return self

    def day(self, account: str = "A", day: int = 0, **row: Any) -> Book:
        """A row of account_days."""
        return self.add("account_days", account_id=account, trading_day=DAYS[day], **row)

    def cancels(self, count: int, day: int = 0, account: str = "A", **row: Any) -> Book:
        return self.at("orders", account, day, times=count, event="cancelled", **row)

    def orders(self, count: int, day: int = 0, account: str = "A", **row: Any) -> Book:
        return self.at("orders", account, day, times=count, **row)

    def write(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in self.tables.items():
            pq.write_table(pa.Table.from_pylist(rows, schema=arrow_schema(name)), folder / f"{name}.parquet")
        return folder


@dataclass(frozen=True)
class Said:
    """What the rules said."""

    alerts: list[Any]
    findings: list[dict[str, Any]]

    def answers(self, day: int = 0) -> dict[str, str]:
        """Account (with its contract, where told by contract) -> answer, of one day."""
        return {
            row["subject_id"] + (f"/{row['contract']}" if row["contract"] else ""): row["answer"]
            for row in self.findings
            if row["trading_day"] == DAYS[day]
        }

    def reason(self, account: str = "A", day: int = 0) -> str:
        [found] = [r["reason"] for r in self.findings if (r["subject_id"], r["trading_day"]) == (account, DAYS[day])]
        return str(found)

    def evidence(self, number: int = -1) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.alerts[number].evidence)
        return found


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def days() -> list[date]:
    return DAYS


@pytest.fixture
def new_rule() -> Callable[..., dict[str, Any]]:
    """The mapping of a rule with a condition."""

    def made(conditions: dict[str, Any], **changes: Any) -> dict[str, Any]:
        return {**RULE, "conditions": conditions, **changes}

    return made


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """A folder with one YAML file of the rules given (mappings or text), and other files by name."""
    numbers = itertools.count()

    def made(rule: Any = None, **files: str) -> Path:
        home = tmp_path / f"rules{next(numbers)}"
        home.mkdir()
        if rule is not None:
            text = rule if isinstance(rule, str) else yaml.safe_dump(rule, allow_unicode=True, sort_keys=False)
            (home / "rule.yaml").write_text(text, encoding="utf-8")
        for name, text in files.items():
            (home / name.replace("__", ".")).write_text(text, encoding="utf-8")
        return home

    return made


@pytest.fixture
def judge(tmp_path: Path, folder: Callable[..., Path], new_rule: Callable[..., dict[str, Any]]) -> Callable[..., Said]:
    """Run a rule with one condition (a mapping), or several rules, over a book."""
    numbers = itertools.count()

    def run(book: Book, conditions: dict[str, Any] | None = None, home: Path | None = None, **changes: Any) -> Said:
        home = folder(new_rule(conditions or {}, **changes)) if home is None else home
        pack: CustomPack = load_custom(home, ())
        events = book.write(tmp_path / f"events{next(numbers)}")
        with load_events(events, pseudonym_key=b"0" * 32) as loaded:
            done = run_screens(loaded, pack.screens, Choices(pack.choices, ""), version="v")
        return Said(done.alerts, done.findings.to_pylist())

    return run
