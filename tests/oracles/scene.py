"""A scene: one small story on its own contract and accounts, so that many scenes make one market."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from tests.oracles import rows
from tests.oracles.market import Market, Row

Seen = tuple[str, str, str, float | None]  # rule, level, subject within the scene, measured


class Scene:
    """``A`` is account ``<name>.A``; every row is a second after the one before unless told otherwise."""

    def __init__(
        self, name: str, exchange: str = "SHFE", day: date = rows.DAY, *, known: bool = True, **contract: Any
    ) -> None:
        self.name, self.exchange, self.day = name, exchange, day
        self.contract = f"{name}2605"
        self.clock = rows.at(0, day)
        self.number = 0
        self.tables: dict[str, list[Row]] = defaultdict(list)
        self.expected: set[Seen] = set()
        self.rules: set[str] = set()
        if known:
            self.add("contracts", rows.contract(exchange, **{"contract": self.contract, "product": name, **contract}))

    def add(self, table: str, *new: Row) -> Scene:
        self.tables[table] += new
        return self

    def tweak(self, **contract: Any) -> Scene:
        """Other properties of its contract."""
        self.tables["contracts"][0].update(contract)
        return self

    def twice(self) -> Scene:
        """The last order row again, exactly."""
        return self.add("orders", dict(self.tables["orders"][-1]))

    def who(self, account: str) -> str:
        return f"{self.name}.{account}"

    def tick(self, seconds: float = 1) -> datetime:
        self.number += 1
        self.clock += timedelta(seconds=seconds)
        return self.clock

    def _place(self, changes: dict[str, Any]) -> dict[str, Any]:
        return {"exchange": self.exchange, "contract": self.contract, "trading_day": self.day, **changes}

    def orders(self, count: int = 1, account: str = "A", every: float = 1, **changes: Any) -> Scene:
        """Cancels, or what ``event`` says, each of an order of its own."""
        for _ in range(count):
            moment = self.tick(every)
            changed = self._place({"order_id": f"{self.name}{self.number:06d}", **changes})
            moment = changed.pop("at", moment)
            order_id = changed.pop("order_id")
            self.add("orders", rows.order(self.who(account), order_id, moment, **changed))
        return self

    def trades(self, *legs: tuple[str, str], every: float = 1, **changes: Any) -> Scene:
        """One match of (account, side) rows, all at one moment."""
        moment = self.tick(every)
        trade_id = changes.pop("trade_id", f"{self.name}{self.number:06d}")
        for account, side in legs:
            self.add("trades", rows.trade(self.who(account), side, trade_id, moment, **self._place(changes)))
        return self

    def matches(self, count: int = 1, buyer: str = "A", seller: str = "A", **changes: Any) -> Scene:
        for _ in range(count):
            self.trades((buyer, "buy"), (seller, "sell"), **changes)
        return self

    def leg(self, account: str, side: str, trade_id: str, *, after: float = 1, **changes: Any) -> Scene:
        """One row of a match that is built row by row."""
        moment = self.tick(after)
        self.add(
            "trades", rows.trade(self.who(account), side, f"{self.name}{trade_id}", moment, **self._place(changes))
        )
        return self

    def group(self, *accounts: str, name: str = "G", **changes: Any) -> Scene:
        return self.add("control_groups", *(rows.member(self.who(name), self.who(a), **changes) for a in accounts))

    def says(self, rule: str, *alerts: tuple[str, str, float | None]) -> Scene:
        """What the rule raises in this scene, and nothing else: (level, subject, measured)."""
        self.rules.add(rule)
        self.expected |= {(rule, level, subject, measured) for level, subject, measured in alerts}
        return self

    def market(self) -> Market:
        return Market(dict(self.tables))


def together(scenes: Iterable[Scene]) -> Market:
    """All scenes as one market."""
    tables: dict[str, list[Row]] = defaultdict(list)
    for scene in scenes:
        for name, found in scene.tables.items():
            tables[name] += found
    return Market(tables)
