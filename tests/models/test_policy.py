"""The policy: worse evidence never pays, floors hold, mistakes in the file are named."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from alertgrade.errors import AlertError
from models.policy import Policy
from models.policy_file import read_policy_file, write_policy_file
from rules_baseline.grade import BaselineGrade
from rules_baseline.trigger import TriggerRecord

POLICY = Policy.read()
LIMITS = ("self_trade", "frequent_cancel", "large_cancel", "limit_price_cancel", "intraday_open")
weights = st.lists(st.integers(0, 20), min_size=5, max_size=5).filter(any)
shares = st.none() | st.sampled_from([0.0, 0.5, 0.98, 0.99, 1.0])
sets = st.sampled_from([[1], [3], [4, 5], [3, 4, 5], [1, 2, 3, 4, 5]])
rules = st.sampled_from([*LIMITS, "leverage", "matched_orders"])
levels = st.sampled_from(["warning", "breach", "severe"])
grades, occurrences = st.integers(1, 5), st.none() | st.integers(0, 5)


def normal(w: list[int]) -> list[float]:
    return [x / sum(w) for x in w]


def grade(p: Any, share: Any, baseline: int, alert: TriggerRecord, grade_set: list[int]) -> int:
    return POLICY.decide(p, share, BaselineGrade(baseline, None, "nothing"), alert, grade_set).grade


@given(weights, st.integers(0, 3), st.integers(0, 20), shares, grades, sets)
def test_moving_probability_to_a_worse_grade_never_gives_a_better_one(
    alert: Callable[..., TriggerRecord], w: list[int], to: int, much: int, share: Any, baseline: int, s: list[int]
) -> None:
    moved = min(much, w[to + 1])
    worse = [x + moved * ((k == to) - (k == to + 1)) for k, x in enumerate(w)]
    assert grade(normal(worse), share, baseline, alert(), s) <= grade(normal(w), share, baseline, alert(), s)


@given(st.none() | weights.map(normal), shares, shares, grades, sets, rules)
def test_stranger_never_gives_a_better_grade(
    alert: Callable[..., TriggerRecord], p: Any, one: Any, other: Any, baseline: int, s: list[int], rule: str
) -> None:
    low, high = sorted((one, other), key=lambda share: -1.0 if share is None else share)
    record = alert(rule_id=rule)
    assert grade(p, high, baseline, record, s) <= grade(p, low, baseline, record, s)


@given(st.none() | weights.map(normal), shares, grades, st.integers(0, 4), sets, levels, rules, occurrences)
def test_a_worse_baseline_or_a_later_occurrence_never_gives_a_better_grade(
    alert: Callable[..., TriggerRecord],
    p: Any,
    share: Any,
    baseline: int,
    more: int,
    s: list[int],
    level: str,
    rule: str,
    occurrence: int | None,
) -> None:
    record = alert(rule_id=rule, level=level, occurrence=occurrence)
    later = alert(rule_id=rule, level=level, occurrence=(occurrence or 0) + more)
    now = grade(p, share, baseline, record, s)
    assert grade(p, share, max(1, baseline - more), record, s) <= now
    assert grade(p, share, baseline, later, s) <= now


@given(st.none() | weights.map(normal), shares, grades, sets, sets, rules, levels, occurrences)
def test_a_less_sure_classifier_or_a_worse_level_never_gives_a_better_grade(
    alert: Callable[..., TriggerRecord],
    p: Any,
    share: Any,
    baseline: int,
    one: list[int],
    other: list[int],
    rule: str,
    level: str,
    occurrence: int | None,
) -> None:
    record = alert(rule_id=rule, level=level, occurrence=occurrence)
    narrow, wide = sorted((one, other), key=len)
    assert grade(p, share, baseline, record, wide) <= grade(p, share, baseline, record, narrow)
    severe = alert(rule_id=rule, level="severe", occurrence=occurrence)
    assert grade(p, share, baseline, severe, one) <= grade(p, share, baseline, record, one)


@given(st.none() | weights.map(normal), shares, grades, sets, rules, st.sampled_from(["breach", "severe"]))
def test_a_floor_is_never_broken(
    alert: Callable[..., TriggerRecord], p: Any, share: Any, baseline: int, s: list[int], rule: str, level: str
) -> None:
    found = grade(p, share, baseline, alert(rule_id=rule, level=level, occurrence=3), s)
    assert found <= (3 if baseline == 1 else 5)
    if rule in LIMITS:
        assert found <= 2


@pytest.mark.parametrize(
    ("rule", "level", "occurrence", "held"),
    [
        ("self_trade", "breach", 2, False),
        ("self_trade", "breach", 3, True),
        ("self_trade", "breach", 4, True),
        ("self_trade", "breach", None, False),
        ("self_trade", "warning", 3, False),
        ("group_trade", "breach", 3, False),
        ("limit_price_cancel", "severe", 3, True),
    ],
)
def test_the_third_breach_of_an_exchange_limit_is_never_better_than_high(
    alert: Callable[..., TriggerRecord], rule: str, level: str, occurrence: int | None, held: bool
) -> None:
    record = alert(rule_id=rule, level=level, occurrence=occurrence)
    decision = POLICY.decide([0, 0, 0, 0, 1], None, BaselineGrade(4, None, "nothing"), record, [5])
    assert decision.grade == (2 if held else 5)
    assert ("repeated_exchange_breach" in decision.decided_by.policy_clause) == held
    assert [clause.id for clause in decision.moved_by] == (["repeated_exchange_breach"] if held else [])


@pytest.mark.parametrize(
    ("share", "grade_set", "raised"),
    [
        (0.99, [3, 4, 5], True),
        (0.9899, [3, 4, 5], False),
        (0.99, [4, 5], False),
        (None, [3, 4, 5], False),
        (1.0, [1, 2, 3, 4, 5], True),
    ],
    ids=["at both limits", "just not strange", "sure", "no detector", "all"],
)
def test_very_strange_and_unsure_is_raised_to_medium(
    alert: Callable[..., TriggerRecord], share: float | None, grade_set: list[int], raised: bool
) -> None:
    decision = POLICY.decide([0, 0, 0, 0.1, 0.9], share, BaselineGrade(4, None, "nothing"), alert(), grade_set)
    assert decision.grade == (3 if raised else 5)
    assert decision.decided_by.anomaly == (3 if raised else None)


def test_a_silent_classifier_leaves_the_baseline_and_strangeness_still_counts(
    alert: Callable[..., TriggerRecord],
) -> None:
    quiet = POLICY.decide(None, 0.5, BaselineGrade(4, None, "nothing"), alert(), [4])
    assert (quiet.grade, quiet.decided_by.classifier, quiet.decided_by.policy_clause) == (4, None, "rules_only")
    assert POLICY.decide(None, 1.0, BaselineGrade(4, None, "nothing"), alert(), [4]).grade == 3


def test_equal_costs_go_to_the_more_severe_grade(alert: Callable[..., TriggerRecord]) -> None:
    # grade 4 costs 3p for a deserved 3 and 2.5 ... : equal chances of 4 and 5 cost 4: 0.5, 5: 1.5
    assert grade([0, 0, 0, 0.5, 0.5], None, 5, alert(), [4, 5]) == 4
    # a quarter of grade 4: grade 4 costs 0.75, grade 5 costs 0.75
    assert grade([0, 0, 0, 0.25, 0.75], None, 5, alert(), [4, 5]) == 4
    assert grade([0, 0, 0, 0.2499, 0.7501], None, 5, alert(), [4, 5]) == 5


def changed(**keys: Any) -> str:
    return yaml.safe_dump({**yaml.safe_load(write_policy_file(POLICY.file)), **keys})


FLOOR = {"id": "f", "not_better_than": 2, "zh": "z", "en": "e", "levels": ["breach"]}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (changed(surprise=1), "surprise"),
        (changed(version=""), "version"),
        (changed(cost=[[0, 1, 1, 1, 1]] * 4), "cost"),
        (changed(cost=[[1, 1, 1, 1, 1]] * 5), "diagonal"),
        (changed(cost=[[0, 1, 1, 1, -1]] * 5), "cost.0.4"),
        (changed(cost=[[0, 9, 1, 1, 1], [0] * 5, [0] * 5, [0] * 5, [0] * 5]), "worse evidence"),
        (changed(floors=[{**FLOOR, "not_better_than": 6}]), "floors.0.not_better_than"),
        (changed(floors=[{**FLOOR, "levels": ["breech"]}]), "floors.0.levels.0"),
        (changed(floors=[{k: v for k, v in FLOOR.items() if k != "levels"}]), "floors.0"),
        (changed(floors=[FLOOR, FLOOR]), "share one id"),
        (changed(strange_and_unsure={"id": "x"}), "strange_and_unsure.min_share"),
        ("version: [", "not YAML"),
        ("", "policy key policy"),
    ],
)
def test_a_mistake_in_the_file_is_named(text: str, named: str) -> None:
    with pytest.raises(AlertError, match=named.replace(".", r"\.")):
        read_policy_file(text)


def test_the_policy_survives_its_own_text() -> None:
    assert Policy.read(POLICY.write()) == POLICY
    assert Policy.read(POLICY.write()).write() == POLICY.write()
    assert POLICY.version == "2026.2"


def test_more_cost_for_the_mild_side_of_every_error() -> None:
    for true in range(5):
        for far in range(1, 5):
            if true - far >= 0 and true + far <= 4:
                assert POLICY.file.cost[true][true + far] > POLICY.file.cost[true][true - far]
    assert math.isfinite(sum(map(sum, POLICY.file.cost)))
