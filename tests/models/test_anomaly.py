"""The ensemble: one strangeness by name, with drivers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError

from models.anomaly import AnomalyEnsemble


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(0).normal(size=(400, 5)), columns=list("abcde"))


@pytest.fixture(scope="module")
def fitted(frame: pd.DataFrame) -> AnomalyEnsemble:
    return AnomalyEnsemble(seed=3).fit(frame)


@pytest.fixture(scope="module")
def odd() -> pd.DataFrame:
    rows = np.random.default_rng(1).normal(size=(50, 5)) * 2
    rows[0] = [0, 0, 20, 0, 0]
    rows[1, :3] = np.nan
    return pd.DataFrame(rows, columns=list("abcde"))


def test_column_order_does_not_matter(fitted: AnomalyEnsemble, odd: pd.DataFrame) -> None:
    np.testing.assert_array_equal(fitted.score(odd), fitted.score(odd[list("edcba")]))
    assert fitted.explain(odd) == fitted.explain(odd[list("edcba")])


def test_alone_in_a_batch_and_reloaded_are_equal(fitted: AnomalyEnsemble, odd: pd.DataFrame) -> None:
    batch, drivers = fitted.assess(odd)
    again = AnomalyEnsemble.from_bytes(fitted.to_bytes())
    for k in range(len(odd)):
        share, reasons = fitted.assess(odd.iloc[[k]])
        np.testing.assert_array_equal(share[0], batch[k])
        assert reasons[0] == drivers[k]
    np.testing.assert_array_equal(again.score(odd), batch)
    np.testing.assert_array_equal(fitted.score(odd), batch)
    assert again.explain(odd) == drivers


def test_equal_fits_give_equal_bytes(fitted: AnomalyEnsemble, frame: pd.DataFrame) -> None:
    assert AnomalyEnsemble(seed=3).fit(frame).to_bytes() == fitted.to_bytes()


def test_a_row_mostly_missing_is_unknown_and_has_no_drivers(fitted: AnomalyEnsemble, odd: pd.DataFrame) -> None:
    share, drivers = fitted.assess(odd)
    assert np.isnan(share[1])
    assert drivers[1] == []


def test_drivers_name_the_feature_and_their_shares_sum_to_at_most_one(
    fitted: AnomalyEnsemble, odd: pd.DataFrame
) -> None:
    share, drivers = fitted.assess(odd)
    assert share[0] > 0.95
    assert drivers[0][0].key == "c"
    assert drivers[0][0].value == 20.0
    for row in drivers:
        assert sum(driver.share for driver in row) <= 1 + 1e-12
        assert [d.share for d in row] == sorted((d.share for d in row), reverse=True)


def test_the_training_rows_are_spread_over_the_scale(fitted: AnomalyEnsemble, frame: pd.DataFrame) -> None:
    share = fitted.score(frame)
    assert share.min() == 0.0
    assert share.max() >= 0.99
    assert np.median(share) == pytest.approx(0.5, abs=0.02)


def test_a_missing_column_is_named(fitted: AnomalyEnsemble, odd: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="saw no column 'd'"):
        fitted.score(odd.drop(columns="d"))


@pytest.mark.parametrize("method", ["score", "explain"])
def test_not_fitted_raises(method: str, odd: pd.DataFrame) -> None:
    with pytest.raises(NotFittedError):
        getattr(AnomalyEnsemble(), method)(odd)


def test_pickled_objects_are_refused(fitted: AnomalyEnsemble) -> None:
    import io

    arrays: dict[str, Any] = dict(fitted.to_arrays())
    arrays["feature_names"] = np.array([{"a": 1}], dtype=object)
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=True, **arrays)
    with pytest.raises(ValueError, match="pickle"):
        AnomalyEnsemble.from_bytes(buffer.getvalue())
