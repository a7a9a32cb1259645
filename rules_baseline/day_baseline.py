"""Which of the day's earlier alerts count for the grade of an alert, and the baseline grades of a history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from rules_baseline.grade import BaselineGrade, baseline_grade
from rules_baseline.trigger import TriggerRecord


def baselines(alerts: Iterable[TriggerRecord]) -> dict[str, BaselineGrade]:
    """Baseline grade by ``alert_id``, each alert seeing its own day up to itself; empty for no alerts."""
    ordered = sorted(alerts, key=lambda a: (a.triggered_at, a.alert_id))
    pairs = zip(ordered, earlier_of_day(ordered), strict=True)
    return {alert.alert_id: baseline_grade([*earlier, alert]) for alert, earlier in pairs}


def earlier_of_day(alerts: Sequence[TriggerRecord]) -> Iterator[list[TriggerRecord]]:
    """For each alert those before it in ``alerts`` on its trading day with its subject or its account, in order.

    The ledger asks the same of what it has recorded. Members of a group to whom its alert was not attributed, and the
    accounts of a cluster, are not reached yet: ``grade.related_to_account`` does where the group is known.
    """
    seen: dict[tuple[date, str, str], list[int]] = defaultdict(list)
    for place, alert in enumerate(alerts):
        keys = [(alert.trading_day, "account", alert.account_id), (alert.trading_day, "subject", alert.subject_id)]
        yield [alerts[index] for index in sorted({index for key in keys for index in seen[key]})]
        for key in keys:
            seen[key].append(place)
