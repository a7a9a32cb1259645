"""An account's orders and trades by contract and day: what each raw row weighs, added up in one scan of each table."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from features.contract_terms import with_day, with_valid
from features.night_session import at_night

CONTRACT_DAY = ("account_id", "trading_day", "exchange", "contract")
_TERMS = ("trading_day", "exchange", "contract")


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


def order_days(orders: ir.Table, contracts: ir.Table, contract_days: ir.Table) -> ir.Table:
    """One row (``CONTRACT_DAY``) an account, contract and day with an order row of any event; sums of its rows.

    Large: 5 x lots >= 4 x the largest order allowed that day. At the limit: nearer than half a tick to either limit
    of the day. ``sized`` counts the rows whose contract has a largest order, ``priced`` orders that can be compared.
    """
    terms = _terms(orders, contracts, contract_days)
    few = _exceptional(orders, terms)
    days = _sums(orders)
    joined = days.left_join(terms, [days[key] == terms[key] for key in _TERMS])
    joined = joined.left_join(few, [days[key] == few[key] for key in CONTRACT_DAY])
    sized, priced = terms.max_order_volume.notnull(), _comparable(terms)
    counted = {
        "sized": sized.ifelse(days.messages, 0),
        "sized_accepted": sized.ifelse(days.accepted, 0),
        "priced_accepted": priced.ifelse(days.priced, 0),
    }
    found = {name: few[name].fill_null(0) for name in ("large_accepted", "large_cancelled", "limit_accepted")}
    kept = [days[name] for name in days.columns if name not in ("messages", "priced")]
    return joined.select(*kept, **counted, **found)


def _sums(orders: ir.Table) -> ir.Table:
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
    return orders.group_by(CONTRACT_DAY).aggregate(**sums, largest_cancel=weights["cancelled_lots"].max())


def trade_days(trades: ir.Table) -> ir.Table:
    """One row (``CONTRACT_DAY``) an account, contract and day with a trade; sums of its rows.

    ``filled_orders`` are the distinct orders of trades that are not market making, ``amount`` is price x lots.
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
        amount=(trades.price * trades.volume).sum(),
    )


def _terms(orders: ir.Table, contracts: ir.Table, contract_days: ir.Table) -> ir.Table:
    """What binds the orders of a contract on a day, one row each; null where nothing is known."""
    asked = orders.select(*_TERMS).distinct()  # looked up once a contract and day, not once a row
    terms = with_valid(asked, contracts, ("max_order_volume", "tick"))
    terms = with_day(terms, contract_days, ("upper_limit", "lower_limit"))
    names = ("max_order_volume", "tick", "upper_limit", "lower_limit")
    return terms.group_by(_TERMS).aggregate(**{n: terms[n].max() for n in names})


def _exceptional(orders: ir.Table, terms: ir.Table) -> ir.Table:
    """``CONTRACT_DAY`` of the few rows that are large or may be near a limit, and how many of them are."""
    known = terms.mutate(large=terms.max_order_volume * 4)
    for limit in ("upper_limit", "lower_limit"):  # a whole tick either side: exactly asked of the few rows left
        known = known.mutate(**{f"{limit}_from": known[limit] - known.tick, f"{limit}_to": known[limit] + known.tick})
    names = [name for name in known.columns if name not in _TERMS]
    rows = orders.join(known, [orders[key] == known[key] for key in _TERMS])
    rows = rows.select(
        orders.account_id, *[orders[n] for n in (*_TERMS, "event", "price", "volume")], *[known[n] for n in names]
    )
    near = [rows.price.between(rows[f"{limit}_from"], rows[f"{limit}_to"]) for limit in ("upper_limit", "lower_limit")]
    rows = rows.filter(rows.event != "rejected", ((rows.volume * 5 >= rows.large) | near[0] | near[1]).fill_null(False))
    accepted, large = rows.event == "accepted", (rows.volume * 5 >= rows.large).fill_null(False)
    at = [_near(rows.price, rows[limit], rows.tick).fill_null(False) for limit in ("upper_limit", "lower_limit")]
    return rows.group_by(CONTRACT_DAY).aggregate(
        large_accepted=(large & accepted).cast("int64").sum(),
        large_cancelled=(large & ~accepted).cast("int64").sum(),
        limit_accepted=(accepted & (at[0] | at[1])).cast("int64").sum(),
    )


def _comparable(terms: ir.Table) -> ir.BooleanValue:
    return terms.tick.notnull() & (terms.upper_limit.notnull() | terms.lower_limit.notnull())


def _near(price: ir.DecimalValue, limit: ir.DecimalValue, tick: ir.DecimalValue) -> ir.BooleanValue:
    return (price - limit).abs() * 2 < tick
