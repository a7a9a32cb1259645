"""The answer put together: one place that fills a ``GradedAlert``, for the scorer and for the fallback."""

from __future__ import annotations

from collections.abc import Sequence

from models.graded_alert import ACTIONS, GRADE_NAMES, Anomaly, Baseline, GradedAlert, Reason, Versions
from models.policy import Decision
from models.score_input import ScoreInput


def answer(
    item: ScoreInput,
    decision: Decision,
    *,
    severity: float | None,
    probabilities: list[float] | None,
    grade_set: list[int],
    anomaly: Anomaly,
    reasons: Sequence[Reason],
    versions: Versions,
    degraded: Sequence[str],
) -> GradedAlert:
    """The graded alert of one input and one decision."""
    grade = decision.grade
    return GradedAlert(
        score_id=item.score_id,
        alert_id=item.trigger.alert_id,
        account_id=item.trigger.account_id,
        grade=grade,
        grade_name_zh=GRADE_NAMES[grade][0],
        grade_name_en=GRADE_NAMES[grade][1],
        severity=severity,
        probabilities=probabilities,
        grade_set=grade_set,
        anomaly=anomaly,
        baseline=Baseline(grade=item.baseline.grade, decided_by_alert=item.baseline.decided_by_alert),
        decided_by=decision.decided_by,
        reasons=list(reasons),
        action_zh=ACTIONS[grade][0],
        action_en=ACTIONS[grade][1],
        versions=versions,
        features_as_of=item.features_as_of,
        feature_age_days=item.feature_age_days,
        degraded=list(degraded),
    )
