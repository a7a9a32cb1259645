"""Boosting under the cumulative link: how many trees are kept, and how far the result is to be believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.cumulative_logit import Judged, mean_loss, temperature
from models.folds import fold_weights
from models.growth import BoostSettings, Growth, Rows
from models.linear_severity import LinearSeverity

if TYPE_CHECKING:
    from lightgbm import Booster

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Boosted:
    """The linear part, the kept trees, their cut-points, the factor that calibrates all, held-out loss by round."""

    linear: LinearSeverity
    booster: Booster
    cuts: Floats
    scale: float
    best_iteration: int
    losses: tuple[float, ...]


def boost(train: Rows, held_out: Rows | None, classes: int, settings: BoostSettings) -> Boosted:
    """Fit the linear part, grow trees on what it leaves, stop where rows held out say so.

    The rows held out are ``held_out``, or each fold of the training rows in turn; without either (too few rows, or
    fewer than two folds asked for) all rounds are grown and nothing is calibrated.
    """
    growth = Growth(train, classes, settings)
    parts = fold_weights(train.y, train.weight, settings.folds) if held_out is None and settings.folds > 1 else []
    if held_out is not None:
        watch = _Watch([growth], [held_out])
    else:
        inside = [Growth(train.weighted(train.weight - part), classes, settings) for part in parts]
        watch = _Watch(inside, [train.weighted(part) for part in parts])
    every = 1 if held_out is not None else settings.refit_every
    rounds = watch.best_round(settings, every) if watch.growths else settings.rounds
    while growth.rounds < rounds and growth.grow():
        pass
    rounds = min(rounds, growth.rounds)
    booster, cuts = growth.kept(rounds)
    return Boosted(growth.linear, booster, cuts, watch.temperature(rounds), rounds, tuple(watch.losses))


class _Watch:
    """Growths side by side, each with rows it does not see."""

    def __init__(self, growths: list[Growth], outside: list[Rows]) -> None:
        self.growths, self.outside = growths, outside
        self.losses: list[float] = []

    def best_round(self, settings: BoostSettings, every: int) -> int:
        """Grow until the held-out log loss has not fallen for a while; 0 where no tree improves on the linear part.

        The loss is looked at ``every`` so many rounds.
        """
        severities = [growth.linear.of(rows.X) for growth, rows in zip(self.growths, self.outside, strict=True)]
        least, best = self._loss(severities), 0
        for number in range(every, settings.rounds + 1, every):
            if not all(growth.grow() for growth in self.growths for _ in range(every)):
                break
            for k, (growth, rows) in enumerate(zip(self.growths, self.outside, strict=True)):
                severities[k] = severities[k] + growth.trees(rows.X, number - every, every)
            self.losses.append(self._loss(severities))
            if self.losses[-1] < least:
                least, best = self.losses[-1], number
            if number - best >= settings.patience:
                break
        return best

    def temperature(self, rounds: int) -> float:
        """The calibrating factor after ``rounds`` trees; 1 where nothing was held out."""
        if not self.growths:
            return 1.0
        return temperature(
            [
                Judged(g.linear.of(r.X) + g.trees(r.X, 0, min(rounds, g.rounds)), r.y, r.weight, g.cuts_after(rounds))
                for g, r in zip(self.growths, self.outside, strict=True)
            ]
        )

    def _loss(self, severities: list[Floats]) -> float:
        pairs = zip(severities, self.growths, self.outside, strict=True)
        return mean_loss([Judged(s, rows.y, rows.weight, growth.cuts) for s, growth, rows in pairs])
