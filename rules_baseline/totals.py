"""Running totals in memory: a cheap first answer to whether a batch could have crossed a level anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

_FRESH = """
SELECT unit, max(term_id) AS term_id, sum(amount * sign)::BIGINT AS amount, sum(lots * sign)::BIGINT AS lots
FROM events WHERE sequence = $sequence AND counts GROUP BY unit
"""
_KEPT = "SELECT unit, sum(amount * sign)::BIGINT, sum(lots * sign)::BIGINT FROM events WHERE counts GROUP BY unit"
_NEVER = np.iinfo(np.int64).max


class Totals:
    """Amount and lots by the hash of a unit, rebuilt from the state's events when the engine opens.

    Two units may share a hash: a total is then too high, never too low, so nothing that crosses is missed, and what
    is named here is worked out exactly by ``crossing``.
    """

    def __init__(self, con: Any, levels: Sequence[tuple[int | None, ...]]) -> None:
        rows = con.execute(_KEPT).fetchall()
        self._totals: dict[int, tuple[int, int]] = {unit: (amount, lots) for unit, amount, lots in rows}
        filled = [[_NEVER if value is None else value for value in term] for term in levels] or [[_NEVER] * 3]
        self._levels = np.array(filled, dtype=np.int64)  # by term_id: warning, breach, severe lots

    def add(self, con: Any, sequence: int) -> tuple[list[int], dict[int, tuple[int, int]]]:
        """Units of a batch that stand at or above a level now, and the new totals, not yet taken over."""
        found = con.execute(_FRESH, {"sequence": sequence}).fetchnumpy()
        units: list[int] = found["unit"].tolist()
        if not units:
            return [], {}
        before = [self._totals.get(unit, (0, 0)) for unit in units]
        amount = np.asarray(found["amount"], dtype=np.int64) + np.array([a for a, _ in before], dtype=np.int64)
        lots = np.asarray(found["lots"], dtype=np.int64) + np.array([n for _, n in before], dtype=np.int64)
        lowest = self._levels[np.asarray(found["term_id"], dtype=np.int64)][:, :2].min(axis=1)
        reached = np.flatnonzero(amount >= lowest)
        return [units[i] for i in reached], dict(
            zip(units, zip(amount.tolist(), lots.tolist(), strict=True), strict=True)
        )

    def take(self, new: dict[int, tuple[int, int]]) -> None:
        """Take over the totals of a batch that was committed."""
        self._totals.update(new)
