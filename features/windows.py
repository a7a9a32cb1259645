"""Trailing windows over numbered trading days: ranges, never row counts, so that silence empties them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import ibis.expr.types as ir

from features.account_days import KEY, Asked, windows_of
from features.compiled import fetch
from features.in_parts import in_parts

LENGTHS = (5, 20)  # trading days


@dataclass(frozen=True, slots=True)
class Distinct:
    """Distinct values of column ``item`` of ``items`` (account_id, day_no, item) over (day - length, day]."""

    items: ir.Table
    item: str
    length: int


NOTHING: Mapping[str, Distinct] = MappingProxyType({})


def numbered(table: ir.Table, days: ir.Table) -> ir.Table:
    """``table`` with ``day_no``, the 0-based number of its ``trading_day`` in the calendar ``days``."""
    return table.join(days.select("trading_day", "day_no"), "trading_day")


def trailing(
    daily: ir.Table,
    days: ir.Table,
    measures: Sequence[str],
    maxima: Sequence[str] = (),
    lengths: Sequence[int] = LENGTHS,
    *,
    also: ir.Table | None = None,
    on: ir.Table | None = None,
    every: bool = False,
    distinct: Mapping[str, Distinct] = NOTHING,
) -> ir.Table:
    """Sum (or maximum) of each daily measure over (day - length, day], named ``{measure}_{length}``.

    ``daily`` holds one row an account and active day; a window without one is null, not zero. Rows (account_id, day_no)
    stand on the days on which a value may change: active days, those on which one falls out of a window, and the days
    ``also``; or on ``every`` day with an active day in the longest window, and on the first without, for values that
    can change while the account itself does nothing, since others do; or on the days ``on`` alone. Days after the end
    of the calendar are left out, the next build will have them. ``distinct`` items are counted under their names.

    Windows are moved over sorted rows outside the database (``features.account_days``), which is several times cheaper
    than any way of saying it in SQL; ``daily`` is computed here and now.
    """
    given = {"daily": daily.select(*KEY, *measures, *maxima)}
    given |= {name: table.select(*KEY) for name, table in (("also", also), ("on", on)) if table is not None}
    for name, counted in distinct.items():
        known = counted.items.filter(counted.items[counted.item].notnull())
        given[name] = known.select(*KEY, item=counted.item)
    spans = {name: counted.length for name, counted in distinct.items()}
    last = fetch(days.aggregate(last=days.day_no.max()))["last"][0].as_py()
    asked = Asked(tuple(measures), tuple(maxima), tuple(lengths), every, -1 if last is None else last, spans)
    return in_parts(given, "account_id", lambda tables: windows_of(tables, asked), f"{lengths} {every} {spans}")


def ratio(numerator: ir.NumericValue, denominator: ir.NumericValue) -> ir.NumericValue:
    """Quotient rounded to nine digits; null where the denominator is zero or null."""
    return (numerator.cast("float64") / denominator.cast("float64").nullif(0.0)).round(9)


def positive(value: ir.NumericValue) -> ir.NumericValue:
    """The value where it is above zero, else null: what an equity or a fee has to be to be compared with."""
    return (value > 0).ifelse(value, None)


def as_features(table: ir.Table, columns: Mapping[str, ir.Value]) -> ir.Table:
    """``table`` reduced to (account_id, event_timestamp, features as float64)."""
    return table.select("account_id", "event_timestamp", **{k: v.cast("float64") for k, v in columns.items()})
