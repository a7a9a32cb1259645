"""Bursts of messages (报撤单频率): how many orders and cancels fall into one second."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

BURST = 10  # messages in one second: what the exchanges' duty to report programme trading counts (RULES)
_MICROSECONDS = 1_000_000


def busiest_seconds(messages: ir.Table, keys: Sequence[str]) -> ir.Table:
    """``keys``, ``busiest`` (most messages in one calendar second) and ``bursts`` (seconds with ``BURST`` or more).

    ``messages`` are accepted orders and cancels; seconds are cut, so that 09:00:00 holds [09:00:00, 09:00:01).
    """
    # an integer second: grouping by a truncated timestamp costs twice as much
    at = messages.event_time.delta(ibis.timestamp("1970-01-01"), unit="microsecond")
    rows = messages.select(*keys, second=at // _MICROSECONDS)
    seconds = rows.group_by(*keys, "second").aggregate(messages=rows.count())
    return seconds.group_by(list(keys)).aggregate(
        busiest=seconds.messages.max(), bursts=(seconds.messages >= BURST).cast("int64").sum()
    )
