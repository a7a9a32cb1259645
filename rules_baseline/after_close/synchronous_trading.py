"""``synchronous_trading`` AT04 趋同: two accounts of different subjects that trade the same way at the same time.

Basis: finding accounts under one actual control that were not reported (实际控制关系账户认定: 交易行为趋同); the
numbers are the firm's own. Both limits must be reached. ``share_by`` switches the share to lots or turnover.
"""

from __future__ import annotations

from typing import Any

import ibis
import numpy as np
import pyarrow as pa

from features.pairing import paired
from features.synchronous import candidates, group_numbers
from rules_baseline.after_close.choices import Choice
from rules_baseline.after_close.closing import Closing
from rules_baseline.after_close.screen import Limit, Screen, of_pair
from rules_baseline.after_close.window import windowed

_LEVEL = ["trading_day", "day_no", "exchange", "contract", "side", "price"]
_EPOCH = "2000-01-01"


def trades_of(closing: Closing, choice: Choice) -> Any:
    """Trades as this screen counts them: the fills of one (order, price) are one, at the first of them.

    Columns: ``trade`` (0, 1, ... in order of time, then order id), ``level`` (a number for contract, day, side and
    price), account_id, day_no, order_id, at (microseconds), lots, turnover (CNY; null: multiplier not known).
    """
    return closing.once(("synchronous trades", choice.starts), lambda: _trades(closing, choice))


def _trades(closing: Closing, choice: Choice) -> Any:
    rows = closing.rows("trades", choice.count("days"))
    once = rows.group_by([*_LEVEL, "account_id", "order_id"]).aggregate(
        event_time=rows.event_time.min(), lots=rows.volume.sum().cast("int64")
    )
    once = closing.with_contract(once)
    order = [once.day_no, once.event_time, once.order_id, once.account_id, *(once[key] for key in _LEVEL[2:])]
    return closing.keep(
        once.select(
            "account_id",
            "day_no",
            "order_id",
            "event_time",
            "lots",
            trade=ibis.row_number().over(order_by=order),
            level=ibis.dense_rank().over(order_by=[once[key] for key in _LEVEL[1:]]),
            at=once.event_time.delta(ibis.timestamp(_EPOCH), unit="microsecond"),
            turnover=once.price.abs() * once.lots * once.multiplier,  # a size: a price may be below zero
        )
    )


def matches_of(closing: Closing, choice: Choice) -> Any:
    """a < b (accounts), day_no, order_a, order_b, event_time, lots and turnover of every pair of trades."""
    return closing.once(("synchronous matches", choice.starts), lambda: _matches(closing, choice))


def _matches(closing: Closing, choice: Choice) -> Any:
    trades = trades_of(closing, choice)
    gap = choice.count("gap_seconds") * 1_000_000
    needed = ["trade_a", "trade_b", "level_a", "account_id_a", "account_id_b"]
    near = closing.fetch(candidates(trades, ["level"], gap).select(*needed))
    a, b, level = (near.column(name).to_numpy().astype(np.int64) for name in ("trade_a", "trade_b", "level_a"))
    times = closing.fetch(trades.order_by("trade").select("at")).column("at").to_numpy()
    chosen = pa.array(paired(group_numbers(near, level), a, b, times, gap))
    pairs = closing.put(near.filter(chosen).select(["trade_a", "trade_b"]))
    one = trades.rename(lambda name: f"{name}_a")
    two = trades.rename(lambda name: f"{name}_b")
    both = pairs.join(one, "trade_a").join(two, "trade_b")
    return closing.keep(
        both.select(
            "trade_a",
            "trade_b",
            a=both.account_id_a,
            b=both.account_id_b,
            day_no=both.day_no_a,
            order_a=both.order_id_a,
            order_b=both.order_id_b,
            event_time=ibis.greatest(both.event_time_a, both.event_time_b),
            lots=ibis.least(both.lots_a, both.lots_b),
            turnover=ibis.least(both.turnover_a, both.turnover_b),
        )
    )


def find(closing: Closing, choice: Choice) -> Any:
    """Paired trades of every pair of accounts with at least one in the window, and how many each traded."""
    days, by = choice.count("days"), choice.values["share_by"]
    one = ibis.literal(1, "int64")
    columns = ["trades", "lots", "turnover"]
    each = matches_of(closing, choice)
    pairs = windowed(
        closing, each.select("a", "b", "day_no", "lots", "turnover", trades=one), ["a", "b"], columns, days
    )
    own = trades_of(closing, choice)
    totals = windowed(
        closing, own.select("account_id", "day_no", "lots", "turnover", trades=one), ["account_id"], columns, days
    )
    totals = closing.keep(totals)
    for side in ("a", "b"):
        total = totals.select(
            **{f"account_{side}": totals.account_id, f"no_{side}": totals.day_no},
            **{f"{name}_{side}": totals[name] for name in columns},
        )
        on = [pairs[side] == total[f"account_{side}"], pairs.day_no == total[f"no_{side}"]]
        pairs = pairs.join(total, on).drop(f"account_{side}", f"no_{side}")
    pairs = closing.with_group(closing.with_group(pairs, "a", "group_a"), "b", "group_b")
    pairs = pairs.filter(~ibis.coalesce(pairs.group_a == pairs.group_b, False))
    return of_pair(
        pairs,
        matches=pairs.trades.cast("int64"),
        trades_a=pairs.trades_a.cast("int64"),
        trades_b=pairs.trades_b.cast("int64"),
        lots=pairs.lots.cast("int64"),
        lots_a=pairs.lots_a.cast("int64"),
        lots_b=pairs.lots_b.cast("int64"),
        turnover=pairs.turnover,
        share_by=ibis.literal(by),
        _part=pairs[by],
        _whole=ibis.least(pairs[f"{by}_a"], pairs[f"{by}_b"]),
    )


def events(closing: Closing, choice: Choice, hits: Any) -> Any:
    """The orders of the paired trades, ``order of a|order of b``."""
    each = matches_of(closing, choice).mutate(seen_no=ibis._.day_no).drop("day_no")
    looked_at = [
        hits["_a"] == each.a,
        hits["_b"] == each.b,
        each.seen_no <= hits.day_no,
        each.seen_no > hits.day_no - choice.count("days"),
    ]
    rows = hits.join(each, looked_at)
    return rows.select("hit_no", event_id=rows.order_a + "|" + rows.order_b, event_time=rows.event_time)


SCREEN = Screen(
    id="synchronous_trading",
    title_zh="趋同交易",
    title_en="Synchronous trading",
    legal_basis="finding unreported accounts under one actual control (交易行为趋同); numbers are the firm's own",
    needs=("trades",),
    limits=(
        Limit("matches", "matches", "同步成交笔数", "paired trades"),
        Limit("share", "_part", "占成交较少一方的比例", "share of the account with fewer trades", per="_whole"),
    ),
    parameters={"days": "count", "gap_seconds": "count", "share_by": "text"},
    texts={"share_by": ("trades", "lots", "turnover")},
    find=find,
    events=events,
    subject="pair",
)
