"""Synthetic streams of graded alerts with one known change: what monitoring is held against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.conformal import ConformalSets
from models.cumulative_logit import class_probabilities
from models.policy_file import read_policy_file

FEATURES, ACCOUNTS, A_DAY = 24, 600, 60
CHANGE, DAYS = 25, 60  # the change comes with day 25
MEAN_DELAY, NEVER = 4.0, 0.03  # trading days from alert to decision; share never decided
COST = np.array(read_policy_file().cost)
NAMES = [f"x{index:02d}" for index in range(FEATURES)]
_BUSY = 1.0 / (np.arange(ACCOUNTS) + 20.0)
_BUSY /= _BUSY.sum()
_CUTS = np.array([-1.2, 0.6, 2.0, 3.2])


@dataclass(frozen=True)
class Day:
    """One day's alerts: what the model was asked and said, and what the desk will say, so many days later."""

    features: pd.DataFrame
    subjects: pd.Series
    answers: pd.DataFrame  # grade, severity, p_severe, p1..p5, covered needs truth
    truth: np.ndarray
    delay: np.ndarray  # trading days; inf: never


class Stream:
    """Accounts with a past of their own (most of a feature's spread is between accounts), and a fixed model."""

    def __init__(self, seed: int, change: Callable[[Stream, np.ndarray, np.ndarray], tuple] | None) -> None:
        self.rng = np.random.default_rng(seed)
        self.own = self.rng.normal(size=(ACCOUNTS, FEATURES)) * 0.8
        self.weight = np.where(np.arange(FEATURES) < 10, self.rng.uniform(0.25, 0.6, FEATURES), 0.02)
        self.concept = self.weight.copy()
        self.change = change
        raw, _ = self._draw(5_000)
        self.centre = np.nanmedian(raw, axis=0)
        self.spread = np.nanstd(raw, axis=0)
        self.sorted = np.sort(np.nan_to_num(raw, nan=np.inf), axis=0)
        self.usual_strangeness = np.sort(self._strangeness(raw))
        features, p, severity = self._model(raw)
        truth = self._truth(severity)
        self.conformal = ConformalSets.fit(p, truth - 1)
        self.reference = features.assign(grade=_least_cost(p), severity=severity, p_severe=p[:, :2].sum(axis=1))

    def day(self, number: int) -> Day:
        """The alerts of day ``number``."""
        raw, accounts = self._draw(A_DAY)
        forced = np.zeros(len(raw), dtype=bool)
        if self.change is not None and number >= CHANGE:
            raw, forced = self.change(self, raw, forced)
        features, p, severity = self._model(raw)
        truth = self._truth(self._severity(raw, self.concept))
        truth[forced] = self.rng.integers(1, 3, int(forced.sum()))
        delay = np.ceil(self.rng.exponential(MEAN_DELAY, len(raw)))
        delay[self.rng.uniform(size=len(raw)) < NEVER] = np.inf
        answers = pd.DataFrame(p, columns=[f"p{g}" for g in range(1, 6)])
        answers = answers.assign(grade=_least_cost(p), severity=severity, p_severe=p[:, :2].sum(axis=1))
        answers["anomaly_share"] = np.searchsorted(self.usual_strangeness, self._strangeness(raw)) / 5_000
        sets = [self.conformal.grade_set(row, (1, 2, 3, 4, 5)) for row in p.tolist()]
        answers["covered"] = [t in one for t, one in zip(truth, sets, strict=True)]
        return Day(features, pd.Series(accounts.astype(str)), answers, truth, delay)

    def _draw(self, rows: int) -> tuple[np.ndarray, np.ndarray]:
        accounts = self.rng.choice(ACCOUNTS, rows, p=_BUSY)  # a few accounts raise many alerts
        z = self.own[accounts] + self.rng.normal(size=(len(accounts), FEATURES)) * 0.6
        raw = z.copy()
        raw[:, 1::4] = np.maximum(z[:, 1::4], 0.0)  # zero for half of the accounts
        raw[:, 2::4] = np.exp(z[:, 2::4]) * 100.0  # money
        raw[:, 3::4] = np.rint(np.abs(z[:, 3::4]) * 3)  # counts
        raw[self.rng.uniform(size=raw.shape) < 0.03] = np.nan
        return raw, accounts

    def _severity(self, raw: np.ndarray, weight: np.ndarray) -> np.ndarray:
        z = np.clip((raw - self.centre) / np.where(self.spread > 0, self.spread, 1.0), -3, 3)
        return np.asarray(np.nan_to_num(z) @ weight)

    def _strangeness(self, raw: np.ndarray) -> np.ndarray:
        """Sum over features of -log tail share, as ECOD has it."""
        total = np.zeros(len(raw))
        for column, known in zip(raw.T, self.sorted.T, strict=True):
            above = (5_000 - np.searchsorted(known, column, side="left") + 1) / 5_001
            below = (np.searchsorted(known, column, side="right") + 1) / 5_001
            total += np.where(np.isnan(column), 0.0, -np.log(np.minimum(above, below)))
        return total

    def _model(self, raw: np.ndarray) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
        severity = self._severity(raw, self.weight)
        return pd.DataFrame(raw, columns=NAMES), class_probabilities(severity, _CUTS)[:, ::-1], severity

    def _truth(self, severity: np.ndarray) -> np.ndarray:
        p = class_probabilities(severity, _CUTS)[:, ::-1]
        return 1 + (self.rng.uniform(size=(len(p), 1)) > np.cumsum(p, axis=1)).sum(axis=1).clip(0, 4)


def _least_cost(p: np.ndarray) -> np.ndarray:
    return np.asarray((p @ COST).argmin(axis=1) + 1)


def mild(stream: Stream, raw: np.ndarray, forced: np.ndarray) -> tuple:
    """Three features the model reads drift by 0.4 of their spread."""
    raw[:, [0, 4, 8]] += 0.4 * stream.spread[[0, 4, 8]]
    return raw, forced


def abrupt(stream: Stream, raw: np.ndarray, forced: np.ndarray) -> tuple:
    """Six features move by 1.2 of their spread over night."""
    raw[:, :6] += 1.2 * stream.spread[:6]
    return raw, forced


def broken_null(_: Stream, raw: np.ndarray, forced: np.ndarray) -> tuple:
    """A column comes empty."""
    raw[:, 6] = np.nan
    return raw, forced


def broken_unit(_: Stream, raw: np.ndarray, forced: np.ndarray) -> tuple:
    """A column of money comes in fen instead of yuan."""
    raw[:, 2] *= 100.0
    return raw, forced


def concept(stream: Stream, raw: np.ndarray, forced: np.ndarray) -> tuple:
    """The inputs stay; what the desk makes of them does not: half of the model's weights turn round."""
    stream.concept = stream.weight * np.where(np.arange(FEATURES) < 5, -1.0, 1.0)
    return raw, forced


def new_kind(stream: Stream, raw: np.ndarray, forced: np.ndarray) -> tuple:
    """One alert in twelve is a new kind of misconduct: severe, far out on features the model hardly reads."""
    forced = stream.rng.uniform(size=len(raw)) < 1 / 12
    raw[np.ix_(forced, [16, 20, 12])] = stream.centre[[16, 20, 12]] + 3.5 * stream.spread[[16, 20, 12]]
    return raw, forced


def rare_kind(stream: Stream, raw: np.ndarray, forced: np.ndarray) -> tuple:
    """One alert in forty is a new kind of misconduct, far out on a single feature of money."""
    forced = stream.rng.uniform(size=len(raw)) < 1 / 40
    raw[forced, 18] = 100.0 * np.exp(3.5)
    return raw, forced


SCENARIOS = {
    "no change": None,
    "mild change": mild,
    "abrupt change": abrupt,
    "broken: all null": broken_null,
    "broken: unit x 100": broken_unit,
    "concept drift, inputs unchanged": concept,
    "new kind of misconduct": new_kind,
    "new kind, rare, one feature": rare_kind,
}
