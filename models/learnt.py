"""What the ordinal classifier learnt beside its trees, as JSON: every number comes back bit for bit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from models.linear_severity import LinearSeverity

if TYPE_CHECKING:
    from models.disposition import OrdinalLGBMClassifier


def write_learnt(model: OrdinalLGBMClassifier) -> str:
    """Classes, cut-points, centre, scale and feature names of a fitted model."""
    names = getattr(model, "feature_names_in_", None)
    facts = {
        "classes": model.classes_.tolist(),
        "cut_points": model.cut_points_.tolist(),
        "centre": model.centre_,
        "scale": model.scale_,
        "linear": model.linear_.to_json(),
        "n_features": int(model.n_features_in_),
        "feature_names": None if names is None else [str(name) for name in names],
        "best_iteration": model.best_iteration_,
    }
    return json.dumps(facts, ensure_ascii=False)


def read_learnt(model: OrdinalLGBMClassifier, text: str) -> None:
    """Put back what ``write_learnt`` wrote; ``KeyError`` names what is absent."""
    facts = json.loads(text)
    model.classes_ = np.array(facts["classes"])
    model.n_features_in_ = int(facts["n_features"])
    if facts["feature_names"] is not None:
        model.feature_names_in_ = np.array(facts["feature_names"], dtype=object)
    model.cut_points_ = np.array(facts["cut_points"], dtype=np.float64)
    model.centre_, model.scale_ = float(facts["centre"]), float(facts["scale"])
    model.linear_ = LinearSeverity.from_json(facts["linear"])
    model.best_iteration_ = int(facts["best_iteration"])
