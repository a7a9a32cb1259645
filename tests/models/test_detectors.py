"""The detector contract: every detector, every property."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyod.models.ecod import ECOD
from pyod.models.iforest import IForest
from pyod.models.knn import KNN
from sklearn.exceptions import NotFittedError

from models.detectors.detector import Detector, FrozenDetector
from models.detectors.ecod import FrozenECOD
from models.detectors.isolation_forest import FrozenIsolationForest
from models.detectors.nearest_neighbours import FrozenNearestNeighbours, FrozenSquashedNeighbours

Matrix = "np.ndarray[Any, np.dtype[np.float64]]"
KINDS: list[type[FrozenDetector]] = [
    FrozenECOD,
    FrozenIsolationForest,
    FrozenNearestNeighbours,
    FrozenSquashedNeighbours,
]
every_detector = pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])


@pytest.fixture(scope="module")
def train() -> Any:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 8))
    X[:, :3] = np.round(np.exp(X[:, :3]))  # counts with many ties
    X[:, 3] = 1.0  # constant
    X[rng.random(X.shape) < 0.05] = np.nan
    return X


@pytest.fixture(scope="module")
def fresh() -> Any:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(60, 8)) * 3
    X[rng.random(X.shape) < 0.1] = np.nan
    return X


@every_detector
def test_is_a_detector(kind: type[FrozenDetector]) -> None:
    assert isinstance(kind(), Detector)


@every_detector
@pytest.mark.parametrize("method", ["score", "raw_score", "contributions"])
def test_a_row_is_the_same_alone_and_in_a_batch(
    kind: type[FrozenDetector], method: str, train: Any, fresh: Any
) -> None:
    ask = getattr(kind().fit(train), method)
    alone = np.array([ask(row[None, :])[0] for row in fresh])
    np.testing.assert_array_equal(ask(fresh), alone)
    np.testing.assert_array_equal(ask(np.asfortranarray(fresh[::-1]))[::-1], alone)


@every_detector
def test_fitting_twice_gives_the_same_arrays(kind: type[FrozenDetector], train: Any) -> None:
    first, second = kind().fit(train).to_arrays(), kind().fit(train).to_arrays()
    assert first.keys() == second.keys()
    for name in first:
        np.testing.assert_array_equal(first[name], second[name])


@every_detector
def test_scoring_changes_nothing(kind: type[FrozenDetector], train: Any, fresh: Any) -> None:
    detector = kind().fit(train)
    given = fresh.copy()
    before = detector.raw_score(fresh)
    detector.score(fresh * 100)
    np.testing.assert_array_equal(detector.raw_score(fresh), before)
    np.testing.assert_array_equal(given, fresh)


@every_detector
def test_survives_arrays_and_another_process(
    kind: type[FrozenDetector], train: Any, fresh: Any, tmp_path: Path
) -> None:
    detector = kind().fit(train)
    path, rows, out = tmp_path / "d.npz", tmp_path / "x.npy", tmp_path / "s.npy"
    np.savez(path, **detector.to_arrays())
    np.save(rows, fresh)
    program = (
        f"import numpy as np; from {kind.__module__} import {kind.__name__} as K\n"
        f"d = K.from_arrays(dict(np.load({str(path)!r}, allow_pickle=False)))\n"
        f"np.save({str(out)!r}, np.stack([d.score(np.load({str(rows)!r})), d.raw_score(np.load({str(rows)!r}))]))\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[2])
    np.testing.assert_array_equal(np.load(out), np.stack([detector.score(fresh), detector.raw_score(fresh)]))


@every_detector
@pytest.mark.parametrize(("gaps", "unknown"), [(3, False), (4, False), (5, True), (8, True)])
def test_a_row_with_more_than_half_missing_is_unknown(
    kind: type[FrozenDetector], gaps: int, unknown: bool, train: Any
) -> None:
    detector = kind().fit(train)
    row = np.zeros((1, 8))
    row[0, :gaps] = np.nan
    assert np.isnan(detector.score(row))[0] == unknown
    assert np.isnan(detector.raw_score(row))[0] == unknown
    assert (detector.contributions(row)[0, :gaps] == 0).all()


@every_detector
def test_infinite_is_missing(kind: type[FrozenDetector], train: Any) -> None:
    detector = kind().fit(train)
    row = np.zeros((2, 8))
    row[0, 0], row[1, 0] = np.inf, np.nan
    assert detector.raw_score(row)[0] == detector.raw_score(row)[1]


@every_detector
@pytest.mark.parametrize("method", ["score", "raw_score", "contributions"])
def test_not_fitted_raises(kind: type[FrozenDetector], method: str) -> None:
    with pytest.raises(NotFittedError, match="not fitted"):
        getattr(kind(), method)(np.zeros((1, 8)))
    with pytest.raises(NotFittedError, match="not fitted"):
        kind().to_arrays()


@every_detector
def test_the_share_stays_in_its_interval_and_grows_with_the_raw_score(
    kind: type[FrozenDetector], train: Any, fresh: Any
) -> None:
    detector = kind().fit(train)
    rows = np.concatenate([train, fresh])
    raw, share = detector.raw_score(rows), detector.score(rows)
    assert np.nanmin(share) >= 0
    assert np.nanmax(share) <= 1
    order = np.argsort(raw)
    assert (np.diff(share[order][~np.isnan(raw[order])]) >= 0).all()


@every_detector
def test_the_wrong_width_and_too_few_rows_are_refused(kind: type[FrozenDetector], train: Any) -> None:
    with pytest.raises(ValueError, match="saw 3 features; wanted the 8"):
        kind().fit(train).score(np.zeros((1, 3)))
    with pytest.raises(ValueError, match="wanted at least 2"):
        kind().fit(np.full((5, 2), np.nan))


@pytest.mark.parametrize("seed", range(5))
def test_ecod_equals_pyod_on_its_training_rows(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X = rng.gamma(1.0, 2.0, size=(300, 6)).round(seed)
    X[:, 0] *= -1  # skewed the other way
    X[:, 1] = np.tile([-1.0, 1.0], 150)  # no skew at all
    np.testing.assert_allclose(FrozenECOD().fit(X).raw_score(X), ECOD().fit(X).decision_scores_, rtol=0, atol=1e-9)


def test_ecod_beyond_the_training_range_is_pyod_s_answer_for_that_row_joined() -> None:
    X = np.random.default_rng(3).normal(size=(200, 1))
    joined = ECOD().fit(np.concatenate([X, [[50.0]]])).decision_scores_[-1]
    n = 200
    ours = FrozenECOD().fit(X).raw_score([[50.0]])[0]
    assert ours == pytest.approx(joined + np.log(n / (n + 1)) + np.log((n + 1) / n), abs=0.01)
    assert ours > FrozenECOD().fit(X).raw_score(X).max()


@pytest.mark.parametrize("shift", [0.0, 0.1, 1 / 3], ids=["exact", "decimal", "third"])
def test_ecod_learns_from_a_feature_whose_skew_is_rounding_error(shift: float) -> None:
    values = np.repeat([-1.0, 0.0, 1.0], [87, 126, 87]) + shift
    X = np.column_stack([np.random.default_rng(0).permutation(values), np.random.default_rng(1).gamma(1.0, size=300)])
    detector = FrozenECOD().fit((X - X.mean(axis=0)) / X.std(axis=0))
    assert detector.raw_score([[-9.0, 0.0]])[0] == detector.raw_score([[9.0, 0.0]])[0]


def test_ecod_sees_a_constant_feature_move() -> None:
    X = np.column_stack([np.random.default_rng(0).normal(size=100), np.ones(100)])
    detector = FrozenECOD().fit(X)
    assert detector.raw_score([[0.0, 2.0]])[0] > detector.raw_score([[0.0, 1.0]])[0]


@pytest.mark.parametrize("n", [2, 3, 50, 700])
def test_isolation_forest_equals_pyod_on_any_row(n: int) -> None:
    rng = np.random.default_rng(n)
    X, T = rng.normal(size=(n, 5)).round(1), rng.normal(size=(200, 5)) * 4
    theirs, ours = IForest(random_state=9).fit(X), FrozenIsolationForest(seed=9).fit(X)
    np.testing.assert_allclose(ours.raw_score(T), theirs.decision_function(T), rtol=0, atol=1e-9)
    np.testing.assert_allclose(ours.raw_score(X), theirs.decision_scores_, rtol=0, atol=1e-9)


@pytest.mark.parametrize("kind", [FrozenNearestNeighbours, FrozenSquashedNeighbours])
@pytest.mark.parametrize("n", [2, 15, 17, 300], ids=["two", "fewer than a sample", "one more", "many"])
@pytest.mark.filterwarnings("ignore:algorithm parameter is deprecated:FutureWarning")
def test_neighbours_are_the_mean_of_pyod_s_over_the_samples(kind: type[FrozenNearestNeighbours], n: int) -> None:
    rng = np.random.default_rng(n)
    X, T = rng.normal(size=(n, 4)), rng.normal(size=(100, 4)) * 4
    ours = kind().fit(X)
    scaled = (T - np.median(X, axis=0)) / ours.spread_
    if kind is FrozenSquashedNeighbours:
        scaled = np.arcsinh(scaled)
    fits = [KNN(n_neighbors=1, algorithm="kd_tree").fit(sample) for sample in ours.prototypes_]
    theirs = np.mean([knn.decision_function(scaled) for knn in fits], axis=0)
    assert ours.prototypes_.shape == (32, min(n, 16), 4)
    np.testing.assert_allclose(ours.raw_score(T), theirs, rtol=1e-9, atol=1e-9)


def test_a_feature_mostly_zero_is_measured_by_what_varies() -> None:
    X = np.random.default_rng(0).normal(size=(1000, 3))
    X[:, 0] = np.repeat([0.0, 4.0], [950, 50])  # neither the inner half nor the inner 80 % varies
    X[:, 1] = np.repeat([0.0, 3.0], [800, 200])  # the inner half does not
    X[:, 2] = 7.0
    spread = FrozenNearestNeighbours().fit(X).spread_
    assert spread == pytest.approx([X[:, 0].std(), 3.0 / 2.563, 1.0])


def test_nearest_neighbours_see_how_far_out_a_value_lies() -> None:
    detector = FrozenNearestNeighbours().fit(np.random.default_rng(0).normal(size=(300, 3)))
    raw = detector.raw_score([[5.0, 0, 0], [50.0, 0, 0], [500.0, 0, 0]])
    assert (np.diff(raw) > 0).all()


@every_detector
def test_the_feature_that_sticks_out_contributes_most(kind: type[FrozenDetector]) -> None:
    X = np.random.default_rng(2).normal(size=(500, 6))
    row = np.zeros((1, 6))
    row[0, 4] = 30.0
    assert kind().fit(X).contributions(row)[0].argmax() == 4
