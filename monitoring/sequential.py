"""Alarms that may be looked at every day: e-processes that restart (e-detectors), with a promised false-alarm rate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
_BETS = (0.05, 0.1, 0.2, 0.4, 0.8)  # shares of the capital staked; a mixture, as the size of a change is not known


@dataclass(frozen=True, slots=True)
class Alarm:
    """Where a detector stands: ``evidence`` against "still fine" since ``since`` (a step), alarm at ``limit``."""

    evidence: float
    limit: float
    since: int | None
    raised_at: int | None  # the first step at which the limit was reached

    @property
    def raised(self) -> bool:
        """Whether it ever was."""
        return self.raised_at is not None


def mean_rises(values: Sequence[ArrayLike], allowed: float, *, steps_between_false_alarms: float) -> Alarm:
    """Whether the mean of values in [0, 1] has come to lie above ``allowed``; one entry of ``values`` a step (day).

    An e-detector of the Shiryaev-Roberts kind: the evidence of one bet is E <- (E + w) * prod(1 + b (x - allowed)),
    and the sum over bets is held against ``steps_between_false_alarms``: while no mean is above ``allowed`` the mean
    number of steps to a false alarm is at least that, whatever the values' distribution (Shin, Ramdas and Rinaldo,
    "E-detectors", 2023). A step without values changes nothing. ``allowed`` outside (0, 1) raises ``ValueError``.

    >>> mean_rises([[0, 0, 1, 0]] * 50, 0.3, steps_between_false_alarms=500).raised
    False
    >>> mean_rises([[0, 1, 1, 0]] * 50, 0.3, steps_between_false_alarms=500).raised_at
    18
    """
    steps = [np.asarray(day, dtype=np.float64).reshape(-1, 1) for day in values]
    return any_mean_rises(steps, np.array([allowed]), steps_between_false_alarms=steps_between_false_alarms)[0]


def any_mean_rises(
    values: Sequence[Floats], allowed: Floats, *, steps_between_false_alarms: float
) -> tuple[Alarm, Floats]:
    """``mean_rises`` for many means at once under one promise; entries are of shape (rows, means), NaN says nothing.

    The average of e-detectors is one: each mean is given its part of the start, so the limit is that of one stream.
    Returned with the alarm: each mean's part of the evidence when it was raised (else: at the end), shape (means,).
    """
    if not ((allowed > 0) & (allowed < 1)).all():
        raise ValueError(f"saw allowed={allowed.min()} to {allowed.max()}; wanted means between 0 and 1")
    # 1 + b (x - allowed) / allowed stays positive for x >= 0 and b < 1
    factors = (np.stack([1 + bet * np.nan_to_num(day - allowed) / allowed for bet in _BETS]) for day in values)
    return _follow(factors, allowed.size, steps_between_false_alarms)


def forecasts_fail(
    forecasts: Sequence[ArrayLike], happened: Sequence[ArrayLike], *, slack: float, steps_between_false_alarms: float
) -> Alarm:
    """Whether events have become likelier than forecast by more than ``slack``; probabilities and 0/1, by step.

    Exact for any forecasts: E[1 + b (y - p - slack)] <= 1 while P(y) <= p + slack (Henzi and Ziegel 2022).
    """
    factors = []
    for p, y in zip(forecasts, happened, strict=True):
        gap = np.asarray(y, dtype=np.float64) - np.asarray(p, dtype=np.float64) - slack
        factors.append(np.stack([1 + bet / (1 + slack) * gap for bet in _BETS])[:, :, None])
    return _follow(factors, 1, steps_between_false_alarms)[0]


def _follow(steps: Iterable[Floats], streams: int, limit: float) -> tuple[Alarm, Floats]:
    """Steps are factors of shape (bets, rows, streams)."""
    evidence = np.zeros((len(_BETS), streams))
    since: int | None = None
    raised: tuple[int, Floats] | None = None
    for step, factors in enumerate(steps):
        grown = np.exp(np.clip(np.log(factors).sum(axis=1), -600, 300))
        before = evidence.sum()
        evidence = np.minimum((evidence + 1 / evidence.size) * grown, 1e100)
        if before < 1 <= evidence.sum():
            since = step
        if raised is None and evidence.sum() >= limit:
            raised = step, evidence.sum(axis=0)
    at, parts = (None, evidence.sum(axis=0)) if raised is None else raised
    return Alarm(float(evidence.sum()), limit, since, at), parts
