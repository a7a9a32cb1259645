"""What each of the three voices adds: the policy asked again with one of them silent, or alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from models.graded_alert import GradedAlert
from models.metrics import Estimate, Floats, Ints, expected_cost, macro_mae, quadratic_kappa
from models.policy import Policy
from rules_baseline.grade import BaselineGrade
from rules_baseline.trigger import TriggerRecord
from training.baselines import certain
from training.evaluate import COST
from training.paired import Given, difference

MILDEST = 5
VOICES = ("rules", "classifier", "anomaly")
ABLATIONS: Mapping[str, tuple[str, ...]] = {  # name to the voices that speak
    "without rules": ("classifier", "anomaly"),
    "without classifier": ("rules", "anomaly"),
    "without anomaly": ("rules", "classifier"),
    "rules only": ("rules",),
    "classifier only": ("classifier",),
}


def grades_with(
    graded: Sequence[GradedAlert], triggers: Sequence[TriggerRecord], policy: Policy, speaking: Sequence[str]
) -> Ints:
    """The grades the policy gives when only some voices speak, shape (n,).

    Silent rules have a baseline of 5 and no floor; a silent classifier leaves the baseline as the start and every set
    whole; a silent anomaly voice raises nothing.
    """
    chosen = policy if "rules" in speaking else Policy(policy.file.model_copy(update={"floors": ()}))
    found = []
    for one, trigger in zip(graded, triggers, strict=True):
        baseline = one.baseline.grade if "rules" in speaking else MILDEST
        heard = "classifier" in speaking and one.probabilities is not None
        decision = chosen.decide(
            one.probabilities if heard else None,
            one.anomaly.share if "anomaly" in speaking else None,
            BaselineGrade(baseline, one.baseline.decided_by_alert, "ablation"),
            trigger,
            one.grade_set if heard else range(1, MILDEST + 1),
        )
        found.append(decision.grade)
    return np.array(found, dtype=np.int_)


def voice_ablation(
    truth: Ints,
    graded: Sequence[GradedAlert],
    triggers: Sequence[TriggerRecord],
    policy: Policy,
    subjects: NDArray[np.str_],
    *,
    seed: int,
    rounds: int = 400,
    weight: Floats | None = None,
) -> dict[str, dict[str, Estimate]]:
    """All three voices less each ablation, by metric, paired by subject: how much worse it is without.

    A cost below 0 and a kappa above 0 mean that all three are better than the ablation.
    """
    cost = np.array(policy.file.cost, dtype=np.float64)
    metrics = {COST: expected_cost(cost), "quadratic_kappa": quadratic_kappa, "macro_mae": macro_mae}
    whole = _given(grades_with(graded, triggers, policy, VOICES))
    return {
        name: {
            metric: difference(
                measure,
                truth,
                whole,
                _given(grades_with(graded, triggers, policy, speaking)),
                subjects,
                seed=seed,
                rounds=rounds,
                weight=weight,
            )
            for metric, measure in metrics.items()
        }
        for name, speaking in ABLATIONS.items()
    }


def _given(grades: Ints) -> Given:
    return Given(grades, certain(grades))
