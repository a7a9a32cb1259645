"""What each feature family adds: the recipe fitted again without it, on the same split, paired by subject."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from features.catalogue import FAMILIES
from models.metrics import Estimate, expected_cost, log_loss, pr_auc_severe, quadratic_kappa
from models.scorer import ScoreInput
from training.dataset import Dataset
from training.evaluate import COST, given_by
from training.paired import Given, difference
from training.recipe import fit_and_grade, policy_cost
from training.splits import Split, SplitPlan, split


def family_ablation(
    data: Dataset,
    inputs: Sequence[ScoreInput],
    *,
    seed: int,
    parameters: Mapping[str, Any] | None = None,
    plan: SplitPlan | None = None,
    families: Sequence[str] = tuple(FAMILIES),
    progress: Callable[[str], None] = lambda _: None,
) -> dict[str, dict[str, Estimate]]:
    """All features less all but one family, by family and metric on the test rows; a family not in ``data`` is passed.

    A cost or log loss below 0, a kappa or area above 0 mean that the family helps. Rules and policy stay as they are.
    """
    parts = split(data.alerts, plan or SplitPlan())
    asked = [item for item, kept in zip(inputs, parts.test, strict=True) if kept]
    truth = data.y[parts.test].to_numpy(dtype=np.int_)
    subjects = data.alerts.loc[parts.test, "subject_id"].to_numpy(dtype=str)
    metrics = {
        COST: expected_cost(policy_cost()),
        "quadratic_kappa": quadratic_kappa,
        "pr_auc_grade_1_2": pr_auc_severe,
        "log_loss": log_loss,
    }
    whole = _given(data, parts, asked, (), seed, parameters)
    found = {}
    for family in families:
        names = [name for name in FAMILIES[family] if name in data.X.columns]
        if not names:
            continue
        progress(f"without {family}")
        less = _given(data, parts, asked, names, seed, parameters)
        found[family] = {
            name: difference(m, truth, whole, less, subjects, seed=seed, rounds=400) for name, m in metrics.items()
        }
    return found


def _given(
    data: Dataset,
    parts: Split,
    asked: Sequence[ScoreInput],
    without: Sequence[str],
    seed: int,
    parameters: Mapping[str, Any] | None,
) -> Given:
    narrowed = replace(data, X=data.X.drop(columns=list(without)))
    return given_by(fit_and_grade(narrowed, seed=seed, parameters=parameters)(parts, asked))
