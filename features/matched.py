"""Lots that own clients traded with each other, and with themselves: matches of which both sides are known."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

MATCH = ["exchange", "trading_day", "contract", "trade_id"]


def matched_lots(trades: ir.Table) -> ir.Table:
    """account_id, other, trading_day, lots > 0: what the account traded with the other, both ways a row each.

    In one match min(own buys, other's sells) + min(own sells, other's buys); with itself twice the smaller side. Most
    matches have one row, the other side being another broker's: they are dropped first, the rest is joined.
    """
    sides = trades.group_by(MATCH).aggregate(first=trades.side.min(), last=trades.side.max())
    both = trades.semi_join(sides.filter(sides["first"] != sides["last"]), MATCH)
    one = both.group_by([*MATCH, "account_id"]).aggregate(
        bought=(both.side == "buy").ifelse(both.volume, 0).sum().cast("int64"),
        sold=(both.side == "sell").ifelse(both.volume, 0).sum().cast("int64"),
    )
    two = one.select(*MATCH, other="account_id", other_bought="bought", other_sold="sold")
    met = one.join(two, MATCH)
    met = met.mutate(lots=ibis.least(met.bought, met.other_sold) + ibis.least(met.sold, met.other_bought))
    met = met.filter(met.lots > 0)
    return met.group_by("account_id", "other", "trading_day").aggregate(lots=met.lots.sum().cast("int64"))
