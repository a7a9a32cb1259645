"""Weak ties cut, giants broken up, and the formulas of the score."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from alertgrade.errors import AlertError
from rules_baseline.suspects.clusters import clusters_of
from rules_baseline.suspects.pairs import Pair
from rules_baseline.suspects.scoring import SHIPPED, Scoring, load_scoring, noisy_or


@pytest.fixture
def scoring() -> Scoring:
    return replace(load_scoring(), cut=0.5, step=0.1, largest=3)


def tie(a: str, b: str, score: float) -> Pair:
    return Pair(a, b, score, {"mac": score}, {"macs": 1}, frozenset({("mac", f"{a}{b}")}))


def told(found: Any) -> list[tuple[str, float]]:
    return [("".join(one.subjects), one.held_at) for one in found]


def test_a_tie_at_the_cut_holds_and_one_below_does_not(scoring: Scoring) -> None:
    assert told(clusters_of([tie("A", "B", 0.5), tie("C", "D", 0.499)], scoring)) == [("AB", 0.5)]
    assert clusters_of([], scoring) == []


def test_a_chain_of_weak_ties_is_cut_where_it_is_weakest(scoring: Scoring) -> None:
    names = "ABCDEF"
    ties = [tie(a, b, 0.55 if a == "C" else 0.9) for a, b in pairwise(names)]
    found = clusters_of(ties, scoring)
    assert told(found) == [("ABC", 0.6), ("DEF", 0.6)]
    assert [one.ties_cut for one in found] == [1, 1]


def test_what_is_left_alone_is_in_no_group_and_small_groups_are_not_cut(scoring: Scoring) -> None:
    ties = [tie("A", "B", 0.95), tie("B", "C", 0.95), tie("C", "D", 0.52), tie("X", "Y", 0.52)]
    assert told(clusters_of(ties, scoring)) == [("ABC", 0.6), ("XY", 0.5)]


@pytest.mark.parametrize(("score", "held_at"), [(0.55, 0.5), (0.6, 0.6), (1.0, 1.0)])
def test_one_that_would_fall_apart_altogether_stays_whole(scoring: Scoring, score: float, held_at: float) -> None:
    ties = [tie(a, b, score) for a, b in pairwise("ABCDE")]
    assert told(clusters_of(ties, scoring)) == [("ABCDE", held_at)]


def test_a_group_s_score_is_the_mean_of_its_members_strongest_ties(scoring: Scoring) -> None:
    [one] = clusters_of([tie("A", "B", 0.9), tie("B", "C", 0.6), tie("A", "C", 0.2)], scoring)
    assert (one.score, one.weakest, one.ties_cut) == (pytest.approx((0.9 + 0.9 + 0.6) / 3), 0.6, 0)
    assert len(one.pairs) == 3, "weak evidence inside a group is told too"


def test_the_highest_score_is_first_then_the_larger(scoring: Scoring) -> None:
    ties = [tie("A", "B", 0.7), tie("C", "D", 0.8), tie("E", "F", 0.7), tie("F", "G", 0.7)]
    assert [name for name, _ in told(clusters_of(ties, scoring))] == ["CD", "EFG", "AB"]


def test_a_machine_of_two_says_more_than_a_line_of_many() -> None:
    scoring = load_scoring()
    two, many = scoring.of_address("mac", 2, 10), scoring.of_address("ip", 20, 10)
    assert two > 8 * many
    assert scoring.of_address("ip", 21, 10) == 0.0
    assert scoring.of_address("mac", 5, 10) == pytest.approx(two / 2)


def test_chance_and_less_than_chance_are_worth_nothing() -> None:
    scoring = load_scoring()
    assert (scoring.of_matched(0), scoring.of_matched(-3)) == (0, 0)
    assert scoring.of_matched(3) == pytest.approx(0.4)
    assert scoring.of_matched(5) > scoring.cut, "as many as benefit_transfer asks for tie"
    assert scoring.of_synchronous(3, 6) == pytest.approx(0.7 * 0.5 * 0.5)
    assert scoring.of_synchronous(5, 0) == 0
    assert noisy_or([]) == 0


@pytest.mark.parametrize(
    "change",
    [{"cut": "1.5"}, {"cut": 0}, {"largest": 1}, {"most_users": "many"}, {"weights": {"mac": 1}}, {"more": 1}],
)
def test_a_scoring_file_that_is_none_says_so(tmp_path: Path, change: dict[str, Any]) -> None:
    file = tmp_path / "scoring.yaml"
    file.write_text(yaml.safe_dump({**yaml.safe_load(SHIPPED.read_text()), **change}))
    with pytest.raises(AlertError):
        load_scoring(file)
