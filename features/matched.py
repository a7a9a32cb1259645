"""Lots that own clients traded with each other, and with themselves: matches of which both sides are known."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from features.matches import MATCH, ONE_MATCH


def matched_lots(possible: ir.Table) -> ir.Table:
    """account_id, other, trading_day, lots > 0: what the account traded with the other, both ways a row each.

    ``possible`` are ``matches.possible_matches``. In one match min(own buys, other's sells) + min(own sells, other's
    buys); with itself twice the smaller side.
    """
    one = possible.group_by(MATCH).aggregate(
        bought=(possible.side == "buy").ifelse(possible.volume, 0).sum().cast("int64"),
        sold=(possible.side == "sell").ifelse(possible.volume, 0).sum().cast("int64"),
    )
    two = one.select(*ONE_MATCH, other="account_id", other_bought="bought", other_sold="sold")
    met = one.join(two, ONE_MATCH)
    met = met.mutate(lots=ibis.least(met.bought, met.other_sold) + ibis.least(met.sold, met.other_bought))
    met = met.filter(met.lots > 0)
    return met.group_by("account_id", "other", "trading_day").aggregate(lots=met.lots.sum().cast("int64"))
