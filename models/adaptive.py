"""Adaptive conformal inference: thresholds that follow the outcomes as they come in, so that drift is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.conformal import ConformalSets, inclusion_scores, least_rows, quantile

Floats = NDArray[np.float64]
_FLOOR = 1e-3  # a level of 0 would ask for nothing, one of 1 for the whole scale: both are kept just inside


@dataclass(frozen=True)
class AdaptiveSets:
    """The newest matured scores of each class and the level that is asked of them; nothing in here is a clock.

    After each outcome the level of its class moves: level += rate * (missed - (1 - coverage)). After misses the sets
    grow, after many hits they shrink, and over any long stretch the share of misses tends to what was stated, however
    the data drift (Gibbs & Candes, "Adaptive Conformal Inference Under Distribution Shift", NeurIPS 2021). The scores
    are those of ``ConformalSets``; each class keeps its newest ``window`` of them. ``seen`` and ``missed`` count every
    outcome by class, so that coverage is reported and not assumed.
    """

    base: ConformalSets
    rate: float
    window: int
    levels: Floats  # the coverage asked of each class now, (K,)
    scores: tuple[Floats, ...]  # newest matured scores of each class, oldest first
    seen: NDArray[np.int64]
    missed: NDArray[np.int64]

    @classmethod
    def start(cls, base: ConformalSets, rate: float = 0.02, window: int = 500) -> Self:
        """Before any outcome: the thresholds are those of ``base``."""
        classes = len(base.thresholds)
        zeros = np.zeros(classes, dtype=np.int64)
        empty = tuple(np.empty(0) for _ in range(classes))
        return cls(base, rate, window, np.full(classes, base.coverage), empty, zeros, zeros)

    def sets(self) -> ConformalSets:
        """The sets to use now: a class with too few outcomes for its level keeps the threshold it started with."""
        found = [quantile(s.tolist(), float(q)) for s, q in zip(self.scores, self.levels, strict=True)]
        enough = [len(s) >= _enough(self.base.coverage) for s in self.scores]
        thresholds = (t if ok else b for t, ok, b in zip(found, enough, self.base.thresholds, strict=True))
        return replace(self.base, thresholds=tuple(thresholds))

    def covered(self) -> list[float | None]:
        """Share of outcomes that lay in the set at the time, by class; None where there was none."""
        pairs = zip(self.seen.tolist(), self.missed.tolist(), strict=True)
        return [1 - missed / seen if seen else None for seen, missed in pairs]

    def to_arrays(self) -> dict[str, Floats | NDArray[np.int64]]:
        """The state without ``base``, as flat arrays."""
        sizes = np.array([s.size for s in self.scores], dtype=np.int64)
        return {
            "levels": self.levels,
            "scores": np.concatenate(self.scores),
            "sizes": sizes,
            "seen": self.seen,
            "missed": self.missed,
            "rate_and_window": np.array([self.rate, self.window]),
        }

    @classmethod
    def from_arrays(cls, base: ConformalSets, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """The inverse of ``to_arrays``."""
        rate, window = np.asarray(arrays["rate_and_window"], dtype=np.float64).tolist()
        flat, sizes = np.asarray(arrays["scores"], dtype=np.float64), np.asarray(arrays["sizes"], dtype=np.int64)
        seen, missed = (np.asarray(arrays[name], dtype=np.int64) for name in ("seen", "missed"))
        levels = np.asarray(arrays["levels"], dtype=np.float64)
        return cls(base, rate, int(window), levels, tuple(np.split(flat, np.cumsum(sizes)[:-1])), seen, missed)


def update(state: AdaptiveSets, probabilities: Sequence[float], truth: int) -> AdaptiveSets:
    """The state after one outcome (index of its class) as it matures; the state given is left as it was."""
    grades = range(len(probabilities))
    miss = truth not in state.sets().grade_set(probabilities, grades)
    levels, seen, missed = state.levels.copy(), state.seen.copy(), state.missed.copy()
    moved = levels[truth] + state.rate * (float(miss) - (1.0 - state.base.coverage))
    levels[truth] = min(max(moved, _FLOOR), 1.0 - _FLOOR)
    seen[truth] += 1
    missed[truth] += miss
    newest = np.append(state.scores[truth], inclusion_scores(probabilities)[truth])[-state.window :]
    scores = (*state.scores[:truth], newest, *state.scores[truth + 1 :])
    return replace(state, levels=levels, scores=scores, seen=seen, missed=missed)


def _enough(coverage: float) -> int:
    """Outcomes of a class before its own quantile is trusted: twice what a finite one needs."""
    return 2 * least_rows(coverage)
