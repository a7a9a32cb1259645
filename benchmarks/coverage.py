"""Do the grade sets hold what they state on later days? By grade, fixed as trained and following the outcomes.

``python -m benchmarks.coverage [--home DIR]``, on the market of ``benchmarks.acceptance`` (same options). *At once*:
each outcome is known before the next alert. *As decided*: an alert's set knows the outcomes decided before it was
raised, as at a desk. Intervals are bootstraps over subjects. Everything is **synthetic**.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.frozen_market import Bench, market_options, prepare
from models.adaptive import AdaptiveSets, update
from models.conformal import ConformalSets
from models.metrics import draws, interval
from models.scorer import GRADES
from training.recipe import fit_scorer
from training.weights import training_weights

Floats = NDArray[np.float64]
Sets = list[list[int]]


def at_once(start: ConformalSets, p: list[list[float]], y: list[int]) -> Sets:
    """The set of each alert, every outcome before it known."""
    state, found = AdaptiveSets.start(start), []
    for row, grade in zip(p, y, strict=True):
        found.append(state.sets().grade_set(row, GRADES))
        state = update(state, row, grade - 1)
    return found


def as_decided(start: ConformalSets, p: list[list[float]], y: list[int], alerts: pd.DataFrame) -> Sets:
    """The set of each alert, in order of raising, with the outcomes decided before it."""
    state, found = AdaptiveSets.start(start), []
    decided = alerts["decided_at"].to_numpy()
    waiting = np.argsort(decided, kind="stable").tolist()
    for row, raised in enumerate(alerts["triggered_at"].to_numpy()):
        while waiting and decided[waiting[0]] <= raised:
            known = waiting.pop(0)
            state = update(state, p[known], y[known] - 1)
        found.append(state.sets().grade_set(p[row], GRADES))
    return found


def covered(sets: Sets, y: list[int], subjects: NDArray[np.str_], rows: NDArray[np.bool_]) -> str:
    """Share of ``rows`` whose grade is in its set, and its interval."""
    inside = np.array([grade in one for one, grade in zip(sets, y, strict=True)], dtype=np.float64)[rows]
    rounds = draws(subjects[rows], seed=7, rounds=1000)
    low, high = interval([float(np.average(inside, weights=times)) for times in rounds])
    return f"{inside.mean():.3f} [{low:.3f}, {high:.3f}]"


def report(bench: Bench) -> None:
    data, parts = bench.data, bench.parts
    scorer = fit_scorer(data, parts, training_weights(data.alerts).values, seed=7)
    alerts = data.alerts[parts.test].sort_values(["triggered_at", "alert_id"])
    p, y = scorer.predict_proba(data.X.loc[alerts.index]).tolist(), alerts["grade"].tolist()
    subjects, truth = alerts["subject_id"].to_numpy(dtype=str), alerts["grade"].to_numpy()
    ways = {
        "fixed": [scorer.conformal.grade_set(row, GRADES) for row in p],
        "at once": at_once(scorer.conformal, p, y),
        "as decided": as_decided(scorer.conformal, p, y, alerts),
    }
    delay = (alerts["decided_at"] - alerts["triggered_at"]).dt.total_seconds() / 86_400
    print(
        f"{len(y):,} later alerts, decided after {delay.median():.1f} days (median); stated {scorer.conformal.coverage}"
    )
    print(f"held-out rows behind each grade's threshold {scorer.conformal.rows}, its own {scorer.conformal.own}")
    print(f"{'':12}{'all':>24}" + "".join(f"{f'grade {grade}':>24}" for grade in GRADES) + f"{'width':>8}")
    for name, sets in ways.items():
        cells = [covered(sets, y, subjects, np.ones(len(y), dtype=bool))]
        cells += [covered(sets, y, subjects, truth == grade) for grade in GRADES]
        print(f"{name:12}" + "".join(f"{cell:>24}" for cell in cells) + f"{np.mean([len(one) for one in sets]):8.2f}")


def main() -> None:
    options = market_options(__doc__).parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        report(prepare(options.home or Path(scratch), options.accounts, options.days, options.seed))


if __name__ == "__main__":
    main()
