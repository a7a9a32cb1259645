"""The classifier keeps scikit-learn's estimator contract."""

from __future__ import annotations

from typing import Any

from sklearn.utils.estimator_checks import parametrize_with_checks

from models.disposition import OrdinalLGBMClassifier


@parametrize_with_checks([OrdinalLGBMClassifier()])
def test_scikit_learn_accepts_the_estimator(estimator: Any, check: Any) -> None:
    check(estimator)
