"""A row through LightGBM's C interface is the row that the package itself predicts."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor

import lightgbm
import numpy as np
import pytest

from models.trees import Trees


@pytest.fixture(scope="module", params=[0, 12])
def booster(request) -> lightgbm.Booster:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(300, 6))
    settings = {"verbosity": -1, "num_threads": 1, "min_data_in_leaf": 1}
    data = lightgbm.Dataset(rows, rows[:, 0] - rows[:, 1] ** 2)
    grown = lightgbm.Booster(settings, data)
    for _ in range(request.param):
        grown.update()
    return grown


@pytest.fixture
def rows() -> np.ndarray:
    rng = np.random.default_rng(1)
    drawn = 3 * rng.normal(size=(50, 6))
    drawn[rng.random(drawn.shape) < 0.2] = np.nan
    return drawn


def test_each_row_alone_is_what_the_package_says_of_all_bit_for_bit(booster, rows):
    trees = Trees(booster)
    raw, parts = (booster.predict(rows, num_threads=1, **{how: True}) for how in ("raw_score", "pred_contrib"))
    assert np.concatenate([trees.raw(row[None]) for row in rows]).tobytes() == raw.tobytes()
    assert trees.raw(rows).tobytes() == raw.tobytes()
    assert np.stack([trees.parts(row[None])[0] for row in rows]).tobytes() == parts.tobytes()
    assert trees.parts(rows).tobytes() == parts.tobytes()


def test_parts_are_the_caller_s_own(booster, rows):
    trees = Trees(booster)
    first = trees.parts(rows[:1])
    kept = first.copy()
    first += 1.0
    assert trees.parts(rows[:1]).tobytes() == kept.tobytes()


def test_a_copy_in_another_process_says_the_same(booster, rows):
    copied = pickle.loads(pickle.dumps(Trees(booster)))  # noqa: S301  # our own bytes
    assert copied.parts(rows[:1]).tobytes() == Trees(booster).parts(rows[:1]).tobytes()


def test_threads_do_not_mix_their_rows(booster, rows):
    trees = Trees(booster)
    wanted = [trees.parts(row[None]).tobytes() for row in rows] * 20
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda row: trees.parts(row[None]).tobytes(), [*rows] * 20)) == wanted


@pytest.mark.parametrize(
    "row", [np.zeros((1, 5)), np.zeros((1, 7)), np.zeros((1, 6), np.float32), np.zeros((1, 12))[:, ::2]]
)
def test_what_is_no_row_of_the_booster_is_refused_and_not_read(booster, row):
    with pytest.raises(ValueError, match="wanted 6 float64"):
        Trees(booster).raw(row)
