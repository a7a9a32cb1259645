"""Cancelling (报撤单): how an account's orders end when they do not trade."""

from __future__ import annotations

import ibis.expr.types as ir

from features.availability import available_column
from features.windows import as_features, numbered, ratio, spine, trailing_sums

MEASURES = ("orders", "cancels", "ioc_cancels", "cancelled_lots", "exempt_orders", "rejects", "active")


def cancelling(orders: ir.Table, days: ir.Table) -> ir.Table:
    """Features of family ``cancelling``, one row an account and day of change.

    Windows are (day - n, day] in trading days, known from 20:30 of that day; null where no order row fell in.
    """
    daily = _daily(orders, days)
    rows = trailing_sums(spine(daily, days), daily, MEASURES, maxima=("max_contract_cancels",))
    rows = rows.join(days, "day_no").mutate(event_timestamp=lambda t: available_column(t.trading_day))
    return as_features(
        rows,
        {
            "orders_5d": rows.orders_5,
            "cancels_5d": rows.cancels_5,
            "cancel_ratio_5d": ratio(rows.cancels_5, rows.orders_5),
            "orders_20d": rows.orders_20,
            "cancels_20d": rows.cancels_20,
            "cancel_ratio_20d": ratio(rows.cancels_20, rows.orders_20),
            "order_days_20d": rows.active_20,
            "ioc_cancel_share_20d": ratio(rows.ioc_cancels_20, rows.cancels_20),
            "mean_cancelled_lots_20d": ratio(rows.cancelled_lots_20, rows.cancels_20),
            "max_cancels_contract_day_20d": rows.max_contract_cancels_20,
            "exempt_hedge_share_20d": ratio(rows.exempt_orders_20, rows.orders_20),
            "rejects_20d": rows.rejects_20,
        },
    )


def measured(orders: ir.Table) -> dict[str, ir.IntegerColumn]:
    """Indicator columns (0/1, or lots) of one order row, shared by the daily and the intraday family."""
    accepted, cancelled = orders.event == "accepted", orders.event == "cancelled"
    return {
        "accepted": accepted.cast("int64"),
        "cancelled": cancelled.cast("int64"),
        "ioc_cancelled": (cancelled & orders.time_in_force.isin(["FAK", "FOK"])).cast("int64"),
        "cancelled_lots": cancelled.ifelse(orders.volume, 0),
        "exempt_accepted": (accepted & orders.hedge.isin(["hedging", "market_making"])).cast("int64"),
        "rejected": (orders.event == "rejected").cast("int64"),
    }


def _daily(orders: ir.Table, days: ir.Table) -> ir.Table:
    rows = orders.mutate(**measured(orders))
    by_contract = rows.group_by("account_id", "trading_day", "exchange", "contract").aggregate(
        orders=rows.accepted.sum(),
        cancels=rows.cancelled.sum(),
        ioc_cancels=rows.ioc_cancelled.sum(),
        cancelled_lots=rows.cancelled_lots.sum(),
        exempt_orders=rows.exempt_accepted.sum(),
        rejects=rows.rejected.sum(),
    )
    sums = {m: by_contract[m].sum() for m in MEASURES if m != "active"}
    daily = by_contract.group_by("account_id", "trading_day").aggregate(
        **sums, max_contract_cancels=by_contract.cancels.max()
    )
    return numbered(daily.mutate(active=1), days)
