"""The agents of a cell: everybody who does more than trade as usual, offenders and look-alikes alike."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from simulation.conduct import Conduct
from simulation.kinds import LOOK_ALIKES, MISCONDUCT

if TYPE_CHECKING:
    from simulation.day import Day
    from simulation.people import People
    from simulation.scenario import Scenario
    from simulation.world import Market


class Agent(Protocol):
    """Something that acts on every day in turn, for one or more accounts of a cell; it may remember."""

    accounts: tuple[int, ...]

    def act(self, day: Day) -> None:
        """Do today's things."""


@cache
def conduct_of(kind: str) -> type[Conduct]:
    """The class of a kind of misconduct or look-alike: the one in its own file that carries its name.

    ``KeyError`` for an unknown kind.

    >>> conduct_of("self_trading").size, conduct_of("two_strategies").innocent
    ((1, 1), True)
    """
    if kind not in MISCONDUCT + LOOK_ALIKES:
        raise KeyError(kind)
    package = "misconduct" if kind in MISCONDUCT else "look_alikes"
    module = import_module(f"simulation.{package}.{kind}")
    found: type[Conduct] = next(
        one for one in vars(module).values() if isinstance(one, type) and getattr(one, "kind", None) == kind
    )
    return found


def agents_of(people: People, scenario: Scenario, market: Market, seed: int) -> list[Agent]:
    """One agent for every unit that is up to something, in the order of the cast; none in a market of the innocent."""
    return [
        conduct_of(cast.kind)(cast, number, people, scenario, market, seed) for number, cast in enumerate(people.casts)
    ]
