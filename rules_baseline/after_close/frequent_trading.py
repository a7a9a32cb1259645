"""``frequent_trading`` AT01 交易频繁: an account's trade rows and lots over all contracts.

Basis: the firm's own watch for over-trading (客户保护); no exchange publishes a number. Both limits must be reached.
"""

from __future__ import annotations

from typing import Any

import ibis

from rules_baseline.after_close.choices import Choice
from rules_baseline.after_close.closing import Closing
from rules_baseline.after_close.events import of_window
from rules_baseline.after_close.screen import Limit, Screen, of_account
from rules_baseline.after_close.window import windowed


def find(closing: Closing, choice: Choice) -> Any:
    """Trade rows and lots of every account that traded in the window."""
    days = choice.count("days")
    rows = closing.rows("trades", days)
    each = rows.select("account_id", "day_no", trades=ibis.literal(1, "int64"), lots=rows.volume)
    sums = windowed(closing, each, ["account_id"], ["trades", "lots"], days)
    return of_account(sums, trades=sums.trades.cast("int64"), lots=sums.lots.cast("int64"))


def events(closing: Closing, choice: Choice, hits: Any) -> Any:
    """The trades counted."""
    return of_window(closing, hits, "trades", choice.count("days"), lambda rows: rows.trade_id)


SCREEN = Screen(
    id="frequent_trading",
    title_zh="交易频繁",
    title_en="Frequent trading",
    legal_basis="the firm's own watch (AT01); no exchange publishes a number",
    needs=("trades",),
    limits=(
        Limit("trades", "trades", "成交笔数", "trade rows"),
        Limit("lots", "lots", "成交手数", "lots traded"),
    ),
    parameters={"days": "count"},
    find=find,
    events=events,
)
