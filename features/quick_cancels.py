"""Quickly cancelled orders (快速撤单): accepted, and whole again taken back within seconds."""

from __future__ import annotations

import ibis.expr.types as ir

from features.order_days import client_made

SECOND = 1_000_000  # microseconds
ORDER = ("account_id", "trading_day", "exchange", "contract", "order_id")


def quick_cancels(orders: ir.Table) -> ir.Table:
    """(account_id, trading_day) and the day's ``resting`` orders, those ``quick_1`` and ``quick_10``, ``quick_life``.

    A resting order (GFD or GTC, accepted that day) is quick where the client cancelled at most 1 or 10 seconds after it
    was accepted and its cancels took back all lots, so that it had no fill. ``quick_life`` adds up microseconds.
    """
    rows = orders.filter(orders.time_in_force.isin(["GFD", "GTC"]) & (orders.event != "rejected"))
    accepted = rows.event == "accepted"
    each = rows.group_by(ORDER).aggregate(
        began=rows.event_time.min(where=accepted),
        ended=rows.event_time.min(where=~accepted & client_made(rows)),
        left=accepted.ifelse(rows.volume, -rows.volume).sum(),
    )
    each = each.filter(each.began.notnull())
    life = each.ended.delta(each.began, unit="microsecond")
    whole = (life >= 0) & (each.left <= 0)
    quick = (whole & (life <= 10 * SECOND)).fill_null(False)
    return each.group_by("account_id", "trading_day").aggregate(
        resting=each.count(),
        quick_1=(whole & (life <= SECOND)).fill_null(False).cast("int64").sum(),
        quick_10=quick.cast("int64").sum(),
        quick_life=quick.ifelse(life, 0).sum(),
    )
