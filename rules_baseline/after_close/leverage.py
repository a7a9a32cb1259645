"""``leverage`` 高杠杆: the value of an account's futures at the close against its equity.

Basis: the firm's own risk watch (期货公司风险监管); no exchange publishes a number. Long and short are added, options
are left out; an equity of 0 or less with a futures position reaches the limit.
"""

from __future__ import annotations

from typing import Any

import ibis

from rules_baseline.after_close.choices import Choice
from rules_baseline.after_close.closing import FUTURES, Closing
from rules_baseline.after_close.events import of_window, position_id
from rules_baseline.after_close.holdings import lots_held, with_value
from rules_baseline.after_close.screen import Limit, Screen, of_account


def find(closing: Closing, choice: Choice) -> Any:
    """Value of the futures of every account with a position, as far as it is known."""
    rows = with_value(closing, lots_held(closing))
    futures = rows.kind.isin(FUTURES)
    zero = ibis.literal(0, "int64")
    by_account = rows.group_by("account_id", "trading_day", "day_no").aggregate(
        value=ibis.coalesce(rows.value.sum(where=futures), zero),
        futures_lots=ibis.coalesce(rows.lots.sum(where=futures), zero).cast("int64"),
        unpriced=(rows.kind.isnull() | (futures & rows.value.isnull())).sum(),
    )
    rows = closing.on_run_days(closing.with_equity(by_account))
    # without a future there is nothing an empty account could be leveraged with: no equity is compared then
    none = (rows.futures_lots == 0) & (rows.equity <= 0)
    return of_account(
        rows,
        "equity, settlement price or contract is not known",
        value=rows.value,
        equity=rows.equity,
        futures_lots=rows.futures_lots,
        unpriced=rows.unpriced,
        open=rows.unpriced > 0,
        _equity=ibis.ifelse(none, ibis.literal(1, rows.equity.type()), rows.equity),
    )


def events(closing: Closing, choice: Choice, hits: Any) -> Any:
    """The positions of the day."""
    return of_window(closing, hits, "positions", 1, position_id)


SCREEN = Screen(
    id="leverage",
    title_zh="高杠杆",
    title_en="High leverage",
    legal_basis="the firm's own risk watch; no exchange publishes a number",
    needs=("positions",),
    limits=(
        Limit("value_to_equity", "value", "期货持仓价值与权益之比", "value of futures over equity", per="_equity"),
    ),
    parameters={},
    find=find,
    events=events,
)
