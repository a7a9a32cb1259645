"""The habits of a cell's accounts side by side, for drawing all accounts at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from simulation.habit import Habit

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Ways:
    """The habits of a cell's accounts as arrays: ``of["fill"]`` is the field ``fill`` of `Habit`, shape (n,)."""

    of: dict[str, npt.NDArray[Any]]
    likes: Integers  # (n, most) liked products, the last one repeated
    liked: Integers  # (n,) how many
    lots: Integers  # (n,)


def ways_of(habits: Sequence[Habit], likes: Sequence[tuple[int, ...]], lots: npt.NDArray[Any]) -> Ways:
    """Habits by account as arrays by field; every account likes at least one product."""
    of = {f.name: np.array([getattr(habit, f.name) for habit in habits]) for f in fields(Habit)}
    most = max(len(own) for own in likes)
    padded = np.array([[*own, *(own[-1:] * (most - len(own)))] for own in likes], dtype=np.int64)
    return Ways(of, padded, np.array([len(own) for own in likes], dtype=np.int64), lots.astype(np.int64))
