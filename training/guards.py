"""Guards of a training: what would make its figures worthless, looked for on the data and the result themselves."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from alertgrade.errors import AlertError
from models.metrics import Estimate
from training.evaluate import OURS
from training.splits import Split

TELLING = 0.95  # rank correlation with the grade from which a feature is asked where it knows that from
_LEAST = 30


def refuse_future(alerts: pd.DataFrame, parts: Split) -> None:
    """Raise ``AlertError`` where an earlier part holds what was not known when the test part begins.

    Looked at are alerts and labels of the train and calibration parts, and subjects that should be unseen.
    """
    earlier = parts.train | parts.calibration
    for name, what in (("triggered_at", "alert"), ("decided_at", "label")):
        late = int((alerts.loc[earlier, name] >= parts.test_from).sum())
        if late:
            raise AlertError(
                f"{late} {what}s of the training are of {parts.test_from:%Y-%m-%d} or later",
                "wanted only what was known before the test part",
                "split again",
            )
    known = set(alerts.loc[earlier, "subject_id"]) & set(alerts.loc[parts.unseen, "subject_id"])
    if known:
        raise AlertError(f"{len(known)} subjects called unseen are in the training", "wanted none", "split again")


def telling_features(X: pd.DataFrame, y: pd.Series[int], limit: float = TELLING) -> list[str]:
    """Features that alone rank the rows as the grades do (|Spearman| >= ``limit``): too good to be known at the alert.

    Columns with fewer than 30 values, or one value only, are passed.

    >>> y = pd.Series([1, 2, 3, 4, 5] * 10)
    >>> telling_features(pd.DataFrame({"leak": 6 - y, "noise": range(50)}), y)
    ['leak']
    """
    found = []
    ranks = y.rank().to_numpy(np.float64)
    for name, column in X.items():
        known = column.notna().to_numpy()
        if known.sum() < _LEAST or column.nunique() < 2 or y[known].nunique() < 2:
            continue
        own = column[known].rank().to_numpy(np.float64)
        if abs(np.corrcoef(own, ranks[known])[0, 1]) >= limit:
            found.append(str(name))
    return found


def doubts(X: pd.DataFrame, y: pd.Series[int], table: Mapping[str, Mapping[str, Estimate]]) -> tuple[str, ...]:
    """Sentences a reader must see before believing the figures: a feature that tells too much, nothing learnt."""
    said = [
        f"feature {name} alone tells the grade: check that it was known at the alert" for name in telling_features(X, y)
    ]
    kappa = table.get(OURS, {}).get("quadratic_kappa")
    if kappa is not None and not kappa.low > 0:
        said.append(
            f"nothing was learnt that holds on later days: kappa {kappa.value:.3f} [{kappa.low:.3f}, {kappa.high:.3f}]"
        )
    return tuple(said)
