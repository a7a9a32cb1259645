"""The baseline grade of every alert of a history: each sees its own day, up to itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from rules_baseline.grade import BaselineGrade, baseline_grade
from rules_baseline.trigger import TriggerRecord


def baselines(alerts: Iterable[TriggerRecord]) -> dict[str, BaselineGrade]:
    """Baseline grade by ``alert_id``: over the alerts of that trading day, up to and with the alert itself, in the
    order (triggered_at, alert_id), that share its subject or its account; empty for no alerts.
    """
    by_day: dict[date, list[TriggerRecord]] = defaultdict(list)
    for alert in sorted(alerts, key=lambda a: (a.triggered_at, a.alert_id)):
        by_day[alert.trading_day].append(alert)
    found = {}
    for day in by_day.values():
        for place, alert in enumerate(day):
            related = [other for other in day[:place] if concerns(other, alert)]
            found[alert.alert_id] = baseline_grade([*related, alert])
    return found


def concerns(other: TriggerRecord, alert: TriggerRecord) -> bool:
    """Whether ``other`` counts for the grade of ``alert``: the same subject, or the same account."""
    return other.subject_id == alert.subject_id or other.account_id == alert.account_id
