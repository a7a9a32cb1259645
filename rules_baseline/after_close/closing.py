"""What a screen may see after the close: the raw tables by numbered trading day, and the days to answer for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from rules_baseline.after_close.choices import Choice, Choices
from rules_baseline.after_close.session import Session

_CALENDAR = ("orders", "trades", "account_days")
_DAYS = pa.schema([("trading_day", pa.date32()), ("day_no", pa.int64())])
FUTURES = ("future", "index_future", "bond_future")


class Closing:
    """The closed days ``run_days`` of ``features.events.load.Events``, with the limits the screens are judged by.

    ``calendar`` are all trading days in the data, in order: those of ``contract_days``, else the union over orders,
    trades and account_days. Their number ``day_no`` (from 0) is what windows are ranges over.
    """

    def __init__(
        self,
        events: Any,
        choices: Choices,
        calendar: Sequence[date],
        run_days: Sequence[date],
        session: Session | None = None,
    ) -> None:
        self.events, self.choices = events, choices
        self.calendar, self.run_days = list(calendar), list(run_days)
        self._numbers = {day: number for number, day in enumerate(self.calendar)}
        self._kept: dict[Any, Any] = {}
        self.session = Session(events) if session is None else session
        self.days = self.put(self._days(self.calendar))
        self.run = self.put(self._days(self.run_days))

    def _days(self, days: Sequence[date]) -> pa.Table:
        return pa.Table.from_pylist([{"trading_day": d, "day_no": self._numbers[d]} for d in days], schema=_DAYS)

    def has(self, name: str) -> bool:
        """Whether a raw table (``logins``), or an optional column of one (``logins.mac``), was given."""
        table, _, column = name.partition(".")
        return bool(self.events.has_column(table, column) if column else self.events.has(table))

    def lacks(self, names: Sequence[str]) -> str:
        """Which of some tables and columns (as in ``has``) were not given, in words; empty where all were."""
        missing = [name for name in names if not self.has(name)]
        tables = [name for name in missing if "." not in name]
        columns = [name for name in missing if "." in name and name.partition(".")[0] not in tables]
        parts = [f"no table of {', '.join(tables)}"] * bool(tables) + [f"no column {', '.join(columns)}"] * bool(
            columns
        )
        return " and ".join(parts)

    def rows(self, name: str, days: int = 1) -> Any:
        """A raw table with ``day_no``, from ``days`` - 1 trading days before the first day to answer for."""
        table = self.session.raw(name)
        numbers = [self._numbers[day] for day in self.run_days] or [0]
        wanted = self.days.filter(self.days.day_no.between(min(numbers) - days + 1, max(numbers)))
        return table.join(wanted, "trading_day")

    def on_run_days(self, rows: Any) -> Any:
        """Rows of the days to answer for."""
        return rows.semi_join(self.run, "day_no")

    def spread(self, rows: Any, days: int) -> Any:
        """Rows with ``seen_no`` (their own day) once for every day to answer for (``day_no``) that looks back at them.

        The window of a day is itself and the ``days`` - 1 trading days before it.
        """
        seen = rows.rename(seen_no="day_no")
        within = [self.run.day_no >= seen.seen_no, self.run.day_no < seen.seen_no + days]
        return seen.join(self.run.select("day_no"), within)

    def with_group(self, rows: Any, account: str = "account_id", group: str = "group_id") -> Any:
        """Rows with the declared group of ``account`` on their ``day_no``; null without one."""
        members, days = self.session.memberships(), self.days
        dated = members.join(days, [members.valid_from <= days.trading_day, _open(members.valid_to, days.trading_day)])
        of_day = dated.select(member="account_id", member_day="day_no", **{group: dated.group_id})
        joined = rows.left_join(of_day, [rows[account] == of_day.member, rows.day_no == of_day.member_day])
        return joined.drop("member", "member_day")

    def with_contract(self, rows: Any) -> Any:
        """Rows with ``kind`` and ``multiplier`` of their contract on their trading day; null where not known."""
        known = self.session.raw("contracts").select(
            "exchange", "contract", "kind", "multiplier", "valid_from", "valid_to"
        )
        of_day = [
            rows.exchange == known.exchange,
            rows.contract == known.contract,
            known.valid_from <= rows.trading_day,
            _open(known.valid_to, rows.trading_day),
        ]
        return rows.left_join(known, of_day).select(rows, known.kind, known.multiplier)

    def with_settlement(self, rows: Any) -> Any:
        """Rows with the ``settlement_price`` of their contract and trading day; null where not known."""
        prices = self.session.raw("contract_days").select("trading_day", "exchange", "contract", "settlement_price")
        keys = ["trading_day", "exchange", "contract"]
        once = prices.group_by(keys).aggregate(settlement_price=prices.settlement_price.max())
        joined = rows.left_join(once, [rows[key] == once[key] for key in keys])
        return joined.select(rows, once.settlement_price)

    def with_equity(self, rows: Any) -> Any:
        """Rows with the ``equity`` of their account on their day; null where not known."""
        days = self.rows("account_days")
        once = days.group_by("account_id", "day_no").aggregate(equity=days.equity.sum())
        joined = rows.left_join(once, [rows.account_id == once.account_id, rows.day_no == once.day_no])
        return joined.select(rows, once.equity)

    def periods(self, screen_id: str) -> Iterator[tuple[Choice, Closing]]:
        """The dated entries of a screen, each with the days to answer for on which it is in force."""
        for choice in self.choices.entries[screen_id]:
            days = [d for d in self.run_days if choice.starts <= d < (choice.ends or date.max)]
            if days:
                yield choice, self if days == self.run_days else self._part(self.choices, days)

    def with_entry(self, choice: Choice, days: Sequence[date]) -> Closing:
        """Other days to answer for, with ``choice`` as the one entry of its screen."""
        entries = {**self.choices.entries, choice.screen_id: (choice,)}
        return self._part(Choices(entries, self.choices.digest), days)

    def put(self, table: pa.Table) -> Any:
        """An Arrow table as a table of the session."""
        return self.session.put(table)

    def keep(self, expression: Any) -> Any:
        """The rows of an expression, computed once."""
        return self.session.keep(expression)

    def gather(self, expression: Any) -> Any:
        """As ``keep``; sums of doubles over the rows are then worked out by one engine, since two round differently."""
        return self.session.gather(expression)

    def fetch(self, expression: Any) -> pa.Table:
        """The rows of an expression as an Arrow table."""
        return self.session.fetch(expression)

    def once(self, key: Any, make: Callable[[], Any]) -> Any:
        """``make()``, remembered under ``key``: what several screens look at is computed once."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def _part(self, choices: Choices, days: Sequence[date]) -> Closing:
        return Closing(self.events, choices, self.calendar, days, self.session)


def trading_days(events: Any) -> list[date]:
    """The trading days in the data, in order; empty without any row.

    Those of ``contract_days`` where it has rows, else the union over orders, trades and account_days.
    """
    for names in (("contract_days",), _CALENDAR):
        each = [f"SELECT DISTINCT trading_day FROM {name}" for name in names]  # noqa: S608 -- names of ours
        found = {day for (day,) in events.backend.con.execute(" UNION ".join(each)).fetchall()}
        if found:
            return sorted(found)
    return []


def _open(valid_to: Any, day: Any) -> Any:
    return valid_to.isnull() | (day < valid_to)
