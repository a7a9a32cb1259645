"""An account's orders and trades by contract and day: what each raw row weighs, added up in one scan of each table."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from features.night_session import at_night

CONTRACT_DAY = ("account_id", "trading_day", "exchange", "contract")


def measured(orders: ir.Table) -> dict[str, ir.IntegerValue]:
    """Indicator columns (0/1, or lots) of one order row, shared by the daily and the intraday families."""
    accepted, cancelled = orders.event == "accepted", orders.event == "cancelled"
    ioc = orders.time_in_force.isin(["FAK", "FOK"])
    mine = cancelled & ~ioc & client_made(orders)
    return {
        "accepted": accepted.cast("int64"),
        "cancelled": cancelled.cast("int64"),
        "ioc_cancelled": (cancelled & ioc).cast("int64"),
        "cancelled_lots": cancelled.ifelse(orders.volume, 0),
        "exempt_accepted": (accepted & orders.hedge.isin(["hedging", "market_making"])).cast("int64"),
        "market_accepted": (accepted & (orders.order_type == "market")).cast("int64"),
        "charged": ((accepted | cancelled) & (orders.hedge != "market_making")).cast("int64"),
        "pulled_buy_lots": (mine & (orders.side == "buy")).ifelse(orders.volume, 0),
        "pulled_sell_lots": (mine & (orders.side == "sell")).ifelse(orders.volume, 0),
        "rejected": (orders.event == "rejected").cast("int64"),
    }


def client_made(orders: ir.Table) -> ir.BooleanValue:
    """Whether the client cancelled: a null ``cancelled_by`` is read as the client, as in the rules."""
    return orders.cancelled_by.isnull() | (orders.cancelled_by == "client")


def one_sided_lots(rows: ir.Table) -> ir.IntegerValue:
    """Lots pulled on one side while only the other traded, of rows with ``pulled_`` and ``traded_`` lots by side."""
    buys, sells = rows.traded_buy_lots > 0, rows.traded_sell_lots > 0
    return ibis.cases((buys & ~sells, rows.pulled_sell_lots), (sells & ~buys, rows.pulled_buy_lots), else_=0)


def order_sums(orders: ir.Table) -> ir.Table:
    """One row (``CONTRACT_DAY``) an account, contract and day with an order row of any event; sums of its rows.

    Beside them the extremes by which ``features.order_limits`` sees where to look again: ``largest`` of the accepted
    orders and cancels, ``lowest`` and ``highest`` price of the accepted orders.
    """
    weights = measured(orders)
    accepted = orders.event == "accepted"
    weights |= {
        "ioc_accepted": (accepted & orders.time_in_force.isin(["FAK", "FOK"])).cast("int64"),
        "night_accepted": (accepted & at_night(orders.event_time)).cast("int64"),
        "accepted_lots": accepted.ifelse(orders.volume, 0),
        "messages": (orders.event != "rejected").cast("int64"),
        "priced": (accepted & orders.price.notnull()).cast("int64"),
    }
    sums = {name: weight.sum().cast("int64") for name, weight in weights.items()}
    return orders.group_by(CONTRACT_DAY).aggregate(
        **sums,
        largest_cancel=weights["cancelled_lots"].max(),
        largest=orders.volume.max(where=orders.event != "rejected"),
        lowest=orders.price.min(where=accepted),
        highest=orders.price.max(where=accepted),
    )


def trade_days(trades: ir.Table) -> ir.Table:
    """One row (``CONTRACT_DAY``) an account, contract and day with a trade; sums of its rows.

    ``filled_orders`` are the distinct orders of trades that are not market making, ``amount`` is price, without its
    sign, x lots.
    """
    return trades.group_by(CONTRACT_DAY).aggregate(
        trades=trades.count(),
        lots=trades.volume.sum().cast("int64"),
        open_lots=(trades.offset == "open").ifelse(trades.volume, 0).sum().cast("int64"),
        traded_buy_lots=(trades.side == "buy").ifelse(trades.volume, 0).sum().cast("int64"),
        traded_sell_lots=(trades.side == "sell").ifelse(trades.volume, 0).sum().cast("int64"),
        closed_lots=(trades.offset == "close").ifelse(trades.volume, 0).sum().cast("int64"),
        hedging_lots=(trades.hedge == "hedging").ifelse(trades.volume, 0).sum().cast("int64"),
        arbitrage_lots=(trades.hedge == "arbitrage").ifelse(trades.volume, 0).sum().cast("int64"),
        making_lots=(trades.hedge == "market_making").ifelse(trades.volume, 0).sum().cast("int64"),
        filled_orders=trades.order_id.nunique(where=trades.hedge != "market_making"),
        amount=(trades.price.abs() * trades.volume).sum(),
    )
