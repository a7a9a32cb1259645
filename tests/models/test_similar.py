"""Past alerts that looked like this one."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.similar import FARTHEST, PastAlerts

FRAME = pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0, np.nan], "b": [5.0, 5.0, 5.0, 5.0, 5.0]})


def test_the_same_row_is_at_distance_zero_and_first():
    found = PastAlerts(FRAME).nearest({"a": 2.0, "b": 5.0}, among=range(5), most=5)
    assert (found[0].row, found[0].distance, found[0].apart) == (2, 0.0, ())
    assert found[-1].row == 4, "unknown beside known is as far as anything"
    assert found[-1].distance == 1.0


def test_two_unknowns_are_alike():
    assert PastAlerts(FRAME).nearest({"a": None}, among=range(5), most=1)[0].row == 4


def test_what_never_varies_does_not_count_and_is_never_named():
    found = PastAlerts(FRAME).nearest({"a": 0.0, "b": 900.0}, among=range(5), most=5)
    assert found[0].distance == 0.0
    assert all("b" not in one.apart for one in found)


def test_beyond_the_farthest_step_two_values_are_simply_different():
    spread = np.subtract(*np.quantile(FRAME["a"].dropna(), (0.75, 0.25)))
    past = PastAlerts(FRAME)
    just_below, at, above = (
        past.nearest({"a": FARTHEST * spread * f}, among=[0], most=1)[0].distance for f in (0.99, 1.0, 7.0)
    )
    assert just_below == pytest.approx(0.99)
    assert at == above == pytest.approx(1.0)


def test_only_the_rows_asked_for_are_looked_at_and_equals_keep_their_order():
    past = PastAlerts(pd.DataFrame({"a": [1.0, 1.0, 1.0, 9.0]}))
    assert [one.row for one in past.nearest({"a": 1.0}, among=[2, 1], most=9)] == [2, 1]
    assert past.nearest({"a": 1.0}, among=[], most=3) == []


@pytest.mark.parametrize("frame", [pd.DataFrame(), pd.DataFrame({"a": []}, dtype=float), pd.DataFrame({"a": [1.0]})])
def test_nothing_to_compare_gives_nothing(frame):
    assert PastAlerts(frame).nearest({"a": 1.0}, among=range(len(frame)), most=3) == []


@given(st.lists(st.floats(-1e6, 1e6) | st.none(), min_size=2, max_size=20), st.floats(-1e6, 1e6) | st.none())
def test_distances_lie_between_zero_and_one_and_rise(values, asked):
    past = PastAlerts(pd.DataFrame({"a": pd.array(values, dtype="Float64").to_numpy("float64", na_value=np.nan)}))
    found = [one.distance for one in past.nearest({"a": asked}, among=range(len(values)), most=20)]
    assert found == sorted(found)
    assert all(0.0 <= one <= 1.0 for one in found)
