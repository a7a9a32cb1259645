"""Orders cancelled whole soon after they were accepted: the part of order book conduct that looks at single orders."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from fractions import Fraction

from tests.features.oracle.numbers import Values, lots, of, share
from tests.features.oracle.rows import Row
from tests.features.oracle.words import client_made, resting

MICROSECOND = timedelta(microseconds=1)


def quick_cancels(orders: Iterable[Row]) -> Values:
    by_order: dict[tuple[object, ...], list[Row]] = {}
    for row in filter(resting, orders):
        place = (row["trading_day"], row["exchange"], row["contract"], row["order_id"])
        by_order.setdefault(place, []).append(row)
    rested = [rows for rows in by_order.values() if of(rows, "accepted")]
    lives = [life for rows in rested if (life := _life(rows)) is not None]
    one, ten = ([life for life in lives if life <= timedelta(seconds=s)] for s in (1, 10))
    return {
        "quick_cancel_share_1s_20d": share(len(one), len(rested)),
        "quick_cancel_share_10s_20d": share(len(ten), len(rested)),
        "mean_quick_cancel_seconds_20d": _mean_seconds(ten),
    }


def _life(rows: list[Row]) -> timedelta | None:
    """From the first accepted row to the first client-made cancel, of an order without a fill."""
    accepted, cancelled = of(rows, "accepted"), of(rows, "cancelled")
    own = [r["event_time"] for r in cancelled if client_made(r)]
    if not own or lots(cancelled) < lots(accepted):
        return None
    life: timedelta = min(own) - min(r["event_time"] for r in accepted)
    return life if life >= timedelta(0) else None


def _mean_seconds(lives: list[timedelta]) -> Fraction | None:
    return share(sum(life // MICROSECOND for life in lives), 1_000_000 * len(lives))
