"""Which of the day's earlier alerts count for the grade of an alert, and the baseline grades of a history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from rules_baseline.grade import BaselineGrade, baseline_grade
from rules_baseline.memberships import Memberships
from rules_baseline.related import Key, looks_under, told_under
from rules_baseline.trigger import TriggerRecord


@dataclass(frozen=True, slots=True)
class AlertHistory:
    """The alerts of a period, with or without disposition, and the declared groups of its days."""

    alerts: Sequence[TriggerRecord]
    groups: Memberships = field(default_factory=Memberships)


def baselines(history: AlertHistory) -> dict[str, BaselineGrade]:
    """Baseline grade by ``alert_id``, each alert seeing its own day up to itself; empty for no alerts."""
    ordered = sorted(history.alerts, key=lambda a: (a.triggered_at, a.alert_id))
    pairs = zip(ordered, earlier_of_day(ordered, history.groups), strict=True)
    return {alert.alert_id: baseline_grade([*earlier, alert]) for alert, earlier in pairs}


def earlier_of_day(alerts: Sequence[TriggerRecord], known: Memberships) -> Iterator[list[TriggerRecord]]:
    """For each alert those before it in ``alerts`` on its trading day that count for its subject, in order.

    The ledger finds the same among what it has recorded (``ledger.of_day``).
    """
    seen: dict[tuple[date, Key], list[int]] = defaultdict(list)
    for place, alert in enumerate(alerts):
        day = alert.trading_day
        found = {index for key in looks_under(alert, known) for index in seen.get((day, key), ())}
        yield [alerts[index] for index in sorted(found)]
        for key in told_under(alert):
            seen[day, key].append(place)
