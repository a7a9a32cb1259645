"""A small synthetic market by hand, and ways to run it through the real engine."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rules_baseline.batches import Batch, arrow_schema
from rules_baseline.catalogue import intraday_rules
from rules_baseline.engine import RulesEngine
from rules_baseline.limits import Limits, load_limits
from rules_baseline.statement import Statement, compile_rules

DAY = date(2026, 3, 2)
MEMBERS = pa.schema(
    [("account_id", pa.string()), ("group_id", pa.string()), ("valid_from", pa.date32()), ("valid_to", pa.date32())]
)
CONTRACTS = {  # exchange -> an everyday contract of it
    "SHFE": ("cu2605", "future"),
    "INE": ("sc2605", "future"),
    "DCE": ("m2605", "future"),
    "CZCE": ("SR605", "future"),
    "CFFEX": ("IF2605", "index_future"),
    "GFEX": ("si2605", "future"),
}


def contract_row(exchange: str = "SHFE", **changes: Any) -> dict[str, Any]:
    name, kind = CONTRACTS[exchange]
    row = {
        "exchange": exchange,
        "contract": name,
        "product": name[:2],
        "kind": kind,
        "multiplier": Decimal(10),
        "tick": Decimal(1),
        "max_order_volume": 500,
        "has_order_fee": False,
        "option_month": None,
        "valid_from": date(2010, 1, 1),
        "valid_to": None,
    }
    return {**row, **changes}


@dataclass
class Market:
    """Rows of the raw tables; ``at`` counts microseconds from 09:00 in Shanghai."""

    orders: list[dict[str, Any]] = field(default_factory=list)
    trades: list[dict[str, Any]] = field(default_factory=list)
    contracts: list[dict[str, Any]] = field(default_factory=lambda: [contract_row(name) for name in CONTRACTS])
    members: list[dict[str, Any]] = field(default_factory=list)
    contract_days: list[dict[str, Any]] = field(default_factory=list)
    opening_limits: list[dict[str, Any]] = field(default_factory=list)
    accounts: list[dict[str, Any]] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)  # tables that were not given
    notices: list[dict[str, Any]] = field(default_factory=list)
    alerts: list[dict[str, Any]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def order(self, account: str = "A1", *, at: int | None = None, day: date = DAY, **changes: Any) -> None:
        number = next(self._numbers)
        exchange = changes.get("exchange", "SHFE")
        row = {
            "event_time": moment(day, number if at is None else at),
            "trading_day": day,
            "exchange": exchange,
            "contract": CONTRACTS[exchange][0],
            "account_id": account,
            "order_id": f"o{number:06d}",
            "event": "cancelled",
            "side": "buy",
            "offset": "open",
            "hedge": "speculation",
            "order_type": "limit",
            "time_in_force": "GFD",
            "price": Decimal(100),
            "volume": 1,
            "cancelled_by": "client",
            "ip": None,
            "mac": None,
            "via_relay": None,
            "seq": None,
        }
        self.orders.append({**row, **changes})

    def trade(
        self, account: str, side: str, trade_id: str, *, at: int | None = None, day: date = DAY, **changes: Any
    ) -> None:
        number = next(self._numbers)
        exchange = changes.get("exchange", "SHFE")
        row = {
            "event_time": moment(day, number if at is None else at),
            "trading_day": day,
            "exchange": exchange,
            "contract": CONTRACTS[exchange][0],
            "account_id": account,
            "trade_id": trade_id,
            "order_id": f"o{number:06d}",
            "side": side,
            "offset": "open",
            "hedge": "speculation",
            "price": Decimal(100),
            "volume": 1,
            "fee": None,
            "exchange_fee": None,
            "seq": None,
        }
        self.trades.append({**row, **changes})

    def match(self, buyer: str, seller: str, trade_id: str, *, at: int | None = None, **changes: Any) -> None:
        self.trade(buyer, "buy", trade_id, at=at, **changes)
        self.trade(seller, "sell", trade_id, at=at, **changes)

    def member(self, group: str, *accounts: str, begins: date = date(2020, 1, 1), ends: date | None = None) -> None:
        for account in accounts:
            self.members.append({"account_id": account, "group_id": group, "valid_from": begins, "valid_to": ends})

    def opening_limit(self, scope: str, key: str, limit: int, exchange: str = "CFFEX", **changes: Any) -> None:
        row = {"exchange": exchange, "scope": scope, "key": key, "limit": limit, "valid_from": date(2010, 1, 1)}
        self.opening_limits.append({**row, "valid_to": None, **changes})

    def contract_day(self, exchange: str = "CZCE", *, day: date = DAY, **changes: Any) -> None:
        row = {"trading_day": day, "exchange": exchange, "contract": CONTRACTS[exchange][0]}
        prices = {"settlement_price": Decimal(100), "upper_limit": Decimal(110), "lower_limit": Decimal(90)}
        self.contract_days.append({**row, **prices, "high_price": Decimal(110), "low_price": Decimal(90), **changes})

    def account(self, account_id: str, *, programmatic: bool = True, **changes: Any) -> None:
        row = {"account_id": account_id, "account_type": "individual", "branch": "b", "channel": "direct"}
        flags = {"is_employee": False, "is_programmatic": programmatic, "is_market_maker": False}
        dates = {"opened_on": date(2020, 1, 1), "valid_from": date(2020, 1, 1), "valid_to": None}
        self.accounts.append({**row, **flags, **dates, "name": None, **changes})

    def batches(self, edges: Sequence[datetime] = ()) -> list[Batch]:
        """Batches that end at (and include) each edge, and the rest."""
        found, before = [], datetime(1, 1, 1)  # noqa: DTZ001 -- instants are UTC without zone
        for number, edge in enumerate([*edges, datetime(9999, 1, 1)], start=1):  # noqa: DTZ001
            tables = {}
            for name, rows in (("orders", self.orders), ("trades", self.trades)):
                part = [row for row in rows if before < row["event_time"] <= edge]
                tables[name] = pa.Table.from_pylist(part, schema=arrow_schema(name))
            found.append(Batch(number, tables["orders"], tables["trades"]))
            before = edge
        return found

    def reference(self) -> dict[str, pa.Table]:
        names = ("contracts", "notices", "alerts", "contract_days", "opening_limits", "accounts")
        tables = {name: pa.Table.from_pylist(getattr(self, name), schema=arrow_schema(name)) for name in names}
        tables["memberships"] = pa.Table.from_pylist(self.members, schema=MEMBERS)
        return {name: table for name, table in tables.items() if name not in self.missing}

    def write(self, folder: Path) -> Path:
        """As a folder of raw tables."""
        folder.mkdir(parents=True, exist_ok=True)
        groups = [{**row, "declared": True} for row in self.members]
        tables = {
            **{n: getattr(self, n) for n in ("orders", "trades", "contracts", "notices")},
            **{n: getattr(self, n) for n in ("contract_days", "opening_limits", "accounts")},
            "control_groups": groups,
        }
        tables = {name: rows for name, rows in tables.items() if name not in self.missing}
        for name, rows in tables.items():
            pq.write_table(pa.Table.from_pylist(rows, schema=arrow_schema(name)), folder / f"{name}.parquet")
        return folder


def moment(day: date, at: int) -> datetime:
    return datetime.combine(day, time(1)) + timedelta(microseconds=at)


@dataclass
class Ran:
    """What the engine said."""

    alerts: list[Any]
    findings: list[dict[str, Any]]
    counters: list[dict[str, Any]]
    corrections: list[dict[str, Any]]
    late_rows: int

    def of(self, rule_id: str) -> list[tuple[str, str, float, float]]:
        """(level, subject, measured, threshold) of a rule's alerts, in file order."""
        return [(a.level, a.subject_id, a.measured, a.threshold) for a in self.alerts if a.rule_id == rule_id]

    def finding(self, rule_id: str, subject: str = "A1") -> tuple[str, float, str]:
        """(answer, day_total, reason) of the one finding of a rule and subject."""
        [row] = [f for f in self.findings if f["rule_id"] == rule_id and f["subject_id"] == subject]
        return row["answer"], row["day_total"], row["reason"]


@pytest.fixture
def market() -> Market:
    return Market()


@pytest.fixture
def new_market() -> Callable[[], Market]:
    return Market


@pytest.fixture
def new_contract() -> Callable[..., dict[str, Any]]:
    return contract_row


@pytest.fixture(scope="session")
def statement() -> Statement:
    return compile_rules(intraday_rules())


@pytest.fixture(scope="session")
def shipped_limits() -> Limits:
    return load_limits(intraday_rules())


@pytest.fixture
def open_engine(statement: Statement, shipped_limits: Limits) -> Callable[..., RulesEngine]:
    rules = intraday_rules()

    def opened(
        market: Market, state: Path, *, parameters: Path | None = None, fingerprint: str = "test", **options: Any
    ) -> RulesEngine:
        return RulesEngine(
            state,
            rules=rules,
            limits=shipped_limits if parameters is None else load_limits(rules, parameters),
            reference=market.reference(),
            fingerprint=fingerprint,
            statement=statement,
            **options,
        )

    return opened


@pytest.fixture
def run(tmp_path: Path, open_engine: Callable[..., RulesEngine]) -> Callable[..., Ran]:
    """Run a market: one batch, batches that end at ``edges``, or the ``batches`` given."""
    numbers = itertools.count()

    def ran(market: Market, edges: Sequence[datetime] = (), batches: list[Batch] | None = None, **options: Any) -> Ran:
        engine = open_engine(market, tmp_path / f"state{next(numbers)}", **options)
        emitted = []
        for batch in market.batches(edges) if batches is None else batches:
            emitted += engine.process(batch)
        alerts = engine.alerts()
        assert sorted(a.alert_id for a in emitted) == sorted(a.alert_id for a in alerts)
        found = Ran(
            alerts,
            engine.findings().to_pylist(),
            engine.counters().to_pylist(),
            engine.corrections().to_pylist(),
            engine.late_rows,
        )
        engine.close()
        return found

    return ran
