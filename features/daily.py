"""What an account did on a day, in the fewest rows that several families can be made of."""

from __future__ import annotations

import ibis.expr.types as ir

from features.cancelling import measured


def orders_by_address(orders: ir.Table) -> ir.Table:
    """account_id, trading_day, ip, mac, via_relay (null is false), ``orders`` accepted and ``cancels``.

    One row an account, day and address that it ordered from; nothing else is known of a row without an address.
    """
    rows = orders.mutate(**measured(orders), via_relay=orders.via_relay.fill_null(False))
    return rows.group_by("account_id", "trading_day", "ip", "mac", "via_relay").aggregate(
        orders=rows.accepted.sum().cast("int64"), cancels=rows.cancelled.sum().cast("int64")
    )


def trades_by_contract(trades: ir.Table) -> ir.Table:
    """account_id, trading_day, exchange, contract, its trades and lots: all, by offset, side and declared purpose."""
    counted = {
        "opened": trades.offset == "open",
        "closed": trades.offset == "close",
        "bought": trades.side == "buy",
        "sold": trades.side == "sell",
        "hedging": trades.hedge == "hedging",
        "arbitrage": trades.hedge == "arbitrage",
        "making": trades.hedge == "market_making",
    }
    return trades.group_by("account_id", "trading_day", "exchange", "contract").aggregate(
        trades=trades.count(),
        lots=trades.volume.sum(),
        **{name: yes.ifelse(trades.volume, 0).sum() for name, yes in counted.items()},
    )
