"""How many decided alerts it takes: AlertGrade and its baselines with 0, 50, 500 and 5,000 labels.

``python -m benchmarks.learning_curve [--home DIR] [--labels 0,50,500,5000] [--draws 3]``. The market, its split and the
test part are those of ``benchmarks.acceptance`` (same options, same home). Everything is **synthetic**. N labels are
whole cases drawn at random among those decided before the test part until N alerts are reached; of their days the
last fifth stops the boosting and sets the grade sets. Values are means over ``--draws`` draws; the difference to rules
only is that of the first draw, with its 95 % interval over subjects.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from benchmarks.frozen_market import Bench, market_options, prepare
from models.metrics import Metric, expected_cost, log_loss, pr_auc_severe, quadratic_kappa
from models.scorer import AlertScorer
from training.evaluate import REGRADED, predictions
from training.learning_curve import drawn
from training.paired import Given, difference
from training.recipe import fit_scorer, policy_cost
from training.splits import Split
from training.weights import training_weights

METRICS: Mapping[str, Metric] = {
    "expected cost": expected_cost(policy_cost()),
    "kappa": quadratic_kappa,
    "PR-AUC": pr_auc_severe,
    "log loss": log_loss,
}
RULES = "rules only"


def voices(bench: Bench, parts: Split, seed: int) -> Mapping[str, Given]:
    """What every voice gives on the test rows after training on ``parts``."""
    weight = np.ones(len(bench.data.X))
    known = parts.train | parts.calibration
    weight[known] = training_weights(bench.data.alerts[known]).values
    if not parts.train.any():
        # nothing decided: the detectors learn from the alerts themselves
        unlabelled = AlertScorer.without_labels(bench.data.X[bench.parts.train], seed=seed)
        graded = unlabelled.grade(bench.asked, explain=False)
        sure = np.eye(5)
        rules = np.array([g.baseline.grade for g in graded])
        ours = np.array([g.grade for g in graded])
        return {"alertgrade": Given(ours, sure[ours - 1]), RULES: Given(rules, sure[rules - 1])}
    scorer = fit_scorer(bench.data, parts, weight, seed=seed)
    graded = scorer.grade(bench.inputs, explain=False)
    skill = "none could be fitted" if scorer.skill is None else scorer.skill.words()[1]
    print(f"{parts.train.sum() + parts.calibration.sum():7d} labels, draw {seed}, classifier: {skill}", flush=True)
    return predictions(bench.data, parts, graded, policy_cost(), seed=seed, weight=weight)


def main() -> None:
    parser = market_options(__doc__)
    parser.add_argument("--labels", default="0,50,500,5000")
    parser.add_argument("--draws", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        bench = prepare(options.home or Path(scratch), options.accounts, options.days, options.seed)
    truth = bench.data.y[bench.test].to_numpy(dtype=np.int_)
    subjects = bench.data.alerts.loc[bench.test, "subject_id"].to_numpy(dtype=str)
    ones = np.ones(len(truth))
    print(f"synthetic; {len(truth):,} later alerts; cost and kappa of AlertGrade less rules only with 95 % intervals")
    print(f"{'labels':>7} {'voice':22}" + "".join(f"{name:>15}" for name in METRICS))
    for labels in (int(word) for word in options.labels.split(",")):
        seeds = range(options.draws if labels else 1)
        draws = [voices(bench, drawn(bench.data, bench.parts, labels, seed), seed) for seed in seeds]
        for voice in dict.fromkeys(name for d in draws for name in d):
            spoke = [d[voice] for d in draws if voice in d]  # a silent classifier has no line of its own
            values = [[m(truth, one.grade, one.probabilities, ones) for m in METRICS.values()] for one in spoke]
            print(f"{labels:7d} {voice:22}" + "".join(f"{value:15.3f}" for value in np.mean(values, axis=0)))
        for other in (name for name in (RULES, REGRADED) if name in draws[0]):
            for name in ("expected cost", "kappa"):
                gap = difference(METRICS[name], truth, draws[0]["alertgrade"], draws[0][other], subjects, seed=7)
                figures = f"{gap.value:+.3f} [{gap.low:+.3f}, {gap.high:+.3f}]"
                print(f"{labels:7d} less {other}, {name}: {figures}", flush=True)


if __name__ == "__main__":
    main()
