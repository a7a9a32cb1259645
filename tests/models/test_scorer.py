"""The scorer: three voices, one answer, the same whatever the company."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.fallback import rules_only
from models.graded_alert import GradedAlert
from models.policy import Policy
from models.score_input import ScoreInput
from models.scorer import AlertScorer
from rules_baseline.trigger import TriggerRecord


def test_alone_equals_in_a_batch_bit_for_bit(scorer: AlertScorer, inputs: list[ScoreInput]) -> None:
    together = scorer.grade(inputs)
    assert together == [scorer.grade([item])[0] for item in inputs]
    assert together[::-1] == scorer.grade(inputs[::-1])


def test_explaining_changes_no_grade(scorer: AlertScorer, inputs: list[ScoreInput]) -> None:
    for full, bare in zip(scorer.grade(inputs), scorer.grade(inputs, explain=False), strict=True):
        assert bare.reasons == []
        assert bare.anomaly.drivers == []
        bare_facts = bare.model_dump(exclude={"reasons"}) | {"anomaly": bare.anomaly.share}
        assert bare_facts == full.model_dump(exclude={"reasons"}) | {"anomaly": full.anomaly.share}


def test_no_inputs_no_answers(scorer: AlertScorer) -> None:
    assert scorer.grade([]) == []


def test_every_answer_is_whole(scorer: AlertScorer, inputs: list[ScoreInput]) -> None:
    for item, graded in zip(inputs, scorer.grade(inputs), strict=True):
        assert graded.probabilities is not None
        assert min(graded.probabilities) >= 0
        assert math.fsum(graded.probabilities) == pytest.approx(1.0, abs=1e-12)
        mode = 1 + max(range(5), key=graded.probabilities.__getitem__)
        assert mode in graded.grade_set
        assert graded.grade_set == list(range(graded.grade_set[0], graded.grade_set[-1] + 1))
        assert graded.degraded == list(item.degraded)
        assert graded.score_id == item.score_id
        assert {reason.voice for reason in graded.reasons} == {"rules", "classifier", "anomaly"}
        assert graded.versions.feature_service == "risk_grade_v1"
        assert GradedAlert.model_validate_json(graded.model_dump_json()) == graded


def test_contributions_are_those_of_the_severity(scorer: AlertScorer, inputs: list[ScoreInput]) -> None:
    for graded in scorer.grade(inputs):
        parts = [r.contribution for r in graded.reasons if r.voice == "classifier"]
        assert parts
        assert all(part is not None and part != 0 for part in parts)
        assert [abs(p or 0) for p in parts] == sorted((abs(p or 0) for p in parts), reverse=True)


def test_all_contributions_and_the_base_sum_to_the_severity(scorer: AlertScorer, inputs: list[ScoreInput]) -> None:
    names = scorer.feature_names
    matrix = np.array([[item.features.get(name) for name in names] for item in inputs], dtype=np.float64)
    parts = scorer.classifier.contributions_of_matrix(matrix)
    for row, graded in zip(parts, scorer.grade(inputs), strict=True):
        assert row.sum() == pytest.approx(graded.severity, abs=1e-9)
        told = {reason.key: reason.contribution for reason in graded.reasons if reason.voice == "classifier"}
        place = {name: j for j, name in enumerate(names)}
        assert all(part == row[place[key]] for key, part in told.items())
        untold = [abs(row[j]) for name, j in place.items() if name not in told]
        assert max(untold) <= min(abs(part or 0.0) for part in told.values())


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text("甲乙丙丁", min_size=2, max_size=6), st.text("WXYZ", min_size=6, max_size=9))
def test_no_reason_in_either_language_names_anybody(
    scorer: AlertScorer, inputs: list[ScoreInput], alert: Callable[..., TriggerRecord], name: str, code: str
) -> None:
    named = alert(account_id=name, subject_id=code, alert_id=f"self_trade:breach:2026-03-02:SHFE.cu2605:{code}")
    for reason in scorer.grade([replace(inputs[0], trigger=named)])[0].reasons:
        assert reason.text_zh
        assert reason.text_en
        assert not any(word in reason.text_zh + reason.text_en for word in (name, code))


@pytest.mark.parametrize("gap", [None, float("nan"), float("inf"), "absent"])
def test_missing_in_any_form_is_one_thing(scorer: AlertScorer, inputs: list[ScoreInput], gap: Any) -> None:
    base = dict(inputs[0].features)
    wanted = scorer.grade([replace(inputs[0], features={**base, "orders_5d": None})])
    changed = {k: v for k, v in base.items() if k != "orders_5d"} if gap == "absent" else {**base, "orders_5d": gap}
    assert scorer.grade([replace(inputs[0], features=changed)]) == wanted


def test_feature_order_and_strangers_do_not_matter(scorer: AlertScorer, inputs: list[ScoreInput]) -> None:
    shuffled = dict(reversed([*inputs[0].features.items(), ("unheard_of", 1.0)]))
    assert scorer.grade([replace(inputs[0], features=shuffled)]) == scorer.grade([inputs[0]])


def test_a_row_without_features_is_graded_and_the_anomaly_voice_is_silent(
    scorer: AlertScorer, inputs: list[ScoreInput]
) -> None:
    graded = scorer.grade([replace(inputs[0], features={})])[0]
    assert graded.anomaly.share is None
    assert graded.anomaly.drivers == []
    assert graded.decided_by.anomaly is None


def test_a_higher_occurrence_never_lowers_the_severity(scorer: AlertScorer, inputs: list[ScoreInput]) -> None:
    for item in inputs:
        rows = [replace(item, features={**item.features, "alert_occurrence": float(k)}) for k in range(1, 7)]
        severities = [graded.severity or 0.0 for graded in scorer.grade(rows)]
        assert severities == sorted(severities)


def test_severity_orders_the_probability_of_the_worst_grade(scorer: AlertScorer, inputs: list[ScoreInput]) -> None:
    graded = sorted(scorer.grade(inputs), key=lambda g: g.severity or 0.0)
    worst = [g.probabilities[0] for g in graded if g.probabilities]
    assert worst == sorted(worst)


def test_the_score_id_follows_the_trigger_record(alert: Callable[..., TriggerRecord], inputs: list[ScoreInput]) -> None:
    one = replace(inputs[0], trigger=alert())
    assert one.score_id == replace(inputs[1], trigger=alert()).score_id
    assert one.score_id != replace(one, trigger=alert(measured=6.0)).score_id
    assert len(one.score_id) == 21
    assert one.score_id.startswith("S")


def test_the_alert_s_own_parameters_version_is_reported(
    scorer: AlertScorer, alert: Callable[..., TriggerRecord], inputs: list[ScoreInput]
) -> None:
    own = replace(inputs[0], trigger=alert(parameters_version="rules-9"))
    assert scorer.grade([own])[0].versions.rules == "rules-9"
    assert scorer.grade([inputs[0]])[0].versions.rules == "rules-1"


def test_rules_only_says_so(alert: Callable[..., TriggerRecord], inputs: list[ScoreInput]) -> None:
    graded = rules_only(inputs[1], Policy.read(), ["model_missing"])
    assert graded.grade == 3
    assert graded.grade_set == [3]
    assert graded.probabilities is None
    assert graded.severity is None
    assert graded.anomaly.share is None
    assert graded.versions.model is None
    assert graded.degraded == ["stale_features", "model_missing"]
    assert graded.decided_by.policy_clause == "rules_only"
    assert [reason.voice for reason in graded.reasons] == ["rules"]
    with pytest.raises(ValueError, match="rules-only"):
        rules_only(inputs[1], Policy.read(), [])


def test_two_grades_outside_the_scale_are_refused(world: Any) -> None:
    X, y = world(50, 1)
    with pytest.raises(ValueError, match="from 1 to 5"):
        AlertScorer.fit(X, y + 1, calibration=(X, y))


def test_a_feature_never_seen_in_training_says_nothing(world: Any, inputs: list[ScoreInput]) -> None:
    X, y = world(200, 8)
    later, truth = world(100, 9)
    fitted = AlertScorer.fit(X.assign(logins_5d=np.nan), y, calibration=(later.assign(logins_5d=np.nan), truth))
    with_it, without = (
        fitted.grade([replace(inputs[0], features={**inputs[0].features, "logins_5d": value})])[0]
        for value in (5.0, None)
    )
    assert with_it.probabilities == without.probabilities
    assert with_it.anomaly == without.anomaly


def test_no_calibration_rows_give_whole_sets(world: Any, inputs: list[ScoreInput]) -> None:
    X, y = world(100, 8)
    fitted = AlertScorer.fit(X, y, calibration=(X.iloc[:0], y[:0]))
    assert fitted.grade(inputs[:1])[0].grade_set == [1, 2, 3, 4, 5]
