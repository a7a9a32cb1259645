"""Where an account ordered from on a day, in the fewest rows that several families can be made of."""

from __future__ import annotations

import ibis.expr.types as ir

from features.order_days import measured


def orders_by_address(orders: ir.Table) -> ir.Table:
    """account_id, trading_day, ip, mac, via_relay (null is false), ``orders`` accepted and ``cancels``.

    One row an account, day and address that it ordered from; nothing else is known of a row without an address.
    """
    rows = orders.mutate(**measured(orders), via_relay=orders.via_relay.fill_null(False))
    return rows.group_by("account_id", "trading_day", "ip", "mac", "via_relay").aggregate(
        orders=rows.accepted.sum().cast("int64"), cancels=rows.cancelled.sum().cast("int64")
    )
