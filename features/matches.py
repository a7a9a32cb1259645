"""Self-matches of an account: the same account on both sides of one match, before any exemption."""

from __future__ import annotations

import ibis.expr.types as ir

from features.alike import alike

ONE_MATCH = ["exchange", "trading_day", "contract", "trade_id"]
MATCH = [*ONE_MATCH, "account_id"]
_PART = ["exchange", "trading_day", "trade_id"]  # three columns are cheaper than four


def possible_matches(trades: ir.Table) -> ir.Table:
    """The rows of ``trades`` (``MATCH``, side, volume, event_time) that may share their match with another row.

    Most have it alone and are left out: the other side is another broker's. Rows are kept that need not be: of an id
    that is there again for another contract, and those that are only ``alike``.
    """
    several = trades.select(number=alike(trades, _PART)).group_by("number").aggregate(rows=lambda t: t.count())
    rows = trades.select(*MATCH, "side", "volume", "event_time", number=alike(trades, _PART))
    return rows.semi_join(several.filter(several["rows"] > 1), "number").drop("number")


def self_matches(possible: ir.Table) -> ir.Table:
    """One row (the columns of ``MATCH``, ``event_time``) a match in which the account both bought and sold.

    ``possible`` are ``possible_matches``. ``event_time`` is when its second side first appears. What counts against an
    exchange limit is the business of ``rules_baseline``; this is behaviour, without exemptions.
    """
    sides = possible.group_by(MATCH).aggregate(
        bought=possible.event_time.min(where=possible.side == "buy"),
        sold=possible.event_time.min(where=possible.side == "sell"),
    )
    both = sides.filter(sides.bought.notnull() & sides.sold.notnull())
    return both.mutate(event_time=(both.bought > both.sold).ifelse(both.bought, both.sold)).select(*MATCH, "event_time")
