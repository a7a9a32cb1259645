"""Past cases that looked like this one: nearest by features, with what was decided of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FARTHEST = 3.0  # of one feature, in its usual spreads: beyond it two values are simply different


@dataclass(frozen=True, slots=True)
class Similar:
    """Row number of a past alert, its distance in [0, 1] (0: the same), and the features that differ most."""

    row: int
    distance: float
    apart: tuple[str, ...]


class PastAlerts:
    """Feature rows of alerts whose outcome is known, scaled once and asked many times.

    ``features`` is (n_alerts, n_features), NaN where unknown. A feature's spread is its interquartile range, or its
    full range where that is zero; one that never varies does not count. Two unknowns are alike, one alone is as far
    as anything can be: what is not known is a fact of its own (no logins on record, say).

    >>> past = PastAlerts(pd.DataFrame({"orders_20d": [0.0, 10.0, 20.0], "loans": [1.0, 1.0, 1.0]}))
    >>> [found.row for found in past.nearest({"orders_20d": 18.0}, among=[0, 1, 2], most=2)]
    [2, 1]
    """

    def __init__(self, features: pd.DataFrame) -> None:
        values = features.to_numpy(dtype="float64")
        spread = _spread(values)
        varies = spread > 0
        self._names = [str(name) for name, kept in zip(features.columns, varies, strict=True) if kept]
        self._spread = spread[varies]
        self._values = values[:, varies] / self._spread if len(values) else values[:, varies]

    def nearest(self, row: Mapping[str, float | None], *, among: Sequence[int], most: int) -> list[Similar]:
        """The ``most`` nearest rows of ``among``, nearest first, the earlier row first at equal distance."""
        if not len(among) or not self._names:
            return []
        given = [row.get(name) for name in self._names]
        asked = np.array([np.nan if value is None else value for value in given], dtype="float64") / self._spread
        steps = self._steps(asked, np.asarray(among, dtype="int64"))
        distances = steps.mean(axis=1) / FARTHEST
        order = np.argsort(distances, kind="stable")[:most]
        return [Similar(int(among[i]), float(distances[i]), self._apart(steps[i])) for i in order]

    def _steps(self, asked: NDArray[np.float64], among: NDArray[np.int64]) -> NDArray[np.float64]:
        steps = np.abs(self._values[among] - asked)
        unknown, missing = np.isnan(self._values[among]), np.isnan(asked)
        steps = np.where(unknown & missing, 0.0, np.where(unknown ^ missing, FARTHEST, steps))
        return np.minimum(steps, FARTHEST)

    def _apart(self, steps: NDArray[np.float64]) -> tuple[str, ...]:
        worst = np.argsort(-steps, kind="stable")[:3]
        return tuple(self._names[i] for i in worst if steps[i] > 0)


def _spread(values: NDArray[np.float64]) -> NDArray[np.float64]:
    spread = np.zeros(values.shape[1])
    for column in range(values.shape[1]):
        known = values[~np.isnan(values[:, column]), column]
        if len(known):
            low, high = np.quantile(known, (0.25, 0.75))
            spread[column] = high - low or known.max() - known.min()
    return spread
