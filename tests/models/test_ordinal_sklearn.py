"""The classifier keeps scikit-learn's estimator contract, without one expected failure."""

from __future__ import annotations

from typing import Any
from unittest import SkipTest

from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import parametrize_with_checks

from models.disposition import OrdinalLGBMClassifier


@parametrize_with_checks([OrdinalLGBMClassifier()])
def test_scikit_learn_accepts_the_estimator(estimator: Any, check: Any) -> None:
    try:
        check(estimator)
    except SkipTest as skipped:
        if "SCIPY_ARRAY_API" not in str(skipped) or get_tags(estimator).array_api_support:
            raise  # only the check of array API input, which we do not claim, may be left out
