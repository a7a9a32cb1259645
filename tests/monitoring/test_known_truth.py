"""One seed of the known truth (``benchmarks/drift_truth.py`` has the table): paged when something changed."""

from __future__ import annotations

import pytest

from benchmarks._streams import CHANGE
from benchmarks.drift_truth import run


@pytest.mark.parametrize(
    ("name", "days", "within"),
    [("no change", 40, None), ("broken: all null", 27, 0), ("abrupt change", 27, 0)],
)
def test_a_known_change_is_paged_in_time_and_nothing_else_is(name, days, within):
    found = run(3, name, days)
    first = [night - 1 - CHANGE for night in found.nights]
    assert first == ([] if within is None else [within])
