"""The alarms on outcomes: whether a model's grades have become worse than they may be, one case one voice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from monitoring.sequential import Alarm, forecasts_fail, mean_rises

STEPS_BETWEEN_FALSE_ALARMS = 500.0  # trading days, each stream: two years
COVERAGE = 0.9  # promised by the conformal sets
COVERAGE_SLACK = 0.02  # exchangeability is an idealisation; so much less is not worth waking anyone
CALIBRATION_SLACK = 0.02
BASELINE_DAYS = 10  # ripe days from which the usual cost is taken
_SLACK = 0.10  # of what was usual on the first days


@dataclass(frozen=True, slots=True)
class OutcomeAlarm:
    """One stream: what is watched, what it may be at most, how it stands, and the day the alarm was raised."""

    name: str
    name_zh: str
    allowed: float
    usual: float  # over all days watched
    evidence: float
    limit: float
    raised_on: str | None
    detail: str = ""  # the features that carry the alarm, where it is on features


def outcome_alarms(known: pd.DataFrame, cost: NDArray[np.float64]) -> tuple[OutcomeAlarm, ...]:
    """Follow missed coverage, missed severity (under-forecast) and cost over the ripe days of ``known``.

    ``known`` has trading_day, case_key, truth, grade, covered, p1 and p2. A case counts once a day, with the mean of
    its alerts: they share one outcome. Cost is watched against the first ``BASELINE_DAYS`` days, and is
    silent with fewer.
    """
    cases = _by_case(known, cost)
    parts = [(day, part) for day, part in cases.groupby("trading_day", sort=True)]
    days, by_day = [day for day, _ in parts], [part for _, part in parts]
    limit = STEPS_BETWEEN_FALSE_ALARMS
    allowed = 1 - COVERAGE + COVERAGE_SLACK
    missed = mean_rises([one["missed"].dropna() for one in by_day], allowed, steps_between_false_alarms=limit)
    rows = [_said("coverage_missed", "区间未覆盖率", allowed, cases["missed"], missed, days)]
    sure = [one.dropna(subset=["p"]) for one in by_day]
    under = forecasts_fail(
        [one["p"] for one in sure],
        [one["severe"] for one in sure],
        slack=CALIBRATION_SLACK,
        steps_between_false_alarms=limit,
    )
    rows.append(
        _said("severe_under_forecast", "高风险被低估", CALIBRATION_SLACK, cases["severe"] - cases["p"], under, days)
    )
    over = forecasts_fail(
        [-one["p"] for one in sure],
        [-one["severe"] for one in sure],
        slack=CALIBRATION_SLACK,
        steps_between_false_alarms=limit,
    )
    rows.append(
        _said("severe_over_forecast", "高风险被高估", CALIBRATION_SLACK, cases["p"] - cases["severe"], over, days)
    )
    if len(days) > BASELINE_DAYS:
        usual = allowed_mean(pd.concat(by_day[:BASELINE_DAYS])["cost"], 0.01)
        costly = mean_rises([one["cost"] for one in by_day[BASELINE_DAYS:]], usual, steps_between_false_alarms=limit)
        rows.append(_said("cost", "平均误判成本", usual, cases["cost"], costly, days[BASELINE_DAYS:]))
    return tuple(rows)


def allowed_mean(first: ArrayLike, least: float) -> float:
    """What a mean in [0, 1] may be: that of its ``first`` values with slack and two standard errors on top.

    Never below ``least``, which is also the answer where there are no values.
    """
    values = np.asarray(first, dtype=np.float64)
    if not values.size:
        return least
    error = float(values.std(ddof=1) / np.sqrt(values.size)) if values.size > 1 else 0.0
    return float(np.clip(values.mean() * (1 + _SLACK) + 2 * error, least, 0.99))


def _by_case(known: pd.DataFrame, cost: NDArray[np.float64]) -> pd.DataFrame:
    truth, grade = known["truth"].to_numpy(dtype=int), known["grade"].to_numpy(dtype=int)
    table = pd.DataFrame(
        {
            "trading_day": known["trading_day"],
            "case": known["case_key"],
            "missed": 1.0 - known["covered"].astype(float),
            "severe": (truth <= 2).astype(float),
            "p": (known["p1"] + known["p2"]).astype(float),
            "cost": cost[truth - 1, grade - 1] / cost.max(),
        }
    )
    return table.groupby(["trading_day", "case"], as_index=False).mean()


def _said(name: str, zh: str, allowed: float, values: pd.Series[float], alarm: Alarm, days: list[Any]) -> OutcomeAlarm:
    raised = None if alarm.raised_at is None else str(days[alarm.raised_at])[:10]
    return OutcomeAlarm(name, zh, round(allowed, 6), float(values.mean()), alarm.evidence, alarm.limit, raised)
