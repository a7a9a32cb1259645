"""The raw rows of a market with the look-ups the families share: calendar, windows, validity, declared groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from features.availability import available_at
from features.events.schema import TABLES
from tests.features.oracle.rows import Row, Tables

SAID_OF_A_DAY = ("alerts", "notices")  # they speak of days and make none


class Market:
    """Rows by table, account and day; everything else is looked up in them."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        dated = [name for name in tables if "trading_day" in TABLES[name].column_names and name not in SAID_OF_A_DAY]
        self.calendar = sorted({row["trading_day"] for name in dated for row in tables[name]})
        self._number = {day: n for n, day in enumerate(self.calendar)}
        self.closes = [available_at(day) for day in self.calendar]
        self._indexes: dict[tuple[str, ...], defaultdict[Any, list[Row]]] = {}
        self._validities: dict[tuple[Any, ...], Row | None] = {}
        self._groups: dict[date, dict[str, str]] = {}

    def given(self, table: str) -> bool:
        return table in self.tables

    def rows(self, table: str) -> list[Row]:
        return self.tables.get(table, [])

    def by(self, table: str, *columns: str) -> defaultdict[Any, list[Row]]:
        """Rows of a table by the values of some columns."""
        key = (table, *columns)
        if key not in self._indexes:
            index = self._indexes[key] = defaultdict(list)
            for row in self.rows(table):
                index[tuple(row[column] for column in columns)].append(row)
        return self._indexes[key]

    def accounts(self) -> list[str]:
        """Every account of any table."""
        named = [name for name in self.tables if "account_id" in TABLES[name].column_names]
        return sorted({row["account_id"] for name in named for row in self.rows(name)})

    def last_closed(self, t: datetime) -> date | None:
        """The last day with its close at or before ``t``."""
        closed = [day for day, close in zip(self.calendar, self.closes, strict=True) if close <= t]
        return closed[-1] if closed else None

    def days(self, day: date, n: int) -> list[date]:
        """(day - n, day] of the calendar."""
        last = self._number[day]
        return self.calendar[max(0, last - n + 1) : last + 1]

    def days_before(self, day: date, n: int) -> list[date]:
        """The n days before a day, without it."""
        last = self._number[day]
        return self.calendar[max(0, last - n) : last]

    def of(self, table: str, account: str, days: Iterable[date]) -> list[Row]:
        """The account's own rows of these days."""
        index = self.by(table, "account_id", "trading_day")
        return [row for day in days for row in index.get((account, day), ())]

    def on(self, table: str, days: Iterable[date]) -> list[Row]:
        """Everybody's rows of these days."""
        index = self.by(table, "trading_day")
        return [row for day in days for row in index.get((day,), ())]

    def contract(self, row: Row) -> Row | None:
        """The row of ``contracts`` valid on the row's day."""
        return self._valid("contracts", row)

    def position_limit(self, row: Row) -> Row | None:
        return self._valid("position_limits", row)

    def _valid(self, table: str, row: Row) -> Row | None:
        key = (table, row["exchange"], row["contract"], row["trading_day"])
        if key not in self._validities:
            rows = self.by(table, "exchange", "contract").get(key[1:3], ())
            self._validities[key] = next((r for r in rows if valid(r, key[3])), None)
        return self._validities[key]

    def contract_day(self, row: Row, column: str) -> Any:
        """The largest value of a column of ``contract_days`` for the contract and day of a row; null: none known."""
        key = (row["exchange"], row["contract"], row["trading_day"])
        rows = self.by("contract_days", "exchange", "contract", "trading_day").get(key, ())
        return max((r[column] for r in rows if r[column] is not None), default=None)

    def account_row(self, account: str, day: date) -> Row | None:
        rows = self.by("accounts", "account_id").get((account,), ())
        return next((r for r in rows if valid(r, day)), None)

    def group_of(self, day: date) -> dict[str, str]:
        """account -> its declared group of the day; in two, the smaller id (UTF-8 bytes)."""
        if day not in self._groups:
            found: dict[str, str] = {}
            for row in self.rows("control_groups"):
                if row["declared"] and valid(row, day):
                    mine = found.get(row["account_id"], row["group_id"])
                    found[row["account_id"]] = min(mine, row["group_id"], key=str.encode)
            self._groups[day] = found
        return self._groups[day]

    def members(self, account: str, day: date) -> set[str]:
        """Accounts of the account's declared group, itself included; none: in no group."""
        groups = self.group_of(day)
        return (
            {other for other, group in groups.items() if group == groups.get(account)} if account in groups else set()
        )


def valid(row: Row, day: date) -> bool:
    return bool(row["valid_from"] <= day and (row["valid_to"] is None or day < row["valid_to"]))
