"""When somebody acts, and how the broker's calls change it: spells, pauses, and what a warned one does next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulation.scenario import LookAlike, Offence, day_number

_STOPS, _BELOW, _MOVES, _SPREADS = range(4)
_QUIET = (4, 20)  # trading days somebody stops for, shortest and longest
_CAREFUL = (10, 60)  # trading days somebody stays below the limit for


@dataclass(slots=True)
class Plan:
    """One unit's spells, day after day, and what calls have done to it.

    ``below_until``: it stays under the limit up to this day; ``moved``: how often it has gone on to another contract;
    ``spread``: it acts through all its accounts in turn; ``calls``: days on which the broker called.
    """

    settings: Offence | LookAlike
    days: int
    within: bool | None = None
    quiet_until: int = -1
    below_until: int = -1
    moved: int = 0
    spread: bool = False
    calls: tuple[int, ...] = ()

    def acts(self, rng: np.random.Generator, day: int, rate: float = 1.0) -> bool:
        """Whether it acts on day number ``day``; ``rate`` is a factor on the chance. Days must come in order."""
        luck = rng.random(3)
        settings = self.settings
        leave = 1 / settings.spell
        enter = 1.0 if settings.pause == 0 else min(1.0, rate / settings.pause)
        if self.within is None:  # as if it had gone on for long
            self.within = settings.pause == 0 or bool(luck[0] < enter / (enter + leave))
        elif self.within:
            self.within = settings.pause == 0 or bool(luck[0] >= leave)
        else:
            self.within = bool(luck[0] < enter)
        last = self.days if settings.last_day is None else day_number(settings.last_day, self.days)
        in_time = day_number(settings.first_day, self.days) <= day <= last
        return bool(in_time and self.within and day > self.quiet_until and luck[1] < settings.act * rate)

    def called(self, rng: np.random.Generator, day: int, accounts: int) -> None:
        """The broker has called after ``day``: most stop for a while, go below, elsewhere, or use more accounts."""
        self.calls += (day,)
        if rng.random() >= self.settings.adapt:
            return
        way = int(rng.choice(4, p=[0.35, 0.25, 0.2, 0.2] if accounts > 1 else [0.45, 0.3, 0.25, 0.0]))
        self.quiet_until = day + (int(rng.integers(*_QUIET)) if way == _STOPS or rng.random() < 0.4 else 0)
        if way == _BELOW:
            self.below_until = day + int(rng.integers(*_CAREFUL))
        self.moved += way == _MOVES
        self.spread = self.spread or way == _SPREADS
