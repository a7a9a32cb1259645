"""What a labelled alert counts: a case once, a drawn alert for those that were not drawn."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertgrade.errors import AlertError
from models.metrics import estimate, expected_cost, macro_mae
from training.weights import CAP, case_weights, effective_size, selection_weights, training_weights


def test_a_case_of_thirty_alerts_counts_as_much_as_a_case_of_one() -> None:
    cases = pd.Series(["big"] * 30 + ["small"])
    weight = case_weights(cases)
    assert weight[:30].sum() == pytest.approx(weight[30])
    assert weight.mean() == pytest.approx(1.0)


@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=60))
def test_every_case_has_the_same_share_whatever_its_size(names: list[str]) -> None:
    cases = pd.Series(names)
    by_case = pd.Series(case_weights(cases)).groupby(cases).sum()
    assert by_case.to_numpy() == pytest.approx(len(names) / cases.nunique())


def test_an_alert_drawn_at_one_in_four_stands_for_four() -> None:
    found = selection_weights(pd.Series([None, None, "audit"]), pd.Series([None, None, 0.25]))
    assert found.values[2] / found.values[0] == pytest.approx(4.0)
    assert (found.drawn, found.capped) == (1, 0)
    assert found.effective == pytest.approx(2.0)  # (1 + 1 + 4)^2 / (1 + 1 + 16)


@pytest.mark.parametrize(("stands_for", "capped"), [(10, 0), (11, 0), (12, 1)], ids=["below", "just-below", "over"])
def test_no_row_stands_for_more_than_ten_average_ones(stands_for: int, capped: int) -> None:
    sample, probability = pd.Series([None] * 99 + ["audit"]), pd.Series([None] * 99 + [1 / stands_for])
    found = selection_weights(sample, probability)  # scaled to mean 1: stands_for / ((99 + stands_for) / 100)
    assert found.capped == capped
    assert found.values.mean() == pytest.approx(1.0)
    assert found.values[99] / found.values[0] <= CAP * (99 + stands_for) / 100 + 1e-9


@pytest.mark.parametrize("chance", [None, 0.0, -0.1, 1.0001], ids=["missing", "none", "negative", "above one"])
def test_a_drawn_alert_without_a_chance_is_refused(chance: float | None) -> None:
    with pytest.raises(AlertError, match="sample probability"):
        selection_weights(pd.Series(["audit"]), pd.Series([chance], dtype=object))


def test_without_a_sample_and_with_one_alert_a_case_all_rows_count_the_same() -> None:
    alerts = pd.DataFrame({"case": ["a", "b"], "sample": [None, None], "sample_probability": [None, None]})
    found = training_weights(alerts)
    assert found.values.tolist() == [1.0, 1.0]
    assert found.effective == 2.0


def test_no_rows_have_no_effective_size() -> None:
    assert effective_size(np.empty(0)) == 0.0


@pytest.fixture(scope="module")
def desk() -> dict[str, np.ndarray]:
    """4,000 alerts of 800 subjects, all truly graded; the desk labels what the rules call 1 to 3, and 10 % of the rest.

    The rules see the truth with noise, so what they call low is not all low: labels alone say the desk is too harsh.
    """
    rng = np.random.default_rng(5)
    truth = rng.choice([1, 2, 3, 4, 5], 4000, p=[0.03, 0.07, 0.15, 0.3, 0.45])
    rules = np.clip(truth + rng.choice([-1, 0, 1], 4000, p=[0.3, 0.5, 0.2]), 1, 5)
    low = rules >= 4
    drawn = low & (rng.random(4000) < 0.1)
    return {
        "truth": truth,
        "rules": rules,
        "subjects": np.array([f"S{n % 800}" for n in range(4000)]),
        "labelled": ~low | drawn,
        "drawn": drawn,
    }


@pytest.mark.parametrize("metric", ["mean error", "cost"])
def test_weighted_by_the_audit_the_truth_lies_in_the_interval_and_unweighted_it_does_not(
    desk: dict[str, np.ndarray], metric: str
) -> None:
    cost = np.abs(np.subtract.outer(np.arange(5.0), np.arange(5.0)))
    measure = {"mean error": macro_mae, "cost": expected_cost(cost)}[metric]
    nothing = np.zeros((4000, 5))
    wanted = measure(desk["truth"], desk["rules"], nothing, np.ones(4000))
    kept = desk["labelled"]
    sample = pd.Series(np.where(desk["drawn"], "audit", None))[kept]
    chance = pd.Series(np.where(desk["drawn"], 0.1, np.nan))[kept]
    asked = (desk["truth"][kept], desk["rules"][kept], nothing[kept], desk["subjects"][kept])
    weighted = estimate(measure, *asked, seed=1, weight=selection_weights(sample, chance).values)
    plain = estimate(measure, *asked, seed=1)
    assert weighted.low <= wanted <= weighted.high
    assert not plain.low <= wanted <= plain.high
