"""Running totals in memory: a cheap first answer to whether a batch could have crossed a level anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from rules_baseline.crossing import Standing
from rules_baseline.state import UNIT_SQL

_NAMES = UNIT_SQL.split(", ")
_KEPT = "SELECT unit, sum(amount * sign)::BIGINT, sum(lots * sign)::BIGINT FROM events WHERE counts GROUP BY unit"
_NEVER = np.iinfo(np.int64).max
Sums = dict[int, tuple[int, int]]


class Totals:
    """Amount and lots by the hash of a unit, rebuilt from the state's events when the engine opens.

    Two units may share a hash: a total is then too high, never too low, so nothing that crosses is missed, and what
    is named here is worked out exactly by ``crossing``.
    """

    def __init__(self, con: Any, levels: Sequence[tuple[int | None, ...]]) -> None:
        filled = [[_NEVER if value is None else value for value in term] for term in levels] or [[_NEVER] * 2]
        self._lowest = np.array(filled, dtype=np.int64).min(axis=1)  # by term_id
        self.rebuild(con)

    def rebuild(self, con: Any) -> None:
        """Sum up what the state holds: at the start, and where events were taken out of it."""
        self._totals: Sums = {unit: (amount, lots) for unit, amount, lots in con.execute(_KEPT).fetchall()}

    def add(self, fresh: pa.Table) -> tuple[list[Standing], Sums]:
        """Units of a batch that stand at or above a level now, and the new totals, not yet taken over.

        ``fresh`` holds the rows that ``Counting.append`` appended; those that may count only are passed over.
        """
        found = fresh.filter(fresh.column("counts")).combine_chunks()
        if not found.num_rows:
            return [], {}
        units, place = np.unique(found.column("unit").to_numpy(), return_inverse=True)
        hashes: list[int] = units.tolist()
        sums = np.array([self._totals.get(unit, (0, 0)) for unit in hashes], dtype=np.int64)
        sign = found.column("sign").to_numpy()
        for column, name in enumerate(("amount", "lots")):
            np.add.at(sums[:, column], place, found.column(name).to_numpy() * sign)
        reached = np.flatnonzero(sums[place, 0] >= self._lowest[found.column("term_id").to_numpy()])
        new = dict(zip(hashes, map(tuple, sums.tolist()), strict=True))
        return [Standing(unit, at, term, *new[at]) for unit, at, term in _units(found.take(reached))], new

    def merged(self, parts: Iterable[Sums]) -> Sums:
        """New totals of parts of one batch as those of the batch: a hash that two of them have counts for both."""
        merged: Sums = {}
        for part in parts:
            for unit in merged.keys() & part.keys():
                was, other = self._totals.get(unit, (0, 0)), merged[unit]
                part[unit] = part[unit][0] + other[0] - was[0], part[unit][1] + other[1] - was[1]
            merged |= part
        return merged

    def take(self, new: Sums) -> None:
        """Take over the totals of a batch that was committed."""
        self._totals.update(new)


def _units(rows: pa.Table) -> list[tuple[Any, int, int]]:
    """The units of some rows, each with its hash and its term."""
    groups = rows.group_by(["unit", *_NAMES], use_threads=False).aggregate([("term_id", "max")])
    named = zip(*(groups.column(name).to_pylist() for name in _NAMES), strict=True)
    hashes, terms = (groups.column(name).to_pylist() for name in ("unit", "term_id_max"))
    return list(zip(named, hashes, terms, strict=True))
