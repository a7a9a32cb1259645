"""Reasons: three voices, own past and peers beside the value, nobody named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.graded_alert import Driver
from models.peers import PeerMedians
from models.reasons import Reasons
from models.score_input import ScoreInput
from models.scorer import AlertScorer
from rules_baseline.trigger import TriggerRecord

NAMES = ("orders_5d", "cancel_ratio_5d", "account_type_code", "made_up")


@pytest.fixture(scope="module")
def reasons() -> Reasons:
    frame = pd.DataFrame({"account_type_code": [0.0] * 12 + [1.0] * 12, "orders_5d": [10.0] * 12 + [90.0] * 12})
    return Reasons(NAMES, PeerMedians.fit(frame), top=2)


def test_the_rule_reason_says_measured_limit_occurrence_and_article(
    reasons: Reasons, alert: Callable[..., TriggerRecord]
) -> None:
    reason = reasons.of_rules(alert(measured=6.0, occurrence=2), 2)
    assert (reason.voice, reason.key, reason.value) == ("rules", "self_trade", 6.0)
    for word in ("自成交", "实测6", "限额5", "第2次", "高", "第5条"):
        assert word in reason.text_zh
    for word in ("measured 6", "limit 5", "occurrence 2", "high", "art. 5"):
        assert word in reason.text_en


def test_a_rule_nobody_knows_is_called_by_its_id(reasons: Reasons, alert: Callable[..., TriggerRecord]) -> None:
    reason = reasons.of_rules(alert(rule_id="house_rule", measured=None, threshold=None, occurrence=None), 4)
    assert "house_rule" in reason.text_zh
    assert "measured no data" in reason.text_en
    assert "occurrence" not in reason.text_en


def test_own_past_and_peers_stand_beside_the_value(reasons: Reasons) -> None:
    row = {"orders_5d": 100.0, "orders_20d": 80.0, "account_type_code": 1.0}
    found = reasons.of_classifier(row, np.array([0.5, -0.1, 0.05, 0.0, 9.0]))
    assert [reason.key for reason in found] == ["orders_5d", "cancel_ratio_5d"]
    first, second = found
    assert (first.value, first.own_past, first.peer_median, first.contribution) == (100.0, 20.0, 90.0, 0.5)
    assert first.text_zh.endswith("推高风险")
    assert "own past 20" in first.text_en
    assert "peers' median 90" in first.text_en
    assert (second.value, second.own_past) == (None, None)
    assert "no data" in second.text_en
    assert second.text_en.endswith("lowers the risk")


@pytest.mark.parametrize(("code", "median"), [(0.0, 10.0), (1.0, 90.0), (2.0, 50.0), (None, 50.0)])
def test_peers_are_those_of_the_account_type_or_everyone(reasons: Reasons, code: float | None, median: float) -> None:
    row = {"orders_5d": 1.0, "account_type_code": code}
    assert reasons.of_classifier(row, np.array([1.0, 0, 0, 0, 0]))[0].peer_median == median


def test_a_code_has_no_median_and_an_unknown_feature_its_key(reasons: Reasons) -> None:
    row = {"account_type_code": 1.0, "made_up": 3.5}
    code, unknown = reasons.of_classifier(row, np.array([0, 0, 2.0, 1.0, 0]))
    assert code.peer_median is None
    assert unknown.text_en == "made_up: 3.5, raises the risk"


@pytest.mark.parametrize(
    ("share", "drivers", "keys"),
    [
        (None, [], ["anomaly_share"]),
        (0.89, [Driver(key="orders_5d", value=1.0, share=0.5)], ["anomaly_share"]),
        (0.9, [Driver(key="orders_5d", value=1.0, share=0.5)], ["orders_5d"]),
        (0.9, [], ["anomaly_share"]),
    ],
    ids=["unknown", "ordinary", "strange", "strange without drivers"],
)
def test_the_anomaly_voice_always_says_something(
    reasons: Reasons, share: float | None, drivers: list[Driver], keys: list[str]
) -> None:
    found = reasons.of_anomaly({"orders_5d": 1.0}, share, drivers)
    assert [reason.key for reason in found] == keys
    assert all(reason.text_zh and reason.text_en for reason in found)


def test_no_reason_names_the_account(scorer: AlertScorer, inputs: list[ScoreInput]) -> None:
    for graded in scorer.grade(inputs):
        assert not any(graded.account_id + " " in f"{r.text_zh} {r.text_en} " for r in graded.reasons)


def test_peers_survive_json(reasons: Reasons) -> None:
    facts: Any = reasons.peers.to_json()
    assert PeerMedians.from_json(facts) == reasons.peers
