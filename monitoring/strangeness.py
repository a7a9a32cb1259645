"""A new kind of alert shows before anyone has decided one: more are strange than training lets expect."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from monitoring.outcome_alarms import STEPS_BETWEEN_FALSE_ALARMS, OutcomeAlarm
from monitoring.sequential import mean_rises

VERY_STRANGE = 0.95  # share of training rows less strange; one in twenty where nothing is new
ALLOWED = 0.08  # training rows rank themselves, later ones are a little stranger


def strangeness_alarm(shares: Sequence[ArrayLike], days: Sequence[object]) -> OutcomeAlarm:
    """Follow the share of very strange alerts; ``shares`` are a day's anomaly shares in [0, 1], nulls left out."""
    strange = [np.asarray(day, dtype=np.float64) >= VERY_STRANGE for day in shares]
    alarm = mean_rises(strange, ALLOWED, steps_between_false_alarms=STEPS_BETWEEN_FALSE_ALARMS)
    every = np.concatenate([np.asarray(day, dtype=np.float64) for day in strange]) if strange else np.zeros(0)
    raised = None if alarm.raised_at is None else str(days[alarm.raised_at])
    usual = float(every.mean()) if every.size else 0.0
    return OutcomeAlarm("strange_alerts", "极异常预警占比", ALLOWED, usual, alarm.evidence, alarm.limit, raised)
