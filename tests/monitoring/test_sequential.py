"""Alarms that are looked at every day: silent where nothing is wrong, soon where something is."""

from __future__ import annotations

import numpy as np
import pytest

from monitoring.sequential import forecasts_fail, mean_rises


def days(rate: float, count: int, seed: int, rows: int = 30) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [(rng.uniform(size=rows) < rate).astype(float) for _ in range(count)]


def test_a_mean_that_stays_where_it_may_be_hardly_ever_alarms():
    raised = sum(mean_rises(days(0.1, 60, seed), 0.1, steps_between_false_alarms=500).raised for seed in range(50))
    assert raised <= 6  # promised: 60 steps of 500 on average, that is 6 of 50


def test_a_mean_that_trebles_alarms_within_five_days():
    found = [
        mean_rises(days(0.1, 20, s) + days(0.3, 10, s + 99), 0.1, steps_between_false_alarms=500) for s in range(20)
    ]
    in_time = sum(alarm.raised_at is not None and 20 <= alarm.raised_at < 25 for alarm in found)
    assert in_time >= 18  # of 20: a false alarm before is promised to be rare, not never


@pytest.mark.parametrize("allowed", [0.0, 1.0, -0.1])
def test_a_mean_that_cannot_be_exceeded_is_refused(allowed):
    with pytest.raises(ValueError, match="wanted means between 0 and 1"):
        mean_rises([[0.0]], allowed, steps_between_false_alarms=10)


def test_a_day_without_values_changes_nothing():
    full = days(0.3, 20, 1)
    with_gaps = [one for day in full for one in (day, np.zeros(0))]
    first = mean_rises(full, 0.1, steps_between_false_alarms=500)
    again = mean_rises(with_gaps, 0.1, steps_between_false_alarms=500)
    assert first.raised
    assert again.raised


@pytest.mark.parametrize(("shift", "raised"), [(0.0, False), (0.15, True)], ids=["calibrated", "under-forecast"])
def test_forecasts_alarm_when_events_become_likelier_than_said(shift, raised):
    rng = np.random.default_rng(3)
    forecasts = [rng.uniform(0.05, 0.6, 40) for _ in range(30)]
    happened = [(rng.uniform(size=40) < p + shift).astype(float) for p in forecasts]
    assert forecasts_fail(forecasts, happened, slack=0.02, steps_between_false_alarms=500).raised is raised
