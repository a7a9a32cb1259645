"""Alerts as the monitor sends them, and answers as the grader gives them."""

from __future__ import annotations

import json
from typing import Any

from features.catalogue import STORED
from models.graded_alert import ACTIONS, GRADE_NAMES, GradedAlert
from rules_baseline.trigger import TriggerRecord


def trigger_of(number: int, account: str, rule: str = "frequent_cancel", **values: Any) -> dict[str, Any]:
    alert_id = f"{rule}:breach:2026-03-0{1 + number % 5}:SHFE.cu2605:{account}#{number}"
    known = {
        "alert_id": alert_id,
        "rule_id": rule,
        "level": "breach",
        "exchange": "SHFE",
        "contract": "cu2605",
        "trading_day": f"2026-03-0{1 + number % 5}",
        "subject_type": "account",
        "subject_id": account,
        "account_id": account,
        "triggered_at": f"2026-03-0{1 + number % 5}T02:00:{number % 60:02d}Z",
        "measured": 640.0,
        "threshold": 500.0,
        "occurrence": 2,
        "parameters_version": "2024-10-25",
        "evidence": json.dumps({"regime": "fee_aware", "members": {account: 640}}),
    }
    return TriggerRecord(**(known | values)).model_dump(mode="json")


def reason(
    voice: str, key: str, value: float | None, past: float | None, peer: float | None, *texts: Any
) -> dict[str, Any]:
    weight, zh, en = texts
    return {
        "voice": voice,
        "key": key,
        "value": value,
        "own_past": past,
        "peer_median": peer,
        "contribution": weight,
        "text_zh": zh,
        "text_en": en,
    }


REASONS = [
    reason(
        "rules",
        "frequent_cancel",
        640.0,
        None,
        None,
        None,
        "频繁报撤单：640 次，限额 500",
        "Frequent cancelling: 640, limit 500",
    ),
    reason(
        "classifier",
        "cancel_ratio_today",
        0.91,
        0.42,
        0.31,
        0.83,
        "当日撤单率明显高于自身历史",
        "Cancel ratio far above own past",
    ),
    reason("classifier", "alerts_30d", 4.0, 1.0, 0.0, 0.41, "近30日预警增多", "More alerts in 30 days"),
    reason("anomaly", "distinct_macs_5d", 7.0, 2.0, 1.0, 0.38, "登录设备数异常", "Unusual number of devices"),
]


def answer_of(trigger: dict[str, Any], grade: int, **values: Any) -> dict[str, Any]:
    likely = [0.04] * 5
    likely[grade - 1] = 0.84
    known = {
        "score_id": f"S-{trigger['alert_id']}",
        "alert_id": trigger["alert_id"],
        "account_id": trigger["account_id"],
        "grade": grade,
        "grade_name_zh": GRADE_NAMES[grade][0],
        "grade_name_en": GRADE_NAMES[grade][1],
        "severity": 1.7,
        "probabilities": likely,
        "grade_set": sorted({grade, min(grade + 1, 5)}),
        "anomaly": {"share": 0.973, "drivers": [{"key": "distinct_macs_5d", "value": 7.0, "share": 0.6}]},
        "baseline": {"grade": 3, "decided_by_alert": trigger["alert_id"]},
        "decided_by": {"rules": 3, "classifier": grade, "anomaly": None, "policy_clause": "least_expected_cost"},
        "reasons": REASONS,
        "action_zh": ACTIONS[grade][0],
        "action_en": ACTIONS[grade][1],
        "versions": {
            "model": "alert-scorer/3",
            "digest": "9f2c" * 16,
            "policy": "2026-02",
            "rules": "2024-10-25",
            "feature_service": "risk_grade_v1",
        },
        "features_as_of": "2026-03-05T12:45:00Z",
        "feature_age_days": 1,
        "degraded": [],
    }
    return GradedAlert(**(known | values)).model_dump(mode="json")


FEATURES = dict.fromkeys(STORED) | {
    "account_type_code": 0.0,
    "is_employee": 0.0,
    "is_programmatic": 1.0,
    "is_market_maker": 0.0,
    "via_introducing_broker": 1.0,
    "orders_20d": 18234.0,
    "cancel_ratio_20d": 0.4217,
    "alerts_250d": 6.0,
}
