"""Peers' medians: what is usual for accounts of the same type, learnt from the training rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

PEER_GROUP = "account_type_code"
_LEAST = 10  # fewer rows than this say nothing about a group


@dataclass(frozen=True)
class PeerMedians:
    """Median of each feature by ``account_type_code``, over all rows under None; absent where nothing is known."""

    by_group: Mapping[int | None, Mapping[str, float]]

    @classmethod
    def fit(cls, X: pd.DataFrame) -> Self:
        """Medians of the values present; a group with fewer than 10 values of a feature uses the overall median.

        >>> PeerMedians.fit(pd.DataFrame({"orders_5d": [1.0, 3.0]})).of({"account_type_code": 0.0})
        {'orders_5d': 2.0}
        """
        overall = _medians(X, least=1)
        groups: dict[int | None, Mapping[str, float]] = {None: overall}
        if PEER_GROUP in X.columns:
            for code, rows in X.groupby(PEER_GROUP, sort=True):
                groups[int(float(str(code)))] = {**overall, **_medians(rows, least=_LEAST)}
        return cls(groups)

    def of(self, features: Mapping[str, float | None]) -> Mapping[str, float]:
        """The medians of this row's peers; of everyone when its type is missing or new."""
        code = features.get(PEER_GROUP)
        known = code is not None and np.isfinite(code)
        return self.by_group.get(int(code) if known and code is not None else None, self.by_group[None])

    def to_json(self) -> dict[str, dict[str, float]]:
        """As plain values; the overall medians under ``""``."""
        return {"" if group is None else str(group): dict(medians) for group, medians in self.by_group.items()}

    @classmethod
    def from_json(cls, facts: Mapping[str, Mapping[str, float]]) -> Self:
        """The inverse of ``to_json``."""
        return cls({int(group) if group else None: dict(medians) for group, medians in facts.items()})


def _medians(rows: pd.DataFrame, least: int) -> dict[str, float]:
    values = ((str(name), column.dropna().to_numpy(np.float64)) for name, column in rows.items())
    return {name: float(np.median(present)) for name, present in values if present.size >= least}
