"""Every stored feature of an account at an instant, in plain Python from raw rows and the catalogue's words alone.

Readings where the words leave a choice are named in the family's module. Of the whole: an alert of a trading day is
raised before the close of that day, so that its profile is that of the day, whatever the instant; a moment after the
end of the calendar belongs to the next weekday.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from features.availability import available_at
from features.catalogue import FAMILIES
from tests.features.oracle.cancelling import cancelling
from tests.features.oracle.funding import funding
from tests.features.oracle.history import history
from tests.features.oracle.holdings import holdings
from tests.features.oracle.intraday import intraday
from tests.features.oracle.logins import logins
from tests.features.oracle.market import Market
from tests.features.oracle.network import Network
from tests.features.oracle.numbers import Values
from tests.features.oracle.order_book import order_book
from tests.features.oracle.peers import BASES, peers
from tests.features.oracle.profile import profile
from tests.features.oracle.profit import profit
from tests.features.oracle.rows import Tables, read
from tests.features.oracle.strategy import strategy
from tests.features.oracle.trading import trading

DAILY: dict[str, Callable[[Market, str, date], Values]] = {
    "trading": trading,
    "cancelling": cancelling,
    "order_book": order_book,
    "profit": profit,
    "funding": funding,
    "holdings": holdings,
    "logins": logins,
    "history": history,
    "strategy": strategy,
}
OF_EVERYBODY = ("trading", "cancelling", "logins")  # families of the bases that peers are compared by


class Oracle:
    """The oracle of one market; a daily family of an account and day is worked out once."""

    def __init__(self, tables: Tables) -> None:
        self.market = Market(tables)
        self.accounts = self.market.accounts()
        self._daily: dict[tuple[str, str, date], Values] = {}
        self._networks: dict[date, Network] = {}
        self._bases: dict[date, dict[str, Values]] = {}
        self._trades: dict[date, Any] = {}

    @classmethod
    def of(cls, folder: Path) -> Oracle:
        """The oracle of a market folder of parquet files."""
        return cls(read(folder))

    def at(self, account: str, t: datetime, trading_day: date) -> Values:
        """Values at an instant (UTC) for an alert of a trading day."""
        found = {**profile(self.market, account, trading_day), **intraday(self.market, account, t, trading_day)}
        day = self.market.last_closed(t)
        for family in (*DAILY, "network", "peers"):
            found |= dict.fromkeys(FAMILIES.get(family, ())) if day is None else self.daily(family, account, day)
        return found

    def next_day(self, t: datetime) -> date:
        """The trading day an alert at ``t`` belongs to: the first one not yet closed, else the next weekday."""
        for day in self.market.calendar:
            if available_at(day) > t:
                return day
        last = self.market.calendar[-1]
        return last + timedelta(days=3 if last.weekday() == 4 else 1)

    def daily(self, family: str, account: str, day: date) -> Values:
        key = (family, account, day)
        if key not in self._daily:
            self._daily[key] = self._made(family, account, day)
        return self._daily[key]

    def _made(self, family: str, account: str, day: date) -> Values:
        if family == "network":
            if day not in self._networks:
                self._networks[day] = Network(self.market, day, self._trades)
            return self._networks[day].of(account)
        if family == "peers":
            if day not in self._bases:
                self._bases[day] = {a: self._basis(a, day) for a in self.accounts}
            return peers(self.market, account, day, self._bases[day])
        return DAILY[family](self.market, account, day)

    def _basis(self, account: str, day: date) -> Values:
        rows = [self.daily(family, account, day) for family in OF_EVERYBODY]
        return {basis: next(row[basis] for row in rows if basis in row) for basis in BASES.values()}
