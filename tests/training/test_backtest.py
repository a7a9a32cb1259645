"""The back-test knows nothing of what came after its origin, and judges what the recipe would have done."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from alertgrade.errors import AlertError
from models.graded_alert import GradedAlert
from models.scorer import ScoreInput
from rules_baseline.day_baseline import AlertHistory
from training.backtest import BackTest, back_test, rolling_splits
from training.families import family_ablation
from training.recipe import fit_and_grade, inputs_of, policy_cost
from training.splits import Split, SplitPlan

from .conftest import History


def test_each_window_follows_its_origin_and_no_label_of_later_is_known(past: History) -> None:
    data = past.data()
    parts = list(rolling_splits(data.alerts, 3, SplitPlan()))
    assert len(parts) == 3
    for one in parts:
        earlier = one.train | one.calibration
        assert data.alerts.loc[earlier, "decided_at"].max() < one.test_from
        assert data.alerts.loc[earlier, "triggered_at"].max() < data.alerts.loc[one.test, "triggered_at"].min()
    assert [one.test_from for one in parts] == sorted(one.test_from for one in parts)
    tested = np.sum([one.test for one in parts], axis=0)
    assert tested.max() == 1, "no alert is judged twice"
    assert tested.sum() == pytest.approx(len(data.alerts) * 18 / 40, abs=25)


@pytest.fixture(scope="module")
def judged(past: History) -> tuple[BackTest, list[int]]:
    """A back-test from two origins, and how many alerts the recipe was asked about at each."""
    data = past.data()
    run: Callable[[Split, Sequence[ScoreInput]], list[GradedAlert]] = fit_and_grade(data, seed=1)
    asked: list[int] = []

    def grade(parts: Split, items: Sequence[ScoreInput]) -> list[GradedAlert]:
        asked.append(len(items))
        return run(parts, items)

    return back_test(data, inputs_of(data, AlertHistory(past.triggers)), grade, policy_cost(), origins=2, seed=1), asked


def test_windows_are_judged_alone_and_together_against_the_rules(judged: tuple[BackTest, list[int]]) -> None:
    found, _ = judged
    assert [window.train_rows for window in found.windows] == sorted(window.train_rows for window in found.windows)
    assert found.gain["expected_cost"].high < 0
    assert found.gain["quadratic_kappa"].low > 0
    assert found.windows[0].table["rules only"]["expected_cost"].value > 0


def test_the_recipe_grades_only_what_it_is_asked(judged: tuple[BackTest, list[int]]) -> None:
    found, asked = judged
    assert asked == [window.test_rows for window in found.windows]


@pytest.mark.parametrize(("origins", "fits"), [(20, True), (21, False)], ids=["two days an origin", "fewer"])
def test_too_many_origins_for_the_days_is_one_clear_error(past: History, origins: int, fits: bool) -> None:
    data = past.data()
    if fits:
        assert next(rolling_splits(data.alerts, origins, SplitPlan()), None) is not None
    else:
        with pytest.raises(AlertError, match="40 trading days for 21 origins"):
            next(rolling_splits(data.alerts, origins, SplitPlan()))


def test_a_family_that_says_the_grade_is_missed_and_one_of_noise_is_not(past: History) -> None:
    data = past.data()
    inputs = inputs_of(data, AlertHistory(past.triggers))
    found = family_ablation(data, inputs, seed=1, families=("cancelling", "trading"))
    assert found["cancelling"]["expected_cost"].high < 0
    assert found["trading"]["expected_cost"].low < 0.1
