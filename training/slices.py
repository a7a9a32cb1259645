"""Slices: the same figures by rule, exchange, account type, reviewer, or whatever else the rows are sorted by."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.profile import TYPES
from models.metrics import Estimate, Floats, Ints, estimate, expected_cost, macro_mae, quadratic_kappa
from training.dataset import Dataset
from training.evaluate import COST, OURS
from training.paired import Given, difference

ACCOUNT_TYPES = {float(code): name for code, name in enumerate(TYPES)}
UNKNOWN = "not known"
LEAST_ROWS = 20  # a smaller slice is counted but not judged
Row = Mapping[str, Estimate]


def slice_keys(data: Dataset) -> dict[str, NDArray[np.str_]]:
    """By what the rows of ``data`` can be sliced, each with the slice of every row, shape (n,)."""
    kind = data.X["account_type_code"].map(ACCOUNT_TYPES)
    alerts = data.alerts
    named = {
        "rule": alerts["rule_id"],
        "exchange": alerts["exchange"],
        "account type": kind,
        "reviewer": alerts["decided_by"],
    }
    return {name: column.fillna(UNKNOWN).to_numpy(dtype=str) for name, column in named.items()}


def slices(
    truth: Ints,
    given: Mapping[str, Given],
    subjects: NDArray[np.str_],
    keys: Mapping[str, NDArray[np.str_]],
    cost: Floats,
    *,
    seed: int,
    rounds: int = 200,
) -> pd.DataFrame:
    """A row a slice: by, slice, rows, subjects, then value, low and high of each metric.

    Metrics: ``quadratic_kappa``, ``macro_mae``, ``expected_cost`` of AlertGrade, and ``cost_against_rules``, its cost
    less that of the rules alone (below 0: better). NaN where a slice has fewer than ``LEAST_ROWS`` rows.
    """
    ours, rules = given[OURS], given["rules only"]
    rows = []
    for by, values in keys.items():
        for name in sorted(set(values.tolist())):
            inside = np.flatnonzero(values == name)
            people = subjects[inside]
            row: dict[str, object] = {"by": by, "slice": name, "rows": len(inside), "subjects": len(set(people))}
            if len(inside) >= LEAST_ROWS:
                pair = [Given(one.grade[inside], one.probabilities[inside]) for one in (ours, rules)]
                row |= _flat(_judged(truth[inside], pair[0], pair[1], people, cost, seed, rounds))
            rows.append(row)
    return pd.DataFrame(rows)


def _judged(
    truth: Ints,
    ours: Given,
    rules: Given,
    subjects: NDArray[np.str_],
    cost: Floats,
    seed: int,
    rounds: int,
) -> Row:
    priced = expected_cost(cost)
    metrics = {"quadratic_kappa": quadratic_kappa, "macro_mae": macro_mae, COST: priced}
    own = {
        name: estimate(m, truth, ours.grade, ours.probabilities, subjects, seed=seed, rounds=rounds)
        for name, m in metrics.items()
    }
    return {**own, "cost_against_rules": difference(priced, truth, ours, rules, subjects, seed=seed, rounds=rounds)}


def _flat(found: Row) -> dict[str, float]:
    return {
        f"{name}{end}": value
        for name, one in found.items()
        for end, value in (("", one.value), ("_low", one.low), ("_high", one.high))
    }
