"""Cancelling (报撤单): how an account's orders end when they do not trade."""

from __future__ import annotations

import ibis.expr.types as ir

from features.availability import available_column
from features.windows import as_features, numbered, ratio, trailing

SUMS = {
    "orders": "accepted",
    "cancels": "cancelled",
    "ioc_cancels": "ioc_cancelled",
    "cancelled_lots": "cancelled_lots",
    "exempt_orders": "exempt_accepted",
    "rejects": "rejected",
}
MEASURES = (*SUMS, "active")
MAXIMA = ("max_contract_cancels", "largest_cancel")


def cancelling(order_days: ir.Table, days: ir.Table) -> ir.Table:
    """Features of family ``cancelling``, one row an account and day of change, of ``features.order_days``.

    Windows are (day - n, day] in trading days, known from 20:30 of that day; null where no order row fell in.
    """
    rows = trailing(_daily(order_days, days), days, MEASURES, MAXIMA)
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
            "cancelled_lots_20d": rows.cancelled_lots_20,
            "max_cancelled_lots_20d": rows.largest_cancel_20,
        },
    )


def _daily(order_days: ir.Table, days: ir.Table) -> ir.Table:
    daily = order_days.group_by("account_id", "trading_day").aggregate(
        **{name: order_days[column].sum() for name, column in SUMS.items()},
        max_contract_cancels=order_days.cancelled.max(),
        largest_cancel=order_days.largest_cancel.max(),
    )
    return numbered(daily.mutate(active=1), days)
