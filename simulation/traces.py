"""Signs that people leave around what they do, guilty or not: other machines, new passwords, money moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from simulation.day import Day

_CHANCES = (0.3, 0.1, 0.12)  # on a day of action, for somebody in the habit: machine, password, cash


def leave(day: Day, rng: np.random.Generator, accounts: tuple[int, ...], habits: tuple[bool, bool, bool]) -> None:
    """Leave signs on today, for each account by chance, where the unit is in the ``habits`` (machine, password, cash).

    The same chances for the guilty and the innocent: none of these signs tells one from the other by itself.
    """
    for account in accounts:
        moves, changes, pays = (rng.random(3) < _CHANCES) & habits
        if moves:
            day.use_machine(account, day.strange_machine(account, int(rng.integers(4))))
        if changes:
            day.change_password(account)
        if pays:
            day.move_cash(account, signed_share(day, rng, account, rng.uniform(0.02, 0.2)))


def signed_share(day: Day, rng: np.random.Generator, account: int, share: float) -> float:
    """A share of the account's money in CNY, out twice as often as in."""
    cny = max(float(day.equity[account]) / 10_000, 1_000.0) * share
    return round(cny) * (1.0 if rng.random() < 0.35 else -1.0)
