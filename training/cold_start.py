"""Cold start (冷启动): a scorer before anybody has decided enough alerts, from the alerts alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pandas as pd

from alertgrade.errors import AlertError
from features.catalogue import FEATURE_SERVICE, STORED
from features.rows import as_rows
from models.graded_alert import GradedAlert
from models.scorer import AlertScorer, ScoreInput
from rules_baseline.day_baseline import AlertHistory, baselines
from training.dataset import Dataset, PointInTimeStore, feature_rows


def fit_without_labels(
    history: AlertHistory, store: PointInTimeStore, *, known_by: datetime, seed: int
) -> tuple[AlertScorer, Dataset, list[GradedAlert]]:
    """Detectors fitted on the features of the alerts by ``known_by``, those rows, and the grades they get.

    Alerts of which the store knows nothing are left out. ``AlertError`` where none is left.
    """
    seen = sorted((a for a in history.alerts if a.triggered_at <= known_by), key=lambda a: (a.triggered_at, a.alert_id))
    X = feature_rows(seen, store) if seen else pd.DataFrame(columns=list(STORED))
    known = X[list(STORED)].notna().any(axis=1).to_numpy()
    if not known.any():
        raise AlertError(
            f"{len(seen)} alerts by {known_by:%Y-%m-%d}, none with features",
            "wanted alerts on days of the feature build",
            "run alertgrade rules and alertgrade features first",
        )
    triggers = tuple(t for t, kept in zip(seen, known, strict=True) if kept)
    frame = pd.DataFrame([t.model_dump(exclude={"evidence"}) for t in triggers])
    data = Dataset(frame, X[known].reset_index(drop=True), triggers)
    scorer = AlertScorer.without_labels(data.X, seed=seed, feature_service=FEATURE_SERVICE)
    by_alert = baselines(replace(history, alerts=seen))
    inputs = [
        ScoreInput(t, row, by_alert[t.alert_id], None, None) for t, row in zip(triggers, as_rows(data.X), strict=True)
    ]
    return scorer, data, scorer.grade(inputs, explain=False)
