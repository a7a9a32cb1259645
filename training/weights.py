"""What each labelled alert counts: a case once however many alerts it has, a drawn one for those not drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alertgrade.errors import AlertError

Floats = NDArray[np.float64]
CASE_POWER = 1.0  # of the alerts of a case; 0: every alert counts once, 1: every case does (decision 0027)
CAP = 10.0  # one row stands for at most so many of its kind


@dataclass(frozen=True, slots=True)
class Weights:
    """``values`` (n,), mean 1; ``effective`` rows if all counted the same; how many were ``drawn`` or ``capped``."""

    values: Floats
    effective: float
    drawn: int = 0
    capped: int = 0


def case_weights(cases: pd.Series[str], power: float = CASE_POWER) -> Floats:
    """Each alert counts 1 / (alerts of its case) ** ``power``, scaled to mean 1; empty for no rows.

    >>> case_weights(pd.Series(["a", "a", "a", "a", "b"])).tolist()
    [0.625, 0.625, 0.625, 0.625, 2.5]
    """
    size = cases.groupby(cases).transform("size").to_numpy(np.float64)
    return _mean_one(size**-power)


def selection_weights(sample: pd.Series[str], probability: pd.Series[float], cap: float = CAP) -> Weights:
    """Inverse probability weights of labelled alerts of which some were drawn at random (随机抽查).

    An alert without a ``sample`` would have been labelled in any case and stands for itself; a drawn one stands for
    1 / probability of those that could have been drawn. Stabilised (mean 1, Robins, Hernan and Brumback 2000), then
    capped at ``cap``. ``AlertError`` where a drawn alert has no probability in (0, 1].

    >>> selection_weights(pd.Series([None, None, "audit"]), pd.Series([None, None, 0.25])).values.round(2).tolist()
    [0.5, 0.5, 2.0]
    """
    drawn = sample.notna().to_numpy()
    chance = pd.to_numeric(probability).to_numpy(np.float64)
    if (wrong := drawn & ~((chance > 0) & (chance <= 1))).any():
        place = int(np.flatnonzero(wrong)[0])
        raise AlertError(
            f"sample probability {chance[place]} of drawn row {place}", "wanted a number above 0, at most 1"
        )
    raw = _mean_one(np.divide(1.0, chance, out=np.ones(len(chance)), where=drawn))
    values = _mean_one(np.minimum(raw, cap))
    return Weights(values, effective_size(values), int(drawn.sum()), int((raw > cap).sum()))


def training_weights(alerts: pd.DataFrame) -> Weights:
    """Case weight times selection weight of the rows of ``Dataset.alerts``."""
    chosen = selection_weights(alerts["sample"], alerts["sample_probability"])
    values = _mean_one(chosen.values * case_weights(alerts["case"]))
    return Weights(values, effective_size(values), chosen.drawn, chosen.capped)


def effective_size(weight: Floats) -> float:
    """Kish's effective sample size, (sum w)^2 / sum w^2; 0 for no rows.

    >>> effective_size(np.array([1.0, 1.0])), effective_size(np.array([1.0, 0.0]))
    (2.0, 1.0)
    """
    squares = float((weight**2).sum())
    return float(weight.sum()) ** 2 / squares if squares else 0.0


def _mean_one(weight: Floats) -> Floats:
    return weight / weight.mean() if weight.size else weight
