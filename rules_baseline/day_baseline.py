"""Which of the day's alerts count for the grade of another, and the baseline grades of a history."""

from __future__ import annotations

from bisect import bisect_right
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
    """Baseline grade by ``alert_id``, each alert seeing its own day up to its moment; empty for no alerts."""
    pairs = zip(history.alerts, others_of_day(history.alerts, history.groups), strict=True)
    return {alert.alert_id: baseline_grade([*others, alert]) for alert, others in pairs}


def others_of_day(alerts: Sequence[TriggerRecord], known: Memberships) -> Iterator[list[TriggerRecord]]:
    """For each alert the others of its trading day that count for its subject and were not raised after it.

    Alerts of one moment, as all that the after-close screens raise, count for each other. All in the order of
    ``alerts``. The ledger finds the same among what it has recorded (``ledger.of_day``).
    """
    told: dict[tuple[date, Key], list[int]] = defaultdict(list)
    for place in sorted(range(len(alerts)), key=lambda place: alerts[place].triggered_at):
        for key in told_under(alerts[place]):
            told[alerts[place].trading_day, key].append(place)
    for place, alert in enumerate(alerts):
        found: set[int] = set()
        for key in looks_under(alert, known):
            places = told.get((alert.trading_day, key), [])
            found.update(places[: bisect_right(places, alert.triggered_at, key=lambda one: alerts[one].triggered_at)])
        yield [alerts[other] for other in sorted(found - {place})]
