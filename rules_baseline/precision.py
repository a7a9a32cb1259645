"""Precision before and after a change: the share of judged alerts that ended in a severe outcome, with intervals."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from alertgrade.errors import AlertError
from features.events.schema import OUTCOMES
from rules_baseline.trigger import TriggerRecord

SEVERE = ("restricted", "referred")
ALL = "all rules"
_Z = 1.959963984540054  # normal quantile of 0.975
_LOW, _HIGH = 0.025, 0.975
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share or a difference with its 95 % interval, in [0, 1] or [-1, 1]."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Side:
    """Of one run: its alerts, those with an outcome, those with a severe one, and of how many subjects these are.

    ``share`` is severe over judged (None: nothing judged). Alerts without an outcome may be of another kind than those
    that were judged: ``at_least`` and ``at_most`` are the share if none, or every one, of them were severe.
    """

    alerts: int
    judged: int
    severe: int
    subjects: int
    share: Estimate | None
    at_least: float | None
    at_most: float | None


@dataclass(frozen=True, slots=True)
class Precision:
    """A rule before and after; ``difference`` is after minus before (None: one of them has nothing judged)."""

    rule_id: str
    before: Side
    after: Side
    difference: Estimate | None


def outcomes_of(events: Any) -> dict[str, str]:
    """By alert_id its outcome, the latest decided where there are several; empty without dispositions."""
    query = "SELECT alert_id, outcome FROM dispositions ORDER BY decided_at, outcome, decided_by"
    return dict(events.backend.con.execute(query).fetchall())


def precision(
    before: Sequence[TriggerRecord],
    after: Sequence[TriggerRecord],
    outcomes: Mapping[str, str],
    severe: Collection[str] = SEVERE,
    *,
    rounds: int = 2_000,
    seed: int = 0,
) -> list[Precision]:
    """All rules together, then every rule with an alert, by id; empty without outcomes.

    Intervals are percentile bootstraps over subjects (alerts of one subject are not independent), the same draws for
    both runs, so that the interval of the difference is that of paired runs. Where all judged alerts ended alike, or
    are one subject's, resampling says nothing: there it is Wilson's interval with as many trials as subjects, and that
    of the difference lies between the far ends of both sides.
    """
    if not outcomes:
        return []
    rules = sorted({alert.rule_id for alert in (*before, *after)})
    return [
        _of_rule(name, _only(before, name), _only(after, name), outcomes, severe, rounds, seed)
        for name in (ALL, *rules)
    ]


def checked_outcomes(text: str) -> frozenset[str]:
    """Outcomes with commas between; raises ``AlertError`` for one that does not exist, or none.

    >>> sorted(checked_outcomes("restricted, referred"))
    ['referred', 'restricted']
    """
    names = frozenset(name.strip() for name in text.split(",") if name.strip())
    if not names or names - set(OUTCOMES):
        raise AlertError(f"outcomes {text!r}", f"wanted some of {', '.join(OUTCOMES)}")
    return names


def wilson(hits: float, trials: float) -> Estimate:
    """Wilson's 95 % interval of a share.

    >>> found = wilson(0, 10)
    >>> round(found.low, 4), round(found.high, 4)
    (0.0, 0.2775)
    """
    share, extra = hits / trials, _Z**2 / trials
    middle, half = share + extra / 2, _Z * sqrt(share * (1 - share) / trials + extra / (4 * trials))
    low, high = (middle - half) / (1 + extra), (middle + half) / (1 + extra)
    return Estimate(share, max(0.0, low), min(1.0, high))


def _only(alerts: Iterable[TriggerRecord], rule_id: str) -> list[TriggerRecord]:
    return [alert for alert in alerts if rule_id in (ALL, alert.rule_id)]


def _of_rule(
    rule_id: str,
    before: Sequence[TriggerRecord],
    after: Sequence[TriggerRecord],
    outcomes: Mapping[str, str],
    severe: Collection[str],
    rounds: int,
    seed: int,
) -> Precision:
    judged = [[alert for alert in alerts if alert.alert_id in outcomes] for alerts in (before, after)]
    names = sorted({alert.subject_id for alerts in judged for alert in alerts})
    place = {name: number for number, name in enumerate(names)}
    # by side and subject: judged alerts, and severe ones
    counts = np.zeros((2, 2, len(names)), dtype=np.int64)
    for side, alerts in enumerate(judged):
        for alert in alerts:
            counts[side, 0, place[alert.subject_id]] += 1
            counts[side, 1, place[alert.subject_id]] += outcomes[alert.alert_id] in severe
    drawn = _drawn(counts, rounds, seed)
    sides = [_side(len(alerts), counts[n], drawn[n]) for n, alerts in enumerate((before, after))]
    same = bool((counts[0] == counts[1]).all())
    return Precision(rule_id, sides[0], sides[1], _difference(sides, drawn, same))


def _drawn(counts: Ints, rounds: int, seed: int) -> Floats:
    """By side and round: the share over subjects drawn with replacement; NaN where none of them was judged."""
    found = np.full((2, rounds), np.nan)
    subjects = counts.shape[2]
    rng = np.random.default_rng(seed)
    for number in range(rounds if subjects else 0):
        totals = counts[:, :, rng.integers(0, subjects, subjects)].sum(axis=2)
        known = totals[:, 0] > 0
        found[known, number] = totals[known, 1] / totals[known, 0]
    return found


def _side(alerts: int, counts: Ints, drawn: Floats) -> Side:
    judged, severe = (int(row.sum()) for row in counts)
    subjects = int((counts[0] > 0).sum())
    if not judged:
        return Side(alerts, 0, 0, 0, None, 0.0 if alerts else None, 1.0 if alerts else None)
    share = _share(judged, severe, subjects, drawn)
    return Side(alerts, judged, severe, subjects, share, severe / alerts, (severe + alerts - judged) / alerts)


def _share(judged: int, severe: int, subjects: int, drawn: Floats) -> Estimate:
    if severe in (0, judged) or subjects < 2:
        return wilson(severe / judged * subjects, subjects)
    low, high = np.quantile(drawn[~np.isnan(drawn)], [_LOW, _HIGH])
    return Estimate(severe / judged, float(low), float(high))


def _difference(sides: Sequence[Side], drawn: Floats, same: bool) -> Estimate | None:
    one, two = sides[0].share, sides[1].share
    if one is None or two is None:
        return None
    if same:
        return Estimate(0.0, 0.0, 0.0)
    if any(side.severe in (0, side.judged) or side.subjects < 2 for side in sides):
        return Estimate(two.value - one.value, two.low - one.high, two.high - one.low)
    apart = drawn[1] - drawn[0]
    low, high = np.quantile(apart[~np.isnan(apart)], [_LOW, _HIGH])
    return Estimate(two.value - one.value, float(low), float(high))
