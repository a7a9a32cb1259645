"""Judge a fitted scorer on the test part: the table of voices, the grade sets, what each voice adds, slices."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.graded_alert import GradedAlert
from models.policy import Policy
from training.dataset import Dataset
from training.evaluate import comparison, coverage, predictions
from training.result import Judged
from training.slices import slice_keys, slices
from training.splits import Split
from training.voices import voice_ablation
from training.weights import Floats, selection_weights


def judge(
    data: Dataset, parts: Split, graded: Sequence[GradedAlert], policy: Policy, weight: Floats, *, seed: int
) -> Judged:
    """Figures on the test rows of ``parts``; ``graded`` answers all rows of ``data``, ``weight`` is the training's.

    The test rows stand for those they were drawn from (selection), a case's alerts each for themselves: every alert is
    graded.
    """
    cost = np.array(policy.file.cost, dtype=np.float64)
    stands_for = selection_weights(data.alerts["sample"], data.alerts["sample_probability"]).values
    given = predictions(data, parts, graded, cost, seed=seed, weight=weight)
    on_test = [g for g, kept in zip(graded, parts.test, strict=True) if kept]
    triggers = [t for t, kept in zip(data.triggers, parts.test, strict=True) if kept]
    truth = data.y[parts.test].to_numpy(dtype=np.int_)
    subjects = data.alerts.loc[parts.test, "subject_id"].to_numpy(dtype=str)
    keys = {name: values[parts.test] for name, values in slice_keys(data).items()}
    return Judged(
        comparison(data, parts, given, cost, seed=seed, weight=stands_for),
        coverage(data, parts, on_test, seed=seed),
        voice_ablation(truth, on_test, triggers, policy, subjects, seed=seed, weight=stands_for[parts.test]),
        slices(truth, given, subjects, keys, cost, seed=seed),
    )
