"""The models on the frozen synthetic market: trained on its first part, judged on its last, against rules only.

``python -m benchmarks.acceptance [--home DIR] [--accounts 300] [--days 100] [--seed 11]``. Everything is **synthetic**.
``--home`` keeps the market, its features and the dataset between runs (a market of another size wants another home).
Truth is what the synthetic reviewers decided, and for kinds of misconduct what the accounts meant. Differences are
paired by subject, with 95 % intervals; a cost below 0 and a recall or area above 0 mean that AlertGrade is better.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.frozen_market import Bench, market_options, prepare
from models.graded_alert import GradedAlert
from models.metrics import Estimate, Metric, calibration_error, expected_cost, pr_auc_severe
from simulation.kinds import LOOK_ALIKES, MISCONDUCT
from simulation.version import VERSION
from training.baselines import regraded
from training.capacity import daily_capacity, recall_at_capacity
from training.dataset import Dataset
from training.evaluate import REGRADED, given_by, rules_of
from training.paired import Given, difference
from training.recipe import fit_scorer, policy_cost
from training.splits import Split
from training.weights import training_weights

STRENGTHS = ((0.0, 0.35, "weak"), (0.35, 0.7, "middling"), (0.7, 1.01, "strong"))
STRANGE = 0.99  # the policy's: very strange
NOISE = 0.2


def graded(bench: Bench, data: Dataset, parts: Split | None = None) -> list[GradedAlert]:
    """Train the recipe on ``data``, say what skill its classifier shows (not on ``parts``), and grade the test rows."""
    scorer = fit_scorer(data, bench.parts if parts is None else parts, training_weights(data.alerts).values, seed=7)
    if parts is None and scorer.skill is not None:
        print(f"\nskill of the classifier {scorer.skill.words()[1]}", flush=True)
    return scorer.grade(bench.asked, explain=False)


def rules_by_cost(bench: Bench, data: Dataset) -> Given:
    """The rules' grades of the test rows, exchanged for the cheapest on the earlier labels of ``data``."""
    rules = np.array([item.baseline.grade for item in bench.inputs], dtype=np.int_)
    known = bench.parts.train | bench.parts.calibration
    return regraded(rules[known], data.y[known], rules[bench.test], policy_cost())


def metrics(bench: Bench) -> dict[str, Metric]:
    days = bench.data.alerts.loc[bench.test, "trading_day"]
    return {
        "PR-AUC of grade <= 2": pr_auc_severe,
        "expected cost": expected_cost(policy_cost()),
        "recall at capacity": recall_at_capacity(days, daily_capacity(days)),
        "calibration error": calibration_error,
    }


def compare(bench: Bench, first: Given, second: Given) -> dict[str, tuple[float, float, Estimate]]:
    """Value of both and the paired difference, by metric."""
    truth = bench.data.y[bench.test].to_numpy(dtype=np.int_)
    subjects = bench.data.alerts.loc[bench.test, "subject_id"].to_numpy(dtype=str)
    ones = np.ones(len(truth))
    return {
        name: (
            m(truth, first.grade, first.probabilities, ones),
            m(truth, second.grade, second.probabilities, ones),
            difference(m, truth, first, second, subjects, seed=7, rounds=1000),
        )
        for name, m in metrics(bench).items()
    }


def print_compared(title: str, found: dict[str, tuple[float, float, Estimate]], other: str = "rules only") -> None:
    print(f"\n{title}\n{'':24}{'this':>8}{other:>14}  difference, 95 %")
    for name, (one, two, gap) in found.items():
        print(f"{name:24}{one:8.3f}{two:14.3f}  {gap.value:+.3f} [{gap.low:+.3f}, {gap.high:+.3f}]")


def with_labels(data: Dataset, grades: NDArray[np.int_]) -> Dataset:
    return replace(data, alerts=data.alerts.assign(grade=grades))


def by_case(data: Dataset, drawn: NDArray[np.int_], changed: NDArray[np.bool_]) -> Dataset:
    """Labels with those of whole cases exchanged for drawn ones; one entry a case in order of appearance."""
    case = pd.factorize(data.alerts["case"])[0]
    return with_labels(data, np.where(changed[case], drawn[case], data.y.to_numpy(dtype=np.int_)))


def kinds_table(bench: Bench, found: Sequence[GradedAlert]) -> None:
    """Per kind and strength: what the rules, AlertGrade and the detectors say of its later alerts."""
    kind, strength = bench.kind[bench.test], bench.strength[bench.test]
    truth = bench.data.y[bench.test].to_numpy()
    ours, rules = given_by(found).grade, rules_of(found).grade
    share = np.array([np.nan if g.anomaly.share is None else g.anomaly.share for g in found])
    head = ("alerts", "reviewers<=2", "ours<=2", "rules<=2", "ours<=3", "rules<=3", "very strange")
    print(f"\n{'kind':24}{'strength':10}" + "".join(f"{h:>14}" for h in head))
    for name in [*MISCONDUCT, *LOOK_ALIKES, "nothing"]:
        parts = STRENGTHS if name in MISCONDUCT else ((-0.1, 1.01, "-"),)
        for low, high, said in parts:
            rows = (kind == name) & (strength >= low) & (strength < high)
            if rows.any():
                shares = [truth <= 2, ours <= 2, rules <= 2, ours <= 3, rules <= 3, share >= STRANGE]
                line = "".join(f"{values[rows].mean():14.2f}" for values in shares)
                print(f"{name:24}{said:10}{rows.sum():14d}{line}")


def absent_table(bench: Bench, whole: Sequence[GradedAlert], most: int = 3) -> None:
    """The kinds with most severe later alerts, each left out of training in turn: who still sees them?"""
    truth = bench.data.y[bench.test].to_numpy()
    kind = bench.kind[bench.test]
    severe = pd.Series(kind[(truth <= 2) & np.isin(kind, MISCONDUCT)]).value_counts().head(most)
    print(f"\n{'absent from training':24}{'severe':>8}{'whole<=2':>10}{'without<=2':>12}{'without<=3':>12}", end="")
    print(f"{'rules<=3':>10}{'share p50':>11}{'>=0.99':>8}{'others p50':>12}")
    for name, count in severe.items():
        hidden = bench.kind == name
        parts = replace(bench.parts, train=bench.parts.train & ~hidden, calibration=bench.parts.calibration & ~hidden)
        found = graded(bench, bench.data, parts)
        rows, share = (kind == name) & (truth <= 2), np.array([g.anomaly.share or 0.0 for g in found])
        ours, before, rules = given_by(found).grade, given_by(whole).grade, rules_of(found).grade
        print(f"{name:24}{count:8d}{(before[rows] <= 2).mean():10.2f}{(ours[rows] <= 2).mean():12.2f}", end="")
        print(f"{(ours[rows] <= 3).mean():12.2f}{(rules[rows] <= 3).mean():10.2f}", end="")
        usual = np.median(share[kind == "nothing"])
        print(f"{np.median(share[rows]):11.2f}{(share[rows] >= STRANGE).mean():8.2f}{usual:12.2f}")


def run(bench: Bench) -> None:
    alerts, parts = bench.data.alerts, bench.parts
    print(f"train {parts.train.sum():,}, calibration {parts.calibration.sum():,}, test {parts.test.sum():,} alerts")
    days = alerts.loc[bench.test, "trading_day"]
    print(f"test days {days.min()} to {days.max()}; capacity {daily_capacity(days):.0f} alerts a day")
    whole = graded(bench, bench.data)
    ours, rules = given_by(whole), rules_of(whole)
    print_compared("AlertGrade against rules only", compare(bench, ours, rules))
    by_cost = rules_by_cost(bench, bench.data)
    print_compared(f"AlertGrade against {REGRADED}", compare(bench, ours, by_cost), "by cost")
    print_compared(f"{REGRADED} against rules only", compare(bench, by_cost, rules))
    kinds_table(bench, whole)
    rng, cases = np.random.default_rng(7), alerts["case"].nunique()
    noisy = graded(bench, by_case(bench.data, rng.integers(1, 6, cases), rng.random(cases) < NOISE))
    print_compared(f"{NOISE:.0%} of the cases labelled at random", compare(bench, given_by(noisy), rules))
    print_compared("the same against clean labels", compare(bench, given_by(noisy), ours), "clean labels")
    absent_table(bench, whole)
    mix = bench.data.y[parts.train].value_counts(normalize=True).reindex(range(1, 6), fill_value=0.0).to_numpy()
    tossed = by_case(bench.data, rng.choice(np.arange(1, 6), cases, p=mix), np.ones(cases, dtype=bool))
    print_compared("every case decided by a coin", compare(bench, given_by(graded(bench, tossed)), rules))
    print_compared(f"{REGRADED}, decided by a coin", compare(bench, rules_by_cost(bench, tossed), rules))


def main() -> None:
    options = market_options(__doc__).parse_args()
    print(f"synthetic market: {options.accounts} accounts, {options.days} days, seed {options.seed}, v{VERSION}")
    with tempfile.TemporaryDirectory() as scratch:
        run(prepare(options.home or Path(scratch), options.accounts, options.days, options.seed))


if __name__ == "__main__":
    main()
