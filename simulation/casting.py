"""Who is up to what in one cell: units of every kind dealt out by quota to accounts that suit it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simulation.agent import conduct_of
from simulation.kinds import MISCONDUCT
from simulation.quotas import dealt, phase_of, quota
from simulation.roles import Role
from simulation.scenario import LookAlike, Offence, Scenario

_MOST_CAST = 0.75  # share of a small cell's accounts that may be up to something


@dataclass(frozen=True, slots=True)
class Cast:
    """What some accounts are up to; ``settings`` are the scenario's, ``strength`` is 0 for look-alikes."""

    kind: str
    members: tuple[int, ...]
    strength: float
    settings: Offence | LookAlike


def cast_of(
    rng: np.random.Generator,
    scenario: Scenario,
    first: int,
    role: npt.NDArray[np.int8],
    equity: npt.NDArray[np.float64],
) -> tuple[Cast, ...]:
    """Who is up to what: the units of every kind that fall to this cell; ``equity`` is raised where a kind needs it.

    Misconduct is cast before look-alikes and each in the scenario's order; what a crowded cell has no room for is left
    out.
    """
    n, roles, found = len(role), role.tolist(), []
    free = rng.permutation(n).tolist()
    for settings, number in _wanted(scenario, first, n):
        conduct = conduct_of(settings.kind)
        size = int(rng.integers(conduct.size[0], conduct.size[1] + 1))
        if len(free) - size < (1 - _MOST_CAST) * n:
            continue
        members = _pick(free, roles, conduct.covers, size)
        free = [member for member in free if member not in members]
        poor = [member for member in members if equity[member] < conduct.money]
        equity[poor] = conduct.money * np.exp(rng.uniform(0, 1.5, len(poor)))
        found.append(Cast(settings.kind, tuple(members), _strength(settings, number), settings))
    return tuple(found)


def _wanted(scenario: Scenario, first: int, n: int) -> Iterator[tuple[Offence | LookAlike, int]]:
    """Settings and running number of every unit that falls to ``n`` accounts from ``first`` on."""
    parts: tuple[tuple[Offence | LookAlike, ...], ...] = (scenario.misconduct, scenario.look_alikes)
    for part in parts:
        for place, settings in enumerate(part):
            for number in quota(settings.per_1000, phase_of(place, len(part)), first, first + n):
                yield settings, number


def _pick(free: list[int], roles: list[int], covers: tuple[tuple[Role, ...], ...], size: int) -> list[int]:
    """Free accounts for one unit, each of a role its place wants; anybody where there is none left."""
    found: list[int] = []
    for place in range(size):
        wanted = {int(role) for role in covers[min(place, len(covers) - 1)]}
        left = [member for member in free if member not in found]
        found.append(next((member for member in left if roles[member] in wanted), left[0]))
    return found


def _strength(settings: Offence | LookAlike, number: int) -> float:
    if isinstance(settings, LookAlike):
        return 0.0
    turn = (0.05, 0.4)[MISCONDUCT.index(settings.kind) % 2]  # half of the kinds begin with the first strength
    return float(list(settings.strengths)[dealt(number, turn, list(settings.strengths.values()))])
