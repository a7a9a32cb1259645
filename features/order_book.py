"""Order book conduct (盘口行为): large, quick and one-sided orders, bursts and the order-to-trade ratio."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from features.availability import available_column
from features.bursts import busiest_seconds
from features.contract_terms import fee_unit, with_valid
from features.order_days import CONTRACT_DAY, one_sided_lots
from features.otr import otr
from features.quick_cancels import SECOND, quick_cancels
from features.windows import as_features, numbered, ratio, trailing

LENGTH = 20
DAY = ["account_id", "trading_day"]
PULLED, TRADED = ("pulled_buy_lots", "pulled_sell_lots"), ("traded_buy_lots", "traded_sell_lots")
FROM_ORDERS = (
    "accepted",
    "market_accepted",
    "ioc_accepted",
    "night_accepted",
    "accepted_lots",
    "sized",
    "sized_accepted",
    "large_accepted",
    "large_cancelled",
    "priced_accepted",
    "limit_accepted",
    "charged",
    *PULLED,
)
QUICK = ("resting", "quick_1", "quick_10", "quick_life")
MEASURES = (*FROM_ORDERS, "filled_orders", "one_sided", "ordered", *QUICK, "bursts")
MAXIMA = ("busiest", "most_charged", "most_otr", "most_one_sided")


def order_book(
    order_days: ir.Table, trade_days: ir.Table, orders: ir.Table, contracts: ir.Table, days: ir.Table
) -> ir.Table:
    """Features of family ``order_book`` (``features.specs.order_book``), one row an account and day of change.

    Windows are (day - 20, day] in trading days, known from 20:30 of that day; null where no order row fell in.
    ``order_days`` and ``trade_days`` are those of ``features.order_days``; ``orders`` are read for what is timed.
    """
    daily = numbered(_daily(order_days, trade_days, contracts, orders), days)
    rows = trailing(daily, days, MEASURES, MAXIMA, (LENGTH,))
    rows = rows.join(days, "day_no").mutate(event_timestamp=lambda t: available_column(t.trading_day))
    rows = rows.rename(lambda name: name.removesuffix(f"_{LENGTH}"))
    ordered = rows.ordered > 0
    return as_features(rows, {name: ordered.ifelse(value, None) for name, value in _features(rows).items()})


def _features(rows: ir.Table) -> dict[str, ir.Value]:
    charged = rows.charged.nullif(0)
    return {
        "large_order_share_20d": ratio(rows.large_accepted, rows.sized_accepted),
        "large_cancels_20d": (rows.sized > 0).ifelse(rows.large_cancelled, None),
        "limit_price_order_share_20d": ratio(rows.limit_accepted, rows.priced_accepted),
        "quick_cancel_share_1s_20d": ratio(rows.quick_1, rows.resting),
        "quick_cancel_share_10s_20d": ratio(rows.quick_10, rows.resting),
        "mean_quick_cancel_seconds_20d": ratio(rows.quick_life, rows.quick_10 * SECOND),
        "market_order_share_20d": ratio(rows.market_accepted, rows.accepted),
        "ioc_order_share_20d": ratio(rows.ioc_accepted, rows.accepted),
        "night_order_share_20d": ratio(rows.night_accepted, rows.accepted),
        "mean_order_lots_20d": ratio(rows.accepted_lots, rows.accepted),
        "max_messages_per_second_20d": rows.busiest,
        "burst_seconds_20d": rows.bursts,
        "max_messages_contract_day_20d": rows.most_charged,
        "otr_20d": otr(charged, rows.filled_orders, ibis.greatest).round(9),
        "max_otr_contract_day_20d": rows.most_otr,
        "one_sided_cancel_share_20d": ratio(rows.one_sided, rows.pulled_buy_lots + rows.pulled_sell_lots),
        "max_one_sided_lots_contract_day_20d": rows.most_one_sided,
    }


def _daily(ordered: ir.Table, traded: ir.Table, contracts: ir.Table, orders: ir.Table) -> ir.Table:
    """One row an account and day with an order row or a trade; 0 where a part has nothing to say, but for the OTR."""
    names = (*FROM_ORDERS, "filled_orders", "ordered")
    daily = _summed(ordered.mutate(ordered=ibis.literal(1, "int64")), traded, DAY, names)
    messages = orders.filter(orders.event != "rejected")
    parts = [_one_sided(ordered, traded), quick_cancels(orders), busiest_seconds(messages, DAY)]
    for part in (*parts, _units(ordered, traded, contracts)):
        joined = daily.left_join(part, [daily[key] == part[key] for key in DAY])
        added = [name for name in part.columns if name not in DAY]
        filled = {n: part[n] if n == "most_otr" else part[n].fill_null(0) for n in added}
        daily = joined.select(daily, **filled)
    return daily


def _summed(ordered: ir.Table, traded: ir.Table, keys: Sequence[str], names: Sequence[str]) -> ir.Table:
    """Sums of ``names``, each of which one of both tables has, by ``keys``, which both have."""
    both = ibis.union(*[part.select(*keys, **_or_zero(part, names)) for part in (ordered, traded)])
    return both.group_by(list(keys)).aggregate(**{name: both[name].sum().cast("int64") for name in names})


def _or_zero(table: ir.Table, names: Sequence[str]) -> dict[str, ir.Value]:
    zero = ibis.literal(0, "int64")
    return {name: table[name].cast("int64") if name in table.columns else zero for name in names}


def _one_sided(ordered: ir.Table, traded: ir.Table) -> ir.Table:
    """Lots pulled on one side while only the other traded: of all contracts of the day, and the most of one."""
    pulled = ordered.filter((ordered.pulled_buy_lots > 0) | (ordered.pulled_sell_lots > 0))
    rows = pulled.join(traded, [pulled[key] == traded[key] for key in CONTRACT_DAY])
    rows = rows.select(*[pulled[n] for n in (*DAY, *PULLED)], *[traded[n] for n in TRADED])
    lots = one_sided_lots(rows)
    return rows.group_by(DAY).aggregate(one_sided=lots.sum(), most_one_sided=lots.max())


def _units(ordered: ir.Table, traded: ir.Table, contracts: ir.Table) -> ir.Table:
    """The largest message count and OTR of a fee unit, by account and day."""
    both = [with_valid(table, contracts, ("product", "option_month")) for table in (ordered, traded)]
    messages, fills = (rows.mutate(unit=fee_unit(rows)) for rows in both)
    units = _summed(messages, fills, (*DAY, "exchange", "unit"), ("charged", "filled_orders"))
    each = units.mutate(otr=otr(units.charged.nullif(0), units.filled_orders, ibis.greatest).round(9))
    return each.group_by(DAY).aggregate(most_charged=each.charged.max(), most_otr=each.otr.max())
