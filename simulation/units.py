"""Accounts of one cell that belong together: families, offices, groups (declared or not), introducers' clients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulation.agent import conduct_of
from simulation.casting import Cast
from simulation.quotas import quota
from simulation.scenario import Population

_UNITS = (("family", 2, 4), ("office", 3, 6), ("declared_group", 2, 4), ("undeclared_group", 2, 3))


@dataclass(frozen=True, slots=True)
class Unit:
    """Accounts that belong together; ``declared`` to the exchange, ``recorded`` in the `control_groups` table."""

    kind: str
    members: tuple[int, ...]
    declared: bool
    recorded: bool
    name: str


def units_of(
    rng: np.random.Generator, population: Population, first: int, n: int, casts: tuple[Cast, ...]
) -> tuple[Unit, ...]:
    """The units of those who are up to something, ordinary ones among the others, and introducers' clients."""
    found = []
    for cast in casts:
        conduct = conduct_of(cast.kind)
        if conduct.unit and len(cast.members) > 1:
            declared = bool(rng.random() < conduct.declared)
            recorded = declared or (conduct.unit != "office" and rng.random() < population.recorded)
            found.append(Unit(conduct.unit, cast.members, declared, bool(recorded), _name(rng)))
    busy = {member for cast in casts for member in cast.members}
    free = [member for member in rng.permutation(n).tolist() if member not in busy]
    shares = (population.families, population.offices, population.declared_groups, population.undeclared_groups)
    for (kind, least, most), share in zip(_UNITS, shares, strict=True):
        for _ in quota(share, 0.7, first, first + n):
            members, free = free[: (size := int(rng.integers(least, most + 1)))], free[size:]
            declared = kind == "declared_group" or (kind == "family" and rng.random() < 0.4)
            recorded = declared or (kind == "undeclared_group" and rng.random() < population.recorded)
            if len(members) >= 2:
                found.append(Unit(kind, tuple(sorted(members)), bool(declared), bool(recorded), _name(rng)))
    for _ in quota(population.introducers, 0.6, first, first + n):
        clients = rng.permutation(n)[: int(rng.integers(min(15, n), min(60, n) + 1))]
        found.append(Unit("introducer", tuple(sorted(clients.tolist())), False, False, _name(rng)))
    return tuple(found)


def _name(rng: np.random.Generator) -> str:
    """A name that says nothing; collisions of 48 random bits do not happen."""
    return f"G{int(rng.integers(1 << 48)):012x}"
