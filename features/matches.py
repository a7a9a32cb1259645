"""Self-matches of an account: the same account on both sides of one match, before any exemption."""

from __future__ import annotations

import ibis.expr.types as ir

MATCH = ["exchange", "trading_day", "contract", "trade_id", "account_id"]


def self_matches(trades: ir.Table) -> ir.Table:
    """One row (the columns of ``MATCH``, ``event_time``) a match in which the account both bought and sold.

    ``event_time`` is when its second side first appears. What counts against an exchange limit is the business
    of ``rules_baseline``; this is behaviour, without exemptions.
    """
    sides = trades.group_by(MATCH).aggregate(
        bought=trades.event_time.min(where=trades.side == "buy"),
        sold=trades.event_time.min(where=trades.side == "sell"),
    )
    both = sides.filter(sides.bought.notnull() & sides.sold.notnull())
    return both.mutate(event_time=(both.bought > both.sold).ifelse(both.bought, both.sold)).select(*MATCH, "event_time")
