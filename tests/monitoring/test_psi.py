"""PSI: zero, symmetric, known by hand, its bins, its proof."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from monitoring.psi import FrozenBins, critical_value, occupied, psi

counts = arrays(np.int64, 12, elements=st.integers(0, 10_000)).filter(lambda found: found.sum() > 0)
values = arrays(np.float64, st.integers(1, 300), elements=st.floats(allow_nan=True, allow_infinity=True, width=32))


def test_identical_shares_have_no_psi_at_any_sample_size():
    assert psi(np.array([10, 0, 30]), np.array([100, 0, 300])) == 0.0


def test_a_hand_computed_example():
    # shares .5/.3/.2 against .4/.4/.2: -.1*ln(.8) + .1*ln(4/3)
    expected = -0.1 * math.log(0.8) + 0.1 * math.log(4 / 3)
    assert psi(np.array([50, 30, 20]), np.array([40, 40, 20])) == pytest.approx(expected, abs=1e-12)


def test_a_bin_empty_on_one_side_counts_half_a_row():
    expected = (0.5 - 0.005) * math.log(0.5 / 0.005) + (0.5 - 1.0) * math.log(0.5 / 1.0)
    assert psi(np.array([0, 100]), np.array([50, 50])) == pytest.approx(expected, abs=1e-12)


@given(counts, counts)
def test_psi_is_symmetric_and_never_negative(left, right):
    assert psi(left, right) == pytest.approx(psi(right, left), rel=1e-12)
    assert psi(left, right) >= 0.0


@pytest.mark.parametrize("empty_side", [0, 1], ids=["reference", "current"])
def test_an_empty_sample_is_an_error(empty_side):
    sides = [np.array([1, 2]), np.array([1, 2])]
    sides[empty_side] = np.array([0, 0])
    with pytest.raises(ValueError, match="two samples"):
        psi(*sides)


@given(values, values)
def test_every_value_falls_in_exactly_one_bin(reference, current):
    frozen = FrozenBins.freeze(reference)
    assert frozen.counts.sum() == reference.size
    assert frozen.count(current).sum() == current.size
    assert (frozen.count(current) >= 0).all()


def test_ten_quantile_bins_hold_a_tenth_each():
    reference = np.random.default_rng(1).normal(size=10_000)
    frozen = FrozenBins.freeze(reference)
    assert frozen.counts.tolist() == [1000] * 10 + [0]


def test_counting_in_chunks_equals_a_search_a_value():
    rng = np.random.default_rng(2)
    frozen, current = FrozenBins.freeze(rng.normal(size=5_000)), rng.normal(size=100_001)
    expected = np.bincount(np.searchsorted(frozen.edges, current, side="left"), minlength=frozen.edges.size + 1)
    assert frozen.count(current)[:-1].tolist() == expected.tolist()


def test_missing_is_a_bin_of_its_own():
    frozen = FrozenBins.freeze(np.array([1.0, 2.0, np.nan, np.nan]))
    assert frozen.counts[-1] == 2
    assert frozen.count(np.array([np.nan] * 3))[-1] == 3
    assert psi(frozen.counts, frozen.count(np.array([1.0, 2.0, 1.0, 2.0]))) > 0.25


@pytest.mark.parametrize(
    ("current", "moved"),
    [(3.0, False), (2.9, True), (3.1, True), (np.nan, True)],
    ids=["same", "below", "above", "null"],
)
def test_a_constant_feature_moves_when_its_value_does(current, moved):
    frozen = FrozenBins.freeze(np.full(100, 3.0))
    now = frozen.count(np.full(100, current))
    assert (psi(frozen.counts, now) > 0.25) is moved


@pytest.mark.parametrize("atom", [0.0, 5.0], ids=["most-at-the-bottom", "most-at-the-top"])
def test_a_value_most_rows_share_gets_a_bin_of_its_own(atom):
    spread = np.linspace(1.0, 4.0, 50)
    frozen = FrozenBins.freeze(np.concatenate([np.full(950, atom), spread]))
    drifted = np.concatenate([np.full(500, atom), np.linspace(1.0, 4.0, 500)])
    assert psi(frozen.counts, frozen.count(drifted)) > 0.25


def test_a_code_never_seen_before_shows():
    frozen = FrozenBins.freeze(np.repeat([0.0, 2.0], 500))
    for unseen in (-1.0, 1.0, 3.0):
        assert psi(frozen.counts, frozen.count(np.repeat([0.0, unseen], 500))) > 0.25


def test_all_missing_then_and_now_has_no_psi_and_nothing_to_prove():
    frozen = FrozenBins.freeze(np.full(5, np.nan))
    now = frozen.count(np.full(9, np.nan))
    assert psi(frozen.counts, now) == 0.0
    assert critical_value(5, 9, occupied(frozen.counts, now)) == 0.0


def test_the_critical_value_is_exceeded_as_often_as_it_says():
    rng = np.random.default_rng(3)
    shares = np.full(10, 0.1)
    trials, n, m, alpha = 4_000, 3_000, 1_500, 0.05
    found = [psi(rng.multinomial(n, shares), rng.multinomial(m, shares)) for _ in range(trials)]
    rate = np.mean(np.array(found) > critical_value(n, m, 10, alpha))
    assert rate == pytest.approx(alpha, abs=0.012)  # three standard errors of 4,000 trials


def test_small_samples_need_more_than_the_convention_and_large_ones_less():
    assert critical_value(50, 50, 10) > 0.25
    assert critical_value(5_000, 50_000, 10) < 0.10
