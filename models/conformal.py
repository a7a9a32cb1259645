"""Split-conformal sets of neighbouring grades: how unsure the classifier is, with a stated coverage."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class ConformalSets:
    """Sets that grow from the most probable class to its likelier neighbour until the threshold's mass is inside.

    A class's score is the probability already inside when it would be added (the mode's is 0), so the set of a row is
    the mode and every class with a score <= ``threshold``: contiguous by construction. With the
    ceil((n + 1) coverage)-th smallest score of n held-out rows as threshold, the true class is in the set with
    probability >= ``coverage`` for rows exchangeable with those (Romano, Sesia & Candes, "Classification with Valid
    and Adaptive Coverage", NeurIPS 2020, without randomisation and with sets kept contiguous). Too few rows for the
    coverage (none, for instance): the threshold is infinite and every set is whole.

    >>> ConformalSets.fit([[0.8, 0.1, 0.1]] * 20, [0] * 19 + [1]).grade_set([0.1, 0.7, 0.2], (1, 2, 3))
    [2]
    >>> ConformalSets.fit(np.empty((0, 3)), []).grade_set([0.1, 0.7, 0.2], (1, 2, 3))
    [1, 2, 3]
    """

    threshold: float
    coverage: float
    n: int

    @classmethod
    def fit(cls, probabilities: ArrayLike, truth: ArrayLike, coverage: float = 0.9) -> Self:
        """Learn from held-out probabilities (n, K) and the index of each row's true class (n,)."""
        if not 0.0 < coverage < 1.0:
            raise ValueError(f"saw a coverage of {coverage}; wanted a number between 0 and 1")
        rows: list[list[float]] = np.asarray(probabilities, dtype=np.float64).tolist()
        labels: list[int] = np.asarray(truth, dtype=np.int64).tolist()
        scores = sorted(inclusion_scores(row)[label] for row, label in zip(rows, labels, strict=True))
        rank = math.ceil((len(scores) + 1) * coverage)
        return cls(scores[rank - 1] if rank <= len(scores) else math.inf, coverage, len(scores))

    def grade_set(self, probabilities: Sequence[float], grades: Sequence[int]) -> list[int]:
        """The grades in the set of one row, ascending as ``grades``; always holds the most probable one."""
        scores = inclusion_scores(probabilities)
        return [grade for grade, score in zip(grades, scores, strict=True) if score <= self.threshold]

    def to_json(self) -> str:
        """As JSON; an infinite threshold is null."""
        threshold = None if math.isinf(self.threshold) else self.threshold
        return json.dumps({"threshold": threshold, "coverage": self.coverage, "n": self.n})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The inverse of ``to_json``."""
        facts = json.loads(text)
        threshold = math.inf if facts["threshold"] is None else float(facts["threshold"])
        return cls(threshold, float(facts["coverage"]), int(facts["n"]))


def inclusion_scores(probabilities: Sequence[float]) -> list[float]:
    """Mass inside the growing set when each class would be added; equal neighbours: the earlier class first.

    >>> [round(score, 9) for score in inclusion_scores([0.2, 0.5, 0.3])]
    [0.8, 0.0, 0.5]
    """
    mode = max(range(len(probabilities)), key=lambda k: (probabilities[k], -k))
    scores = [0.0] * len(probabilities)
    low, high, mass = mode - 1, mode + 1, probabilities[mode]
    while low >= 0 or high < len(probabilities):
        down = low >= 0 and (high >= len(probabilities) or probabilities[low] >= probabilities[high])
        added = low if down else high
        scores[added] = mass
        mass += probabilities[added]
        low, high = (low - 1, high) if down else (low, high + 1)
    return scores
