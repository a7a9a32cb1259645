"""The gate: a challenger may take the champion's place only with a better result on later days."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.metrics import METRICS, Estimate, Floats, Ints, expected_cost
from training.evaluate import COST
from training.paired import Given, difference

MORE_IS_BETTER = {"quadratic_kappa": True, "macro_mae": False, "pr_auc_grade_1_2": True, "log_loss": False, COST: False}
LEAST_ROWS, LEAST_SUBJECTS = 50, 15  # fewer later alerts prove nothing either way


@dataclass(frozen=True, slots=True)
class Gate:
    """Challenger less champion on the same later alerts, and whether that opens the gate.

    ``champion`` is the digest that the challenger was held against; ``differences`` are by metric, with 95 % intervals;
    ``refusals`` say, each in a sentence, why the gate stays shut. Empty: it is open.
    """

    challenger: str
    champion: str
    rows: int
    subjects: int
    differences: Mapping[str, Estimate]
    refusals: tuple[str, ...]

    @property
    def open(self) -> bool:
        """Whether the challenger may be promoted."""
        return not self.refusals

    def to_json(self) -> str:
        """As text for the registry."""
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The gate that ``to_json`` wrote."""
        raw = json.loads(text)
        differences = {name: Estimate(**found) for name, found in raw["differences"].items()}
        return cls(**{**raw, "differences": differences, "refusals": tuple(raw["refusals"])})


def gate(
    truth: Ints,
    challenger: tuple[str, Given],
    champion: tuple[str, Given],
    subjects: NDArray[np.str_],
    cost: Floats,
    *,
    seed: int,
    rounds: int = 1000,
) -> Gate:
    """Compare two models, (digest, what it gave), on alerts that came after both were fitted.

    ``truth`` are grades 1 to 5, ``cost[true - 1, given - 1]`` the policy's. Open when the expected cost is lower with a
    95 % interval below zero, and no other metric is worse with an interval that excludes zero.
    """
    (new, given), (old, held) = challenger, champion
    people = len(np.unique(subjects))
    if len(truth) < LEAST_ROWS or people < LEAST_SUBJECTS:
        few = f"{len(truth)} later alerts of {people} subjects; wanted {LEAST_ROWS} of {LEAST_SUBJECTS} or more"
        return Gate(new, old, len(truth), people, {}, (few,))
    metrics = {**METRICS, COST: expected_cost(cost)}
    found = {
        name: difference(metric, truth, given, held, subjects, seed=seed, rounds=rounds)
        for name, metric in metrics.items()
    }
    return Gate(new, old, len(truth), people, found, _refusals(found))


def _refusals(found: Mapping[str, Estimate]) -> tuple[str, ...]:
    said = []
    cost = found[COST]
    if not cost.high < 0:
        said.append(f"the expected cost is not lower: {_words(cost)} against the champion, interval to lie below 0")
    for name, better in MORE_IS_BETTER.items():
        one = found[name]
        if name != COST and (one.high < 0 if better else one.low > 0):
            said.append(f"{name} is worse: {_words(one)} against the champion")
    return tuple(said)


def _words(one: Estimate) -> str:
    return f"{one.value:+.3f} [{one.low:+.3f}, {one.high:+.3f}]"
