"""The rows of a market, as plain dicts, and the few look-ups that every rule of the oracle shares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

Row = dict[str, Any]
IMMEDIATE = {"FOK", "FAK"}
FUTURES = {"future", "index_future", "bond_future"}


@dataclass(frozen=True, order=True)
class Subject:
    """Who is counted: a declared group, else an account (after the close also a pair or a cluster)."""

    id: str
    type: str


class Market:
    """Raw tables by name; a name that is missing is a table that was not given.

    ``absent`` are columns of given tables (``logins.mac``) that are missing altogether; their values are null.
    """

    def __init__(self, tables: Mapping[str, Sequence[Row]], absent: Collection[str] = ()) -> None:
        self.absent = frozenset(absent)
        self.tables = {name: _distinct([self._seen(name, row) for row in rows]) for name, rows in tables.items()}
        self._groups: dict[date, dict[str, str]] = {}
        self._indexes: dict[tuple[str, ...], defaultdict[tuple[Any, ...], list[Row]]] = {}

    def _seen(self, table: str, row: Row) -> Row:
        return {column: None if f"{table}.{column}" in self.absent else value for column, value in row.items()}

    def given(self, name: str) -> bool:
        """A table, or a column of one."""
        return name.partition(".")[0] in self.tables and name not in self.absent

    def rows(self, name: str) -> list[Row]:
        return self.tables.get(name, [])

    def on(self, name: str, days: Iterable[date]) -> list[Row]:
        by_day = self._by(name, "trading_day")
        return [row for day in sorted(set(days)) for row in by_day[(day,)]]

    def orders(self) -> list[Row]:
        """In the order of events."""
        return sorted(self.rows("orders"), key=order_place)

    def trades(self) -> list[Row]:
        """In the order of events."""
        return sorted(self.rows("trades"), key=trade_place)

    def group_of(self, day: date) -> dict[str, str]:
        """account -> its declared group that day; in two groups, the smaller id."""
        if day not in self._groups:
            found: dict[str, str] = {}
            for row in self.rows("control_groups"):
                if row["declared"] and valid(row, day):
                    account, group = row["account_id"], row["group_id"]
                    found[account] = min(group, found.get(account, group))
            self._groups[day] = found
        return self._groups[day]

    def members(self, group: str, day: date) -> set[str]:
        return {account for account, own in self.group_of(day).items() if own == group}

    def subject(self, account: str, day: date) -> Subject:
        group = self.group_of(day).get(account)
        return Subject(account, "account") if group is None else Subject(group, "group")

    def contract(self, exchange: str, contract: str, day: date) -> Row | None:
        return self._one("contracts", day, exchange=exchange, contract=contract)

    def position_limit(self, exchange: str, contract: str, day: date) -> Row | None:
        return self._one("position_limits", day, exchange=exchange, contract=contract)

    def account(self, account: str, day: date) -> Row | None:
        return self._one("accounts", day, account_id=account)

    def _one(self, table: str, day: date, **key: str) -> Row | None:
        fits = [row for row in self._by(table, *key)[tuple(key.values())] if valid(row, day)]
        return fits[0] if fits else None

    def contract_day(self, exchange: str, contract: str, day: date) -> Row | None:
        fits = self._by("contract_days", "exchange", "contract", "trading_day")[(exchange, contract, day)]
        return fits[0] if fits else None

    def account_day(self, account: str, day: date) -> Row | None:
        fits = self._by("account_days", "account_id", "trading_day")[(account, day)]
        return fits[0] if fits else None

    def _by(self, table: str, *columns: str) -> defaultdict[tuple[Any, ...], list[Row]]:
        """Rows of a table by the values of some columns; made once."""
        name = (table, *columns)
        if name not in self._indexes:
            self._indexes[name] = defaultdict(list)
            for row in self.rows(table):
                self._indexes[name][tuple(row[column] for column in columns)].append(row)
        return self._indexes[name]

    def trading_days(self) -> list[date]:
        """``contract_days``, else the union over orders, trades and account_days."""
        names = ["contract_days"] if self.rows("contract_days") else ["orders", "trades", "account_days"]
        return sorted({row["trading_day"] for name in names for row in self.rows(name)})

    def window(self, day: date, days: int) -> list[date]:
        """The ``days`` largest trading days up to and including ``day``."""
        return [known for known in self.trading_days() if known <= day][-days:]

    def preceding(self, day: date, days: int) -> list[date]:
        return [known for known in self.trading_days() if known < day][-days:]


def _distinct(rows: Sequence[Row]) -> list[Row]:
    """Exact duplicate rows are dropped."""
    return list({tuple(sorted(row.items(), key=lambda item: item[0])): row for row in rows}.values())


def valid(row: Row, day: date) -> bool:
    return bool(row["valid_from"] <= day and (row["valid_to"] is None or day < row["valid_to"]))


def text(value: str) -> bytes:
    """Text order is the order of the UTF-8 bytes."""
    return value.encode()


def order_place(row: Row) -> tuple[Any, ...]:
    step = {"accepted": 0, "cancelled": 1, "rejected": 2}[row["event"]]
    return (row["event_time"], row["seq"] is None, row["seq"] or 0, step, text(row["order_id"]))


def trade_place(row: Row) -> tuple[Any, ...]:
    ids = (text(row["trade_id"]), text(row["order_id"]))
    return (row["event_time"], row["seq"] is None, row["seq"] or 0, *ids)


def client_made(row: Row) -> bool:
    return row["cancelled_by"] in {"client", None}


def immediate(row: Row) -> bool:
    return row["time_in_force"] in IMMEDIATE


def whole_second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
