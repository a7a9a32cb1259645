"""Matches between the broker's own clients: rows of one (exchange, trading day, contract, trade id) with both sides.

``features.matches`` looks at one account against itself; here the sides of different accounts meet.
"""

from __future__ import annotations

from typing import Any

from rules_baseline.after_close.closing import Closing

MATCH = ["exchange", "trading_day", "day_no", "contract", "trade_id"]


def legs(closing: Closing, days: int = 1) -> Any:
    """``MATCH``, account_id, side, lots and price x lots (``worth``) of every match with rows on both sides.

    Rows are summed per account and side. Most matches have one row, the other side being another broker's: they are
    dropped first, and the work is linear in the rest.
    """
    rows = closing.rows("trades", days)
    sides = rows.group_by(MATCH).aggregate(sides=rows.side.nunique())
    both = rows.semi_join(sides.filter(sides.sides > 1), MATCH)
    return both.group_by([*MATCH, "account_id", "side"]).aggregate(
        lots=both.volume.sum().cast("int64"), worth=(both.price * both.volume).sum()
    )
