"""Strategy (策略类型): a named style of trading by an open table of conditions, and two shares behind it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import and_

import ibis
import ibis.expr.types as ir

from features.availability import available_column
from features.strategy_styles import Condition, Style
from features.windows import as_features, numbered, ratio, trailing

_TRADED = ("lots", "day_traded", "two_sided", "hedging", "arbitrage", "making", "trade_days")
_ORDERED = ("orders", "order_days")


def strategy(contracts: ir.Table, addresses: ir.Table, days: ir.Table, styles: Sequence[Style]) -> ir.Table:
    """Features of family ``strategy`` (see ``features.specs.strategy``), one row an account and day of change.

    From ``order_days.trade_days`` and ``order_addresses.orders_by_address``. Windows are (day - 20, day] in trading
    days, known from 20:30 of that day; null where no trade fell in.
    """
    daily = _daily(contracts, addresses, days)
    rows = trailing(daily, days, (*_TRADED, *_ORDERED))
    rows = rows.join(days, "day_no").mutate(event_timestamp=lambda t: available_column(t.trading_day))
    traded = rows.trade_days_20 > 0
    measures: dict[str, ir.NumericValue] = {
        "trading_days": rows.trade_days_20.cast("float64"),
        "orders_per_day": ratio(rows.orders_20, rows.order_days_20).fill_null(0.0),
        "hedging_share": ratio(rows.hedging_20, rows.lots_20),
        "arbitrage_share": ratio(rows.arbitrage_20, rows.lots_20),
        "making_share": ratio(rows.making_20, rows.lots_20),
        "day_trade_share": ratio(rows.day_traded_20, rows.lots_20),
        "two_sided_share": ratio(rows.two_sided_20, rows.lots_20),
    }
    rows = rows.mutate(**measures)
    return as_features(
        rows,
        {
            "strategy_type_code": traded.ifelse(_code(rows, styles), None),
            "day_trade_share_20d": rows.day_trade_share,
            "two_sided_share_20d": rows.two_sided_share,
        },
    )


def _daily(contracts: ir.Table, addresses: ir.Table, days: ir.Table) -> ir.Table:
    zero = ibis.literal(0, "int64")
    traded = contracts.group_by("account_id", "trading_day").aggregate(
        day_traded=(ibis.least(contracts.open_lots, contracts.closed_lots) * 2).sum().cast("int64"),
        two_sided=(ibis.least(contracts.traded_buy_lots, contracts.traded_sell_lots) * 2).sum().cast("int64"),
        lots=contracts.lots.sum().cast("int64"),
        **{name: contracts[f"{name}_lots"].sum().cast("int64") for name in ("hedging", "arbitrage", "making")},
    )
    ordered = addresses.group_by("account_id", "trading_day").aggregate(orders=addresses.orders.sum().cast("int64"))
    one = ibis.literal(1, "int64")
    columns = ("account_id", "trading_day", *_TRADED, *_ORDERED)
    both = ibis.union(
        traded.mutate(trade_days=one, orders=zero, order_days=zero).select(*columns),
        ordered.mutate(order_days=one, **dict.fromkeys(_TRADED, zero)).select(*columns),
    )
    sums = {name: both[name].sum().cast("int64") for name in (*_TRADED, *_ORDERED)}
    return numbered(both.group_by("account_id", "trading_day").aggregate(**sums), days)


def _code(rows: ir.Table, styles: Sequence[Style]) -> ir.IntegerValue:
    branches = [
        (reduce(and_, (_holds(rows, condition) for condition in style.conditions)), style.code) for style in styles[:-1]
    ]
    return ibis.cases(*branches, else_=styles[-1].code)


def _holds(rows: ir.Table, condition: Condition) -> ir.BooleanValue:
    value = rows[condition.measure]
    return value >= condition.number if condition.bound == "at_least" else value <= condition.number
