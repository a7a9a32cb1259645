"""How the parts of a scorer are fitted: classifier, detectors, conformal threshold, peers' medians."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from features.catalogue import FEATURES
from models.anomaly import AnomalyEnsemble
from models.conformal import ConformalSets
from models.disposition import OrdinalLGBMClassifier
from models.peers import PeerMedians

_MILDEST = 5  # grade 5 is ordinal 0: a higher severity is a worse grade
_DETECTOR_ROWS = 20_000  # more change the tails little
_NOT_BEHAVIOUR = "alert_context"  # what the alert says of itself is no habit of the account

Parts = tuple[OrdinalLGBMClassifier, AnomalyEnsemble, ConformalSets, PeerMedians]


def fit_parts(
    X: pd.DataFrame,
    y: ArrayLike,
    sample_weight: ArrayLike | None,
    calibration: tuple[pd.DataFrame, ArrayLike],
    monotone: Mapping[str, int] | None,
    seed: int,
    coverage: float,
    calibration_groups: ArrayLike | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> Parts:
    """Everything a scorer learns; ``ValueError`` for a grade outside 1 to 5 or a missing calibration column.

    Half of the calibration rows stop the boosting, the other half set the conformal threshold. With
    ``calibration_groups`` (a subject a row) a group is wholly in one half: alerts of one subject resemble each other.
    ``parameters`` are the classifier's where they are not its defaults.
    """
    frame, later = X.astype(np.float64), calibration[0].loc[:, list(X.columns)].astype(np.float64)
    stop = stopping_rows(len(later), calibration_groups)
    watched = later.iloc[stop], np.asarray(calibration[1])[stop]
    classifier = fit_classifier(frame, y, sample_weight, watched, monotone, seed, parameters)
    return (
        classifier,
        _fit_anomaly(frame, seed),
        _fit_sets(classifier, later.iloc[~stop], _ranks(calibration[1])[~stop], coverage),
        PeerMedians.fit(frame),
    )


def fit_classifier(
    X: pd.DataFrame,
    y: ArrayLike,
    sample_weight: ArrayLike | None,
    watched: tuple[pd.DataFrame, ArrayLike],
    monotone: Mapping[str, int] | None,
    seed: int,
    parameters: Mapping[str, Any] | None,
) -> OrdinalLGBMClassifier:
    """The classifier alone, from grades 1 to 5; ``watched`` rows stop the boosting, without any it folds its own."""
    classifier = OrdinalLGBMClassifier(
        classes=tuple(range(_MILDEST)),
        monotone_constraints=dict(monotone or {}),
        random_state=seed,
        **(parameters or {}),
    )
    held_out = [(watched[0], _ranks(watched[1]))] if len(watched[0]) else None
    return classifier.fit(X, _ranks(y), sample_weight=sample_weight, eval_set=held_out)


def fit_unlabelled(X: pd.DataFrame, seed: int) -> tuple[AnomalyEnsemble, ConformalSets, PeerMedians]:
    """What can be learnt without a label."""
    frame = X.astype(np.float64)
    return _fit_anomaly(frame, seed), whole_sets(), PeerMedians.fit(frame)


def whole_sets() -> ConformalSets:
    """Grade sets of which nothing is known: each is whole."""
    return ConformalSets.fit(np.empty((0, _MILDEST)), [])


def grade_probabilities(classifier: OrdinalLGBMClassifier, rows: pd.DataFrame) -> NDArray[np.float64]:
    """Probabilities of grades 1 to 5 (columns), shape (n, 5); the classifier itself ranks the mildest lowest."""
    return classifier.predict_proba(rows)[:, ::-1]


def stopping_rows(rows: int, groups: ArrayLike | None) -> NDArray[np.bool_]:
    """Which calibration rows stop the boosting: every second one, or those of every second group as they appear."""
    places = np.arange(rows) if groups is None else pd.factorize(np.asarray(groups))[0]
    return np.asarray(places % 2 == 0, dtype=np.bool_)


def _fit_sets(
    classifier: OrdinalLGBMClassifier, rows: pd.DataFrame, ranks: NDArray[np.int64], coverage: float
) -> ConformalSets:
    if not len(rows):
        return ConformalSets.fit(np.empty((0, _MILDEST)), [], coverage)
    # grade 1 first, as the scorer asks: ties between neighbours then fall the same way
    return ConformalSets.fit(grade_probabilities(classifier, rows), _MILDEST - 1 - ranks, coverage)


def _fit_anomaly(frame: pd.DataFrame, seed: int) -> AnomalyEnsemble:
    rows = frame.loc[:, [name for name in frame.columns if _is_behaviour(str(name))] or list(frame.columns)]
    if len(rows) > _DETECTOR_ROWS:
        chosen = np.random.default_rng(seed).choice(len(rows), _DETECTOR_ROWS, replace=False)
        rows = rows.iloc[np.sort(chosen)]
    return AnomalyEnsemble(seed=seed).fit(rows)


def _is_behaviour(name: str) -> bool:
    """Whether a feature says something of conduct: codes and the alert's own context do not.

    >>> _is_behaviour("orders_5d"), _is_behaviour("account_type_code"), _is_behaviour("alert_occurrence")
    (True, False, False)
    """
    spec = FEATURES.get(name)
    return spec is None or not (spec.family == _NOT_BEHAVIOUR or spec.unit == "code")


def _ranks(grades: ArrayLike) -> NDArray[np.int64]:
    values = np.asarray(grades)
    if values.size and not np.isin(values, range(1, _MILDEST + 1)).all():
        raise ValueError(f"saw grades {sorted({str(v) for v in values})}; wanted whole numbers from 1 to 5")
    return (_MILDEST - values).astype(np.int64)
