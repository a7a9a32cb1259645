"""Order book conduct (盘口行为): large, quick and one-sided orders, bursts and the order-to-trade ratio."""

from __future__ import annotations

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
    "pulled_buy_lots",
    "pulled_sell_lots",
)
FROM_TRADES = ("filled_orders", "traded_buy_lots", "traded_sell_lots")
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
    by_contract = _by_contract(order_days, trade_days)
    daily = numbered(_daily(by_contract, contracts, orders), days)
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


def _by_contract(ordered: ir.Table, traded: ir.Table) -> ir.Table:
    """Orders and trades of a contract and day in one row; ``ordered`` is 1 where there was an order row."""
    zero = ibis.literal(0, "int64")
    names = (*FROM_ORDERS, *FROM_TRADES)
    parts = [
        ordered.select(*CONTRACT_DAY, ordered=ibis.literal(1, "int64"), **_or(ordered, names, zero)),
        traded.select(*CONTRACT_DAY, ordered=zero, **_or(traded, names, zero)),
    ]
    both = ibis.union(*parts)
    return both.group_by(CONTRACT_DAY).aggregate(**{n: both[n].sum().cast("int64") for n in ("ordered", *names)})


def _or(table: ir.Table, names: tuple[str, ...], other: ir.Value) -> dict[str, ir.Value]:
    return {name: table[name].cast("int64") if name in table.columns else other for name in names}


def _daily(by_contract: ir.Table, contracts: ir.Table, orders: ir.Table) -> ir.Table:
    rows = by_contract.mutate(one_sided=one_sided_lots(by_contract))
    sums = {name: rows[name].sum() for name in (*FROM_ORDERS, "filled_orders", "one_sided", "ordered")}
    daily = rows.group_by(DAY).aggregate(**sums, most_one_sided=rows.one_sided.max())
    messages = orders.filter(orders.event != "rejected")
    parts = {
        QUICK: quick_cancels(orders),
        ("bursts", "busiest"): busiest_seconds(messages, DAY),
        ("most_charged",): (units := _units(rows, contracts)).select(*DAY, "most_charged"),
        ("most_otr",): units.select(*DAY, "most_otr"),
    }
    for names, part in parts.items():
        joined = daily.left_join(part, [daily[key] == part[key] for key in DAY])
        filled = {n: part[n] if n == "most_otr" else part[n].fill_null(0) for n in names}
        daily = joined.select(daily, **filled)
    return daily


def _units(by_contract: ir.Table, contracts: ir.Table) -> ir.Table:
    """The largest message count and OTR of a fee unit, by account and day."""
    rows = with_valid(by_contract, contracts, ("product", "option_month"))
    rows = rows.mutate(unit=fee_unit(rows))
    units = rows.group_by(*DAY, "exchange", "unit").aggregate(
        charged=rows.charged.sum(), filled_orders=rows.filled_orders.sum()
    )
    each = units.mutate(otr=otr(units.charged.nullif(0), units.filled_orders, ibis.greatest).round(9))
    return each.group_by(DAY).aggregate(most_charged=each.charged.max(), most_otr=each.otr.max())
