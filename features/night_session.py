"""The night session (夜盘): by the clock of Shanghai, whatever the trading day it belongs to."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

FROM_HOUR, TO_HOUR = 20, 3  # [20:00, 03:00): from before the call auction to after the last product's close
AHEAD_OF_UTC = 8  # hours, all year: China keeps no summer time


def at_night(instant: ir.TimestampValue) -> ir.BooleanValue:
    """Whether a UTC instant lies in the night session."""
    hour = (instant + ibis.interval(hours=AHEAD_OF_UTC)).hour()
    return (hour >= FROM_HOUR) | (hour < TO_HOUR)
