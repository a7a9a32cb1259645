"""Conformal sets of neighbouring grades: how unsure the classifier is, with a stated coverage for every grade."""

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
    """Sets that grow from the most probable class to its likelier neighbour; each class has its own threshold.

    A class's score is the probability already inside when it would be added (the mode's is 0). The set of a row is the
    stretch from the lowest to the highest class whose score is at most its threshold, with the mode: contiguous by
    construction, and filling a gap only adds coverage. The threshold of class k is the ceil((m + 1) coverage)-th
    smallest score of the m held-out rows whose true class is k, so that each class is covered with the stated
    probability, not only all together (Vovk, "Conditional Validity of Inductive Conformal Predictors", ACML 2012; the
    scores are those of Romano, Sesia & Candes, "Classification with Valid and Adaptive Coverage", NeurIPS 2020).

    Compromise: a class with too few held-out rows for a threshold of its own borrows the nearest classes' rows, on
    both sides, until there are enough; its coverage then holds for that neighbourhood together. Too few rows in all
    (none, for instance): the thresholds are infinite and every set is whole.

    >>> sets = ConformalSets.fit([[0.8, 0.1, 0.1]] * 40, [0] * 39 + [1])
    >>> sets.grade_set([0.1, 0.7, 0.2], (1, 2, 3))
    [2]
    >>> ConformalSets.fit(np.empty((0, 3)), []).grade_set([0.1, 0.7, 0.2], (1, 2, 3))
    [1, 2, 3]
    """

    thresholds: tuple[float, ...]
    coverage: float
    rows: tuple[int, ...]  # held-out rows behind each threshold, borrowed ones included
    own: tuple[int, ...]  # held-out rows of the class itself

    @classmethod
    def fit(cls, probabilities: ArrayLike, truth: ArrayLike, coverage: float = 0.9) -> Self:
        """Learn from held-out probabilities (n, K) and the index of each row's true class (n,)."""
        if not 0.0 < coverage < 1.0:
            raise ValueError(f"saw a coverage of {coverage}; wanted a number between 0 and 1")
        matrix = np.asarray(probabilities, dtype=np.float64)
        labels: list[int] = np.asarray(truth, dtype=np.int64).tolist()
        by_class: list[list[float]] = [[] for _ in range(matrix.shape[1])]
        for row, label in zip(matrix.tolist(), labels, strict=True):
            by_class[label].append(inclusion_scores(row)[label])
        pools = [_neighbourhood(by_class, k, least_rows(coverage)) for k in range(len(by_class))]
        return cls(
            tuple(quantile(pool, coverage) for pool in pools),
            coverage,
            tuple(len(pool) for pool in pools),
            tuple(len(scores) for scores in by_class),
        )

    def grade_set(self, probabilities: Sequence[float], grades: Sequence[int]) -> list[int]:
        """The grades in the set of one row, ascending as ``grades``; always holds the most probable one."""
        scores = inclusion_scores(probabilities)
        inside = [k for k, score in enumerate(scores) if score <= self.thresholds[k] or score == 0.0]
        return list(grades[inside[0] : inside[-1] + 1])

    def to_json(self) -> str:
        """As JSON; an infinite threshold is null."""
        thresholds = [None if math.isinf(t) else t for t in self.thresholds]
        return json.dumps({"thresholds": thresholds, "coverage": self.coverage, "rows": self.rows, "own": self.own})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The inverse of ``to_json``."""
        facts = json.loads(text)
        thresholds = tuple(math.inf if t is None else float(t) for t in facts["thresholds"])
        return cls(thresholds, float(facts["coverage"]), tuple(facts["rows"]), tuple(facts["own"]))


def least_rows(coverage: float) -> int:
    """The fewest held-out rows whose quantile is finite.

    >>> least_rows(0.9), least_rows(0.5)
    (9, 1)
    """
    rows = 1
    while math.ceil((rows + 1) * coverage - 1e-9) > rows:
        rows += 1
    return rows


def quantile(scores: Sequence[float], coverage: float) -> float:
    """The ceil((n + 1) coverage)-th smallest score; infinite where there are too few.

    >>> quantile([0.3, 0.1, 0.2], 0.5), quantile([0.3], 0.9)
    (0.2, inf)
    """
    rank = math.ceil((len(scores) + 1) * coverage - 1e-9)
    return sorted(scores)[max(rank, 1) - 1] if rank <= len(scores) else math.inf


def _neighbourhood(by_class: Sequence[Sequence[float]], k: int, wanted: int) -> list[float]:
    """The scores of class k, and of the classes nearest to it until there are ``wanted``."""
    pool = list(by_class[k])
    for away in range(1, len(by_class)):
        if len(pool) >= wanted:
            break
        for other in (k - away, k + away):
            if 0 <= other < len(by_class):
                pool += by_class[other]
    return pool


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
