"""Rolling-origin back-test: train on what was known at each origin, judge on the days after it, then move on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from alertgrade.errors import AlertError
from models.graded_alert import GradedAlert
from models.metrics import METRICS, Estimate, Floats, estimate, expected_cost
from models.scorer import ScoreInput
from training.dataset import Dataset
from training.evaluate import OURS, given_by, rules_of
from training.paired import Given, difference
from training.splits import Split, SplitPlan, split

RULES = "rules only"
Grade = Callable[[Split, Sequence[ScoreInput]], list[GradedAlert]]


@dataclass(frozen=True, slots=True)
class Window:
    """One origin: the instant training stopped at, rows trained on and judged, estimates by voice and metric."""

    origin: datetime
    train_rows: int
    test_rows: int
    table: dict[str, dict[str, Estimate]]


@dataclass(frozen=True, slots=True)
class BackTest:
    """The windows, oldest first, and all judged rows together: AlertGrade less rules only, paired by subject."""

    windows: tuple[Window, ...]
    gain: dict[str, Estimate]


def rolling_splits(alerts: pd.DataFrame, origins: int, plan: SplitPlan) -> Iterator[Split]:
    """``origins`` splits with windows of equal length at the end of the days, oldest first.

    The last half of the days is cut into windows; each split is that of ``plan`` with its window as the test part, and
    knows nothing of what came later: no alert, no label. ``AlertError`` where the days do not suffice.
    """
    days = np.array(sorted(alerts["trading_day"].unique()))
    length = len(days) // (2 * origins)
    if origins < 1 or length < 1:
        raise AlertError(
            f"{len(days)} trading days for {origins} origins", "wanted two days an origin", "ask for fewer"
        )
    for number in range(origins, 0, -1):
        last = len(days) - (number - 1) * length
        seen = (alerts["trading_day"] <= days[last - 1]).to_numpy()
        shares = SplitPlan(plan.calibration_days, length / last, plan.embargo_days, plan.held_out_subjects)
        parts = split(alerts[seen].reset_index(drop=True), shares)
        yield _widened(parts, seen)


def _widened(parts: Split, seen: np.ndarray) -> Split:
    masks = {}
    for name in ("train", "calibration", "test", "unseen"):
        mask = np.zeros(len(seen), dtype=np.bool_)
        mask[np.flatnonzero(seen)] = getattr(parts, name)
        masks[name] = mask
    return Split(**masks, test_from=parts.test_from)


def back_test(
    data: Dataset,
    inputs: Sequence[ScoreInput],
    fit_and_grade: Grade,
    cost: Floats,
    *,
    origins: int,
    seed: int,
    plan: SplitPlan | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> BackTest:
    """Judge a recipe at each origin; ``fit_and_grade`` trains on a split and grades the inputs of its test rows."""
    metrics = {**METRICS, "expected_cost": expected_cost(cost)}
    windows, rows, ours, rules = [], [], [], []
    for parts in rolling_splits(data.alerts, origins, plan or SplitPlan()):
        progress(f"back-test from {parts.test_from:%Y-%m-%d}")
        asked = [item for item, kept in zip(inputs, parts.test, strict=True) if kept]
        graded = fit_and_grade(parts, asked)
        by_voice = {OURS: given_by(graded), RULES: rules_of(graded)}
        truth = data.y[parts.test].to_numpy(dtype=np.int_)
        subjects = data.alerts.loc[parts.test, "subject_id"].to_numpy(dtype=str)
        table = {
            voice: {n: estimate(m, truth, g.grade, g.probabilities, subjects, seed=seed) for n, m in metrics.items()}
            for voice, g in by_voice.items()
        }
        windows.append(Window(parts.test_from, int(parts.train.sum()), len(truth), table))
        rows.append(np.flatnonzero(parts.test))
        ours.append(by_voice[OURS])
        rules.append(by_voice[RULES])
    places = np.concatenate(rows)
    truth = data.y.to_numpy(dtype=np.int_)[places]
    subjects = data.alerts["subject_id"].to_numpy(dtype=str)[places]
    pair = _together(ours), _together(rules)
    gain = {
        name: difference(m, truth, pair[0], pair[1], subjects, seed=seed, rounds=400) for name, m in metrics.items()
    }
    return BackTest(tuple(windows), gain)


def _together(parts: Sequence[Given]) -> Given:
    return Given(np.concatenate([p.grade for p in parts]), np.concatenate([p.probabilities for p in parts]))
