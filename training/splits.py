"""Splits by time and by subject: never random, with an embargo and the delay of labels respected."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alertgrade.errors import AlertError

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class SplitPlan:
    """Shares of days for calibration and test, the embargo in days, the share of subjects held out.

    Days are those with a labelled alert; on a market where not every trading day has one, the embargo is longer.
    """

    calibration_days: float = 0.2
    test_days: float = 0.2
    embargo_days: int = 1
    held_out_subjects: float = 0.15


@dataclass(frozen=True, slots=True)
class Split:
    """Row masks of one split; ``unseen`` marks the test rows whose subject is in no other part."""

    train: Mask
    calibration: Mask
    test: Mask
    unseen: Mask
    test_from: datetime


def split(alerts: pd.DataFrame, plan: SplitPlan) -> Split:
    """Split labelled alerts (trading_day, subject_id, triggered_at, decided_at) into earlier, later, last.

    Train and calibration hold only what a person at the start of the test window could know: alerts before it by
    the embargo, labels decided before it, and none of the held-out subjects. ``AlertError`` where a part is empty.
    """
    masks = _masks(alerts, plan)
    if isinstance(masks, str):
        raise AlertError(masks, "wanted enough for train, calibration and test", "give more days")
    return masks


def too_short(alerts: pd.DataFrame, plan: SplitPlan) -> str | None:
    """Why ``alerts`` cannot be split by ``plan``, in words; null where they can."""
    masks = _masks(alerts, plan)
    return masks if isinstance(masks, str) else None


def _masks(alerts: pd.DataFrame, plan: SplitPlan) -> Split | str:
    days = np.array(sorted(alerts["trading_day"].unique()))
    n_test, n_cal = (max(round(len(days) * share), 1) for share in (plan.test_days, plan.calibration_days))
    if len(days) < n_test + n_cal + 2 * plan.embargo_days + 1:
        return f"{len(days)} trading days with labelled alerts"
    first_test = days[-n_test]
    last_cal, first_cal = days[-n_test - plan.embargo_days - 1], days[-n_test - plan.embargo_days - n_cal]
    last_train = days[-n_test - 2 * plan.embargo_days - n_cal - 1]
    day = alerts["trading_day"].to_numpy()
    test = day >= first_test
    test_from = alerts.loc[test, "triggered_at"].min()
    known = (alerts["decided_at"] < test_from).to_numpy()
    held_out = alerts["subject_id"].map(lambda s: subject_share(s) < plan.held_out_subjects).to_numpy(dtype=bool)
    train = (day <= last_train) & known & ~held_out
    calibration = (day >= first_cal) & (day <= last_cal) & known & ~held_out
    for name, mask in (("train", train), ("calibration", calibration), ("test", test)):
        if not mask.any():
            return f"the {name} part of the split is empty"
    return Split(train, calibration, test, test & held_out, test_from.to_pydatetime())


def subject_share(subject_id: str) -> float:
    """A subject's fixed place in [0, 1), by SHA-256: the same subject falls on the same side for ever."""
    return int.from_bytes(hashlib.sha256(subject_id.encode()).digest()[:8], "big") / 2**64
