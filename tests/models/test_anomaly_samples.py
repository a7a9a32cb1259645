"""The ensemble on public anomaly sets that this project did not write."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from models.anomaly import AnomalyEnsemble


@pytest.mark.sample
def test_the_combination_does_not_fall_below_its_best_member(samples: Path) -> None:
    found: dict[str, list[float]] = {}
    for path in sorted((samples / "anomaly").glob("*.npz")):
        with np.load(path, allow_pickle=False) as data:
            X, y = data["X"].astype(np.float64), data["y"]
        order = np.random.default_rng(0).permutation(len(X))
        train, later = np.split(order, [int(0.7 * len(X))])
        ensemble = AnomalyEnsemble(seed=0).fit(X[train])
        for member in ensemble.members_:
            found.setdefault(member.name, []).append(roc_auc_score(y[later], member.score(X[later])))
        found.setdefault("ensemble", []).append(roc_auc_score(y[later], ensemble.score(X[later])))
    means = {name: float(np.mean(values)) for name, values in found.items()}
    best = max(value for name, value in means.items() if name != "ensemble")
    assert means["ensemble"] >= best - 0.005
    assert means["ensemble"] > 0.82
