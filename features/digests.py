"""What the raw rows of each trading day were, in a few letters: equal digests mean equal rows, in whatever order."""

# The SQL below is put together from names of the contract only.
# ruff: noqa: S608

from __future__ import annotations

import bisect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from features.events.calendar import NOT_A_MARKET
from features.events.events import Events
from features.events.schema import TABLES, Table
from features.events.sql import ident

DayDigests = dict[date, dict[str, str]]
_WRAP = 1 << 64


@dataclass(frozen=True, slots=True)
class RawDays:
    """Digests of raw rows: by day and table, and of the tables that have neither days nor validity.

    A table with validity rows counts on a trading day by the rows valid on it, so that an account closed today changes
    no earlier day. Days of alerts or notices may lie outside ``calendar``.
    """

    calendar: tuple[date, ...]
    tables: tuple[str, ...]  # given
    days: DayDigests
    whole: dict[str, str]

    @classmethod
    def of(cls, events: Events) -> RawDays:
        """Digest all given tables of ``events``; reads every row once."""
        calendar = tuple(events.trading_days().order_by("day_no").to_pyarrow()["trading_day"].to_pylist())
        days: DayDigests = {day: {} for day in calendar}
        given = tuple(name for name in TABLES if events.has(name))
        whole = {}
        for name in given:
            table, con = TABLES[name], events.backend.con
            if "trading_day" in table.column_names:
                for day, (count, total) in events.day_hashes(name).items():
                    days.setdefault(day, {})[name] = _text(count, total)
            elif "valid_from" in table.column_names:
                for day, digest in _by_validity(con, table, calendar):
                    days[day][name] = digest
            else:
                whole[name] = _of_all(con, table)
        return cls(calendar, given, days, whole)

    def as_json(self) -> dict[str, Any]:
        """Plain values for the build record."""
        days = {day.isoformat(): digests for day, digests in sorted(self.days.items())}
        return {"tables": list(self.tables), "days": days, "whole": self.whole}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any], calendar: tuple[date, ...]) -> RawDays:
        """Read ``as_json`` back."""
        days = {date.fromisoformat(day): dict(digests) for day, digests in raw["days"].items()}
        return cls(calendar, tuple(raw["tables"]), days, dict(raw["whole"]))


def changed_days(before: RawDays, now: RawDays, tables: frozenset[str]) -> set[date]:
    """Days whose raw rows differ, for a family made of ``tables``.

    A changed market table counts for every family, whatever it says it is made of; alerts and notices, which speak of a
    day without being its market, only for those that name them. A changed table without days changes every day.
    """
    if any(before.whole.get(name) != now.whole.get(name) for name in tables):
        return {*before.days, *now.days}

    def seen(digests: Mapping[str, str]) -> dict[str, str]:
        return {name: d for name, d in digests.items() if name not in NOT_A_MARKET or name in tables}

    return {d for d in {*before.days, *now.days} if seen(before.days.get(d, {})) != seen(now.days.get(d, {}))}


def _by_validity(con: Any, table: Table, calendar: tuple[date, ...]) -> Iterator[tuple[date, str]]:
    """Rows in force on each day of the calendar: what begins is added to a running sum, what ends is taken off."""
    value = f"hash({_columns(table, without=('valid_from', 'valid_to'))})::HUGEINT"
    sql = (
        f"SELECT day, sum(n), sum(h) FROM (SELECT valid_from AS day, 1 AS n, {value} AS h FROM {ident(table.name)} "
        f"UNION ALL SELECT valid_to, -1, -{value} FROM {ident(table.name)} WHERE valid_to IS NOT NULL) "
        "GROUP BY 1 ORDER BY 1"
    )
    dates, counts, sums = [], [0], [0]
    for day, n, h in con.execute(sql).fetchall():
        dates.append(day)
        counts.append(counts[-1] + n)
        sums.append(sums[-1] + h)
    for day in calendar:
        place = bisect.bisect_right(dates, day)
        yield day, _text(counts[place], sums[place])


def _of_all(con: Any, table: Table) -> str:
    sql = f"SELECT count(*), coalesce(sum(hash({_columns(table)})::HUGEINT), 0) FROM {ident(table.name)}"
    [(count, total)] = con.execute(sql).fetchall()
    return _text(count, total)


def _columns(table: Table, without: tuple[str, ...] = ()) -> str:
    return ", ".join(ident(name) for name in table.column_names if name not in without)


def _text(count: Any, total: Any) -> str:
    return f"{int(count)}:{int(total) % _WRAP:016x}"


def count_of(raw: RawDays, day: date, table: str) -> int:
    """Rows of a table on a day (in force on it, for tables with validity)."""
    return int(raw.days.get(day, {}).get(table, "0:").partition(":")[0])
