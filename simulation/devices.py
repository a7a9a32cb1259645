"""Where accounts trade from: own machines, shared ones (innocent and guilty), and the relays of institutions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simulation.accounts import Account
from simulation.roles import Role
from simulation.seeds import Stream, child

_MACHINES = 4  # an account has one usual machine and up to three others
_RELAY = 1 << 23
_RELAYED = {Role.INSTITUTION, Role.LARGE_INSTITUTION, Role.HEDGER}
_ELSEWHERE = (0.03, 0.4)  # share of days on another machine: innocent, and guilty on a day of misconduct
_SHARED_RING = 0.6  # share of days on which the ring's second member sits at the leader's machine


@dataclass(frozen=True, slots=True)
class Devices:
    """Machine number by account and day, whether the account comes through a relay, and whether it is recorded."""

    machine: npt.NDArray[np.int64]
    relayed: npt.NDArray[np.bool_]
    recorded: npt.NDArray[np.bool_]


def ip_of(machine: int) -> str:
    """A private address for a machine.

    >>> ip_of(258), mac_of(258)
    ('10.0.1.2', '02:00:00:00:01:02')
    """
    return f"10.{machine >> 16 & 255}.{machine >> 8 & 255}.{machine & 255}"


def mac_of(machine: int) -> str:
    """A locally administered hardware address for a machine."""
    return "02:00:" + ":".join(f"{machine >> shift & 255:02x}" for shift in (24, 16, 8, 0))


def assign(seed: int, accounts: tuple[Account, ...], acting: npt.NDArray[np.float64]) -> Devices:
    """Machines of every account and day; ``acting`` is the strength of misconduct, shape (accounts, days)."""
    machine = np.zeros(acting.shape, dtype=np.int64)
    relayed = np.zeros(len(accounts), dtype=np.bool_)
    recorded = np.ones(len(accounts), dtype=np.bool_)
    for account in accounts:
        rng = child(seed, Stream.DEVICE, account.index)
        recorded[account.index] = rng.random() < 0.92
        relayed[account.index] = account.role in _RELAYED and rng.random() < 0.7
        draws = rng.random((acting.shape[1], 3))
        away = draws[:, 0] < np.where(acting[account.index] > 0, _ELSEWHERE[1], _ELSEWHERE[0])
        other = 1 + (draws[:, 1] * (_MACHINES - 1)).astype(np.int64)
        machine[account.index] = np.where(away, other, 0) + _MACHINES * account.index
        if account.role is Role.FAMILY:
            machine[account.index] = _MACHINES * account.at_slot(24)
        if account.role is Role.RING_MEMBER:
            shared = draws[:, 2] < _SHARED_RING
            machine[account.index][shared] = _MACHINES * (account.index - 1)
        if relayed[account.index]:
            machine[account.index] = _RELAY + int(account.branch[-2:])
    return Devices(machine, relayed, recorded)
