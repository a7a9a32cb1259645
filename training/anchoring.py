"""Anchoring (锚定): does a reviewer who is shown a grade end nearer to it than one who is not?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.metrics import Estimate, Floats, draws, interval

LEAST = 20  # cases on either side; fewer say nothing


@dataclass(frozen=True, slots=True)
class Anchoring:
    """Cases with the grade shown and blind (盲审), and shown less blind with 95 % intervals over subjects.

    ``distance``: mean |outcome - grade given|, in grades; below 0 where showing a grade pulls the outcome to it.
    ``outcome``: mean outcome as a grade; away from 0 where showing a grade makes reviewers milder (above) or harsher.
    Both null where either side has fewer than ``LEAST`` cases.
    """

    shown: int
    blind: int
    distance: Estimate | None
    outcome: Estimate | None

    @property
    def found(self) -> bool:
        """Whether the interval of the distance lies below 0: labels lean to what was shown."""
        return self.distance is not None and self.distance.high < 0


def anchoring(alerts: pd.DataFrame) -> Anchoring:
    """Compare decided cases of ``Dataset.alerts`` that were shown their grade with those drawn blind.

    Which case is blind is drawn at random, so the difference is the effect of showing it. A case counts once, with the
    worst grade given to its alerts; cases never graded, or of which nobody recorded whether they were blind, are left
    out.
    """
    known = alerts[alerts["blind"].notna() & alerts["grade_given"].notna()]
    cases = known.groupby("case").agg(
        subject=("subject_id", "first"), given=("grade_given", "min"), grade=("grade", "min"), blind=("blind", "first")
    )
    blind = cases["blind"].to_numpy(dtype=bool)
    given, grade = (cases[name].to_numpy(dtype=np.float64) for name in ("given", "grade"))
    counts = int((~blind).sum()), int(blind.sum())
    if min(counts) < LEAST:
        return Anchoring(*counts, None, None)
    subjects = cases["subject"].to_numpy(dtype=str)
    return Anchoring(*counts, _apart(np.abs(grade - given), blind, subjects), _apart(grade, blind, subjects))


def _apart(value: Floats, blind: np.ndarray, subjects: np.ndarray) -> Estimate:
    """Mean where shown less mean where blind."""

    def difference(weight: Floats) -> float:
        shown, hidden = weight * ~blind, weight * blind
        if not shown.any() or not hidden.any():
            return float("nan")
        return float(np.average(value, weights=shown) - np.average(value, weights=hidden))

    values = [difference(times) for times in draws(subjects, seed=0, rounds=500)]
    return Estimate(difference(np.ones(len(value))), *interval(values))
