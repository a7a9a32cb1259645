"""Baselines in the same table: what anyone would try first, on the same rows and features."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.metrics import GRADES, Floats, Ints
from training.paired import Given


def most_frequent(y: pd.Series[int], rows: int, weight: Floats) -> Floats:
    """Class shares of the training labels, by ``weight``, for every row; shape (rows, 5)."""
    shares = np.array([np.average(y == g, weights=weight) for g in GRADES], dtype=np.float64)
    return np.tile(shares, (rows, 1))


def regraded(rules: Ints, y: pd.Series[int], rules_test: Ints, cost: Floats) -> Given:
    """The rules' grades exchanged for what the training labels make of them (规则按代价重评).

    Each rules grade stands for the mix of the labels that had it, every alert counted once as the cost does, with one
    label of the whole mix added; the grade given is the one of least expected cost under ``cost[true - 1, given - 1]``,
    the more severe at equal cost. What can be had without looking at a single feature.

    >>> cost = np.abs(np.subtract.outer(np.arange(5.0), np.arange(5.0)))
    >>> found = regraded(np.array([1] * 9 + [5]), pd.Series([4] * 9 + [5]), np.array([1, 5]), cost)
    >>> found.grade.tolist()
    [4, 5]
    """
    counts = np.zeros((len(GRADES), len(GRADES)))
    np.add.at(counts, (rules - 1, y.to_numpy() - 1), 1.0)
    counts += counts.sum(axis=0) / counts.sum()
    shares = (counts / counts.sum(axis=1, keepdims=True))[rules_test - 1]
    return Given((shares @ cost).round(12).argmin(axis=1) + 1, shares)


def logistic(X: pd.DataFrame, y: pd.Series[int], X_test: pd.DataFrame, weight: Floats) -> Floats:
    """Multinomial logistic regression on median-imputed, standardised features; shape (rows, 5)."""
    if y.nunique() == 1:
        return most_frequent(y, len(X_test), weight)
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(
        SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler(), LogisticRegression(max_iter=2000)
    )
    model.fit(X, y, logisticregression__sample_weight=weight)
    return _spread(model.predict_proba(X_test), model.classes_)


def multiclass_lightgbm(
    X: pd.DataFrame, y: pd.Series[int], X_test: pd.DataFrame, weight: Floats, *, seed: int
) -> Floats:
    """Plain multiclass LightGBM, which does not know that grades are ordered; shape (rows, 5)."""
    from lightgbm import LGBMClassifier

    model = LGBMClassifier(
        n_estimators=100,
        num_leaves=15,
        min_child_samples=10,
        random_state=seed,
        n_jobs=1,
        deterministic=True,
        verbose=-1,
    )
    return _spread(np.asarray(model.fit(X, y, sample_weight=weight).predict_proba(X_test)), model.classes_)


def certain(grades: Ints) -> Floats:
    """Probabilities of a voice that gives one grade: 1 on it; shape (rows, 5)."""
    return np.asarray(np.asarray(grades)[:, None] == np.array(GRADES), dtype=np.float64)


def _spread(probabilities: Floats, classes: Ints) -> Floats:
    full = np.zeros((len(probabilities), len(GRADES)))
    full[:, np.asarray(classes, dtype=int) - 1] = probabilities
    return full
