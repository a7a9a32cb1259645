"""A new kind of alert (新型异常) shows before anyone has decided one: more lie far out than training lets expect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.far_out import FarOut
from monitoring.outcome_alarms import BASELINE_DAYS, STEPS_BETWEEN_FALSE_ALARMS, OutcomeAlarm, allowed_mean
from monitoring.sequential import any_mean_rises

STRANGE = (0.95, 0.99)  # share of training rows less strange
ALLOWED = np.array([0.08, 0.03])  # training rows rank themselves, later ones are a little stranger
TOGETHER_ALLOWED, FEATURE_ALLOWED = 0.02, 0.006  # at least: twice and thrice what the sample has (monitoring.far_out)
ONCE_IN_DAYS = 20  # an account that keeps being far out is a client, not a kind: it counts once in so many days

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Strange:
    """One row an alert: trading day, account, anomaly share (NaN: unknown), how far out it lies."""

    days: NDArray[np.generic]
    accounts: NDArray[np.generic]
    shares: Floats
    far: FarOut


def strangeness_alarms(seen: Strange) -> tuple[OutcomeAlarm, ...]:
    """Three streams: strange alerts, alerts far out on several features together, alerts far out on some one feature.

    An account counts once a day with the mean of its alerts, and not again while it has been so within
    ``ONCE_IN_DAYS`` days. What features may show is taken from the first days, on which those two are silent.
    """
    strange = np.column_stack([np.where(np.isnan(seen.shares), np.nan, seen.shares >= one) for one in STRANGE])
    blocks = np.column_stack([strange, seen.far.together, seen.far.beyond]).astype(np.float64)
    names, steps = _by_account(seen, blocks)
    rows = [_watch("strange_alerts", "极异常预警占比", steps, names, slice(0, 2), ALLOWED)]
    if len(names) > BASELINE_DAYS:
        for name, zh, part, least in (
            ("far_out_together", "多特征联合远离训练样本", slice(2, 3), TOGETHER_ALLOWED),
            ("far_out_feature", "单一特征远离训练样本", slice(3, None), FEATURE_ALLOWED),
        ):
            first = np.concatenate([step[:, part] for step in steps[:BASELINE_DAYS]])
            allowed = np.array([allowed_mean(column[~np.isnan(column)], least) for column in first.T])
            if allowed.size:
                found = _watch(name, zh, steps[BASELINE_DAYS:], names[BASELINE_DAYS:], part, allowed, seen.far.names)
                rows.append(found)
    return tuple(rows)


def _watch(
    name: str,
    zh: str,
    steps: Sequence[Floats],
    days: Sequence[object],
    part: slice,
    allowed: Floats,
    features: tuple[str, ...] = (),
) -> OutcomeAlarm:
    inside = [step[:, part] for step in steps]
    alarm, evidence = any_mean_rises(inside, allowed, steps_between_false_alarms=STEPS_BETWEEN_FALSE_ALARMS)
    worst = int(evidence.argmax())
    every = np.concatenate(inside)[:, worst] if inside else np.zeros(0)
    usual = float(np.nanmean(every)) if (~np.isnan(every)).any() else 0.0
    raised = None if alarm.raised_at is None else str(days[alarm.raised_at])[:10]
    detail = ""
    if raised is not None and len(features) == evidence.size:  # those that carry the alarm, the strongest first
        strong = [place for place in np.argsort(-evidence) if evidence[place] >= alarm.limit / evidence.size]
        detail = ", ".join(features[place] for place in strong[:5])
    return OutcomeAlarm(name, zh, round(float(allowed[worst]), 6), usual, alarm.evidence, alarm.limit, raised, detail)


def _by_account(seen: Strange, blocks: Floats) -> tuple[list[object], list[Floats]]:
    """The days, and for each the mean of every account's alerts, shape (accounts, columns); NaN: counted lately."""
    order = np.argsort(seen.days, kind="stable")  # an alert may be graded days after it was raised
    names, starts = np.unique(seen.days[order], return_index=True)
    member, blocks = np.unique(seen.accounts, return_inverse=True)[1][order], blocks[order]
    lately = np.full((int(member.max()) + 1 if member.size else 0, blocks.shape[1]), -np.inf)
    steps = []
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(blocks)], strict=True)):
        who, place = np.unique(member[start:end], return_inverse=True)
        known = ~np.isnan(blocks[start:end])
        total, count = np.zeros((2, who.size, blocks.shape[1]))
        np.add.at(total, place, np.where(known, blocks[start:end], 0.0))
        np.add.at(count, place, known)
        mean = np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
        counted = number - lately[who] < ONCE_IN_DAYS
        lately[who] = np.where(mean > 0, number, lately[who])
        steps.append(np.where(counted, np.nan, mean))
    return list(names), steps
