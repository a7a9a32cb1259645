"""``position_concentration`` 单日持仓过大: lots on one contract far above the account's own past and its equity.

Basis: the firm's own risk watch (期货公司风险管理); no exchange publishes a number. Long and short together. Both
limits must be reached; a median of 0 and an equity of 0 or less reach theirs, a missing equity is UNKNOWN.
"""

from __future__ import annotations

from typing import Any

import ibis

from rules_baseline.after_close.choices import Choice
from rules_baseline.after_close.closing import Closing
from rules_baseline.after_close.events import of_window, position_id
from rules_baseline.after_close.holdings import lots_held, with_value
from rules_baseline.after_close.screen import Limit, Screen, of_account
from rules_baseline.after_close.window import grid

_KEYS = ["account_id", "exchange", "contract"]


def find(closing: Closing, choice: Choice) -> Any:
    """Lots held at the close, their median over the preceding days, and their value."""
    today = closing.on_run_days(closing.with_equity(with_value(closing, lots_held(closing))))
    past = _medians(closing, choice.count("history_days"))
    keys = [*_KEYS, "day_no"]
    rows = today.left_join(past, [today[key] == past[key] for key in keys]).select(today, past.median_twice)
    return of_account(
        rows,
        "equity, settlement price, multiplier or any earlier day is not known",
        exchange=rows.exchange,
        contract=rows.contract,
        lots=rows.lots,
        median_twice=rows.median_twice,
        value=rows.value,
        equity=rows.equity,
        _lots_twice=rows.lots * 2,
    )


def _medians(closing: Closing, days: int) -> Any:
    """Twice the median (a whole number) of the lots of the preceding days, days without a position as 0.

    Null on the first trading day in the data, which has no preceding day.
    """
    held = lots_held(closing, days + 1)
    dense = grid(closing, held, _KEYS, before=days, after=0)
    keys = [*_KEYS, "day_no"]
    joined = dense.left_join(held, [dense[key] == held[key] for key in keys]).select(
        dense, lots=ibis.coalesce(held.lots, 0)
    )
    before = ibis.window(group_by=_KEYS, order_by="day_no", preceding=(days, 1))
    # in order, the middle one twice or the middle two: a median over a moving window is not said on every engine
    past = joined.select(*keys, past=joined.lots.collect().over(before).sort())
    past = past.mutate(held=past.past.length())
    middle = past.past[((past.held - 1) // 2).cast("int32")] + past.past[(past.held // 2).cast("int32")]
    return past.select(*keys, median_twice=ibis.ifelse(past.held > 0, middle, ibis.null("int64")))


def events(closing: Closing, choice: Choice, hits: Any) -> Any:
    """The positions of the day in the contract."""
    found = of_window(closing, hits, "positions", 1, position_id)
    wanted = hits.select(hit="hit_no", mark="/" + hits.exchange + "." + hits.contract + "/")
    return found.join(wanted, [found.hit_no == wanted.hit, found.event_id.contains(wanted.mark)]).drop("hit", "mark")


SCREEN = Screen(
    id="position_concentration",
    title_zh="单日持仓过大",
    title_en="Position concentration",
    legal_basis="the firm's own risk watch; no exchange publishes a number",
    needs=("positions",),
    limits=(
        Limit("lots_to_median", "_lots_twice", "持仓与历史中位数之比", "lots over their median", per="median_twice"),
        Limit("value_to_equity", "value", "持仓价值与权益之比", "value over equity", per="equity"),
    ),
    parameters={"history_days": "count"},
    find=find,
    events=events,
)
