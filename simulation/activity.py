"""How busy the minutes of a trading day are: U-shaped within every session, the night and the opening busiest."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simulation.calendar import MILLISECOND, MINUTE, SECOND, Session

Numbers = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
LAST_MOMENTS = 20 * SECOND  # nothing is sent in them, so that every life can end inside its day
_EDGES = (2.2, 1.2)  # extra activity at a session's opening and close, against 1 in its middle


def busyness(session: Session) -> Numbers:
    """Weight of every minute of open time, night first; its mean is somewhat above 1."""
    night, pieces = session.value
    lengths = ([night] if night else []) + [closes - opens for opens, closes in pieces]
    found = []
    for length in lengths:
        place = (np.arange(length) + 0.5) / length
        opening, close = (1 - place) ** 4, place**4
        found.append(1 + _EDGES[0] * opening + _EDGES[1] * close)
    weights: Numbers = np.concatenate(found)
    return weights


def cumulative(session: Session) -> Numbers:
    """Share of the day's activity before every minute and after the last, rising from 0 to 1."""
    sums = np.concatenate([[0.0], np.cumsum(busyness(session))])
    found: Numbers = np.round(sums / sums[-1], 12)
    return found


def offsets_of(shares: Numbers, opens: int, table: Numbers) -> Integers:
    """Offsets (microseconds, whole milliseconds) at shares of a day's activity, from an opening at offset ``opens``."""
    begin = table[opens // MINUTE]
    minutes = np.interp(begin + shares * (1 - begin), table, np.arange(len(table)))
    offsets = np.round(minutes * (MINUTE // MILLISECOND), 3).astype(np.int64) * MILLISECOND
    found: Integers = np.clip(offsets, opens, (len(table) - 1) * MINUTE - LAST_MOMENTS)
    return found
