"""Self-matches of an account: the same account on both sides of one match, before any exemption."""

from __future__ import annotations

import ibis.expr.types as ir

ONE_MATCH = ["exchange", "trading_day", "contract", "trade_id"]
MATCH = [*ONE_MATCH, "account_id"]


def possible_matches(trades: ir.Table) -> ir.Table:
    """The rows of ``trades`` that may share their match with another row; most have it alone and are left out.

    The other side of most matches is another broker's. Three columns are cheaper to count by than four; where an id is
    there again for another contract, rows are kept that need not be.
    """
    part = ["exchange", "trading_day", "trade_id"]
    several = trades.group_by(part).aggregate(rows=trades.count())
    return trades.semi_join(several.filter(several["rows"] > 1), part)


def self_matches(trades: ir.Table) -> ir.Table:
    """One row (the columns of ``MATCH``, ``event_time``) a match in which the account both bought and sold.

    ``event_time`` is when its second side first appears. What counts against an exchange limit is the business
    of ``rules_baseline``; this is behaviour, without exemptions.
    """
    rows = possible_matches(trades)
    sides = rows.group_by(MATCH).aggregate(
        bought=rows.event_time.min(where=rows.side == "buy"),
        sold=rows.event_time.min(where=rows.side == "sell"),
    )
    both = sides.filter(sides.bought.notnull() & sides.sold.notnull())
    return both.mutate(event_time=(both.bought > both.sold).ifelse(both.bought, both.sold)).select(*MATCH, "event_time")
