"""Where accounts trade from: own machines, shared ones, networks of offices, and the relays of many.

A machine is one number, 64 times the number of its network plus its place there; its ip is the network's, its mac its
own. Networks are numbered by cell (1,024 each), relays from the top; addresses are a permutation of the numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from simulation.ids import shuffled
from simulation.seeds import Stream, child

if TYPE_CHECKING:
    from simulation.people import People

Integers = npt.NDArray[np.int64]
_PLACES = 64
_NETWORKS = 1024  # of one cell
_SHARED, _STRANGE = 300, 512  # first numbers of networks of units and of strange machines
_RELAYS, _RELAY_COUNT = (1 << 24) - 64, 24
_RECORDED = 0.92  # share of accounts whose orders and logins come with ip and mac
_AWAY = 0.03  # share of days on another own machine, for those that have only one by habit
MACHINES = 4


def strange(cell: int, account: int, number: int) -> int:
    """A machine nobody uses by habit."""
    return (cell * _NETWORKS + _STRANGE + account) * _PLACES + number % _PLACES


def is_relay(machines: Integers) -> npt.NDArray[np.bool_]:
    """Whether machines are relays shared by many."""
    found: npt.NDArray[np.bool_] = machines // _PLACES >= _RELAYS
    return found


def homes(people: People, seed: int) -> Integers:
    """Own machines of every account, shape (n, 4): the usual one first, the second often elsewhere."""
    rng = child(seed, Stream.DEVICE, people.cell)
    n, first = people.n, people.cell * _NETWORKS
    network = np.repeat(first + 2 * np.arange(n)[:, None], MACHINES, axis=1)
    network[:, 1:] += rng.random((n, MACHINES - 1)) < 0.5
    found: Integers = network * _PLACES + np.arange(MACHINES)
    relays = (_RELAYS + rng.integers(0, _RELAY_COUNT, n)) * _PLACES
    relayed = np.array([habit.relay for habit in people.habit], dtype=np.bool_)
    found[relayed] = relays[relayed][:, None]
    for number, unit in enumerate(people.units):
        shared = (first + _SHARED + number % (_STRANGE - _SHARED)) * _PLACES
        if unit.kind == "family":
            found[list(unit.members), 0] = shared
        elif unit.kind == "office":
            found[list(unit.members), 0] = shared + np.arange(len(unit.members)) % _PLACES
    return found


def recorded(people: People, seed: int) -> npt.NDArray[np.bool_]:
    """Whether the feed says ip and mac of an account, shape (n,)."""
    found: npt.NDArray[np.bool_] = child(seed, Stream.DEVICE, people.cell, 1).random(people.n) < _RECORDED
    return found


def today(rng: np.random.Generator, machines: Integers, used: Integers) -> Integers:
    """The machine of every account on one day; ``used`` is how many of its own it uses by habit."""
    n = len(machines)
    turn = (rng.random(n) * used).astype(np.int64)
    away = (rng.random(n) < _AWAY) & (used == 1)
    found: Integers = machines[np.arange(n), np.where(away, 1, np.minimum(turn, MACHINES - 1))]
    return found


def ips(machines: Integers, seed: int) -> list[str]:
    """Private addresses of machines: one a network, none that tells its number.

    >>> ips(np.array([64, 65, 128]), 7)[0] == ips(np.array([65]), 7)[0]
    True
    """
    networks = shuffled(machines // _PLACES, 24, seed)
    return [f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}" for n in networks.tolist()]


def macs(machines: Integers, seed: int) -> list[str]:
    """Locally administered hardware addresses of machines, each its own."""
    numbers = shuffled(machines, 40, seed + 1)
    texts = (f"{n:010x}" for n in numbers.tolist())
    return ["02:" + ":".join(text[n : n + 2] for n in range(0, 10, 2)) for text in texts]
