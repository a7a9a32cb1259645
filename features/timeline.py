"""What every account did, one row an act in order of time: what a person reads around an alert."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

COLUMNS = {
    "account_id": "string",
    "event_time": "timestamp(6)",
    "trading_day": "date",
    "act": "string",
    "exchange": "string",
    "contract": "string",
    "side": "string",
    "offset": "string",
    "price": "float64",
    "volume": "int64",
    "amount": "float64",
    "detail": "string",
}
ACTS = ("order", "cancel", "rejected", "trade", "login", "login_failed", "password_change", "deposit", "withdrawal")


def timeline(
    orders: ir.Table, trades: ir.Table, logins: ir.Table | None, cash_flows: ir.Table | None, *, since: date
) -> ir.Table:
    """Rows of ``COLUMNS`` from trading day ``since`` on, in order of (account_id, event_time, act, detail).

    ``act`` is one of ``ACTS``; ``price`` in CNY, ``volume`` in lots, ``amount`` in CNY (cash only), ``detail`` the
    order id, or the trade's. Addresses and bank accounts are left out: what is shared is told by the links. A table
    that is not given adds no row.
    """
    parts = [_orders(orders, since), _trades(trades, since)]
    if logins is not None:
        parts.append(_shaped(logins, since, act=logins.event))
    if cash_flows is not None:
        amount = cash_flows.amount.cast("float64")
        parts.append(_shaped(cash_flows, since, act=cash_flows.direction, amount=amount))
    return ibis.union(*parts).order_by("account_id", "event_time", "act", "detail")


def _orders(orders: ir.Table, since: date) -> ir.Table:
    act = orders.event.cases(("accepted", "order"), ("cancelled", "cancel"), else_="rejected")
    return _shaped(orders, since, act=act, detail=orders.order_id, **_place(orders))


def _trades(trades: ir.Table, since: date) -> ir.Table:
    return _shaped(trades, since, act=ibis.literal("trade"), detail=trades.trade_id, **_place(trades))


def _place(rows: ir.Table) -> dict[str, ir.Value]:
    named = {name: rows[name] for name in ("exchange", "contract", "side", "offset")}
    return {**named, "price": rows.price.cast("float64"), "volume": rows.volume}


def _shaped(rows: ir.Table, since: date, **given: ir.Value) -> ir.Table:
    known = {name: rows[name] for name in ("account_id", "event_time", "trading_day")} | given
    columns = {name: known.get(name, ibis.null()).cast(kind) for name, kind in COLUMNS.items()}
    return rows.select(**columns).filter(ibis._.trading_day >= since)
