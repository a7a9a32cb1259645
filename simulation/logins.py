"""Logins, failed logins and password changes: the guilty change devices and passwords around their misconduct."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from simulation.accounts import Account
from simulation.calendar import MINUTE, midnight
from simulation.devices import Devices, ip_of, mac_of
from simulation.seeds import Stream, child
from simulation.turn import Market
from simulation.writer import moments

_IDLE_LOGIN = 0.12  # share of days without an order on which the account logs in all the same
_FAILS = (0.04, 0.15)  # chance of a failed try: otherwise, and around misconduct
_CHANGES = (0.004, 0.12)  # chance of a password change a day, likewise
_AROUND = 3  # days before and after a day of misconduct that still show it


@dataclass(frozen=True, slots=True)
class _Row:
    event_time: int
    day: int
    account: Account
    event: str
    machine: int


def around(acting: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Days within three of a day of misconduct, shape (accounts, days).

    >>> around(np.array([[0, 0, 0, 0, 0.9, 0, 0, 0, 0]])).astype(int).tolist()
    [[0, 1, 1, 1, 1, 1, 1, 1, 0]]
    """
    near = acting > 0
    days = near.shape[1]
    found = near.copy()
    for shift in range(1, min(_AROUND, days - 1) + 1):
        found[:, shift:] |= near[:, :-shift]
        found[:, :-shift] |= near[:, shift:]
    return found


def login_rows(
    market: Market,
    accounts: tuple[Account, ...],
    devices: Devices,
    acting: npt.NDArray[np.float64],
    first_event: npt.NDArray[np.int64],
) -> dict[str, Any]:
    """The `logins` table; ``first_event`` is the first order's instant by account and day, 0 where there is none."""
    near, rows = around(acting), []
    for account in accounts:
        for day in range(len(market.days)):
            first = int(first_event[account.index, day])
            rng = child(market.seed, Stream.LOGIN, account.index, day)
            if first or rng.random() < _IDLE_LOGIN:
                machine = int(devices.machine[account.index, day])
                opens = first or midnight(market.days[day]) + 600 * MINUTE
                rows += _visit(rng, account, day, opens, machine, bool(near[account.index, day]))
    rows.sort(key=lambda row: (row.event_time, row.account.index, row.event))
    return _columns(market, devices, rows)


def _visit(rng: np.random.Generator, account: Account, day: int, opens: int, machine: int, near: bool) -> list[_Row]:
    """One day's visits, before ``opens`` and in the half hour after it."""
    at = opens - int(rng.integers(2, 25)) * MINUTE
    rows = []
    for n in range(int(rng.binomial(3, _FAILS[near]))):
        rows.append(_Row(at - (n + 1) * MINUTE // 3, day, account, "login_failed", machine))
    rows.append(_Row(at, day, account, "login", machine))
    if rng.random() < _CHANGES[near]:
        rows.append(_Row(at + MINUTE, day, account, "password_change", machine))
    for n in range(int(rng.poisson(0.5))):
        rows.append(_Row(opens + (n + 1) * 7 * MINUTE, day, account, "login", machine))
    if near and rng.random() < 0.25:  # someone else's machine, for a while
        other = 4 * account.index + int(rng.integers(1, 4))
        rows.append(_Row(opens + 11 * MINUTE, day, account, "login", other))
    return rows


def _columns(market: Market, devices: Devices, rows: list[_Row]) -> dict[str, Any]:
    known = [bool(devices.recorded[row.account.index]) for row in rows]
    return {
        "event_time": moments(np.array([row.event_time for row in rows], dtype=np.int64)),
        "trading_day": [market.days[row.day] for row in rows],
        "account_id": [row.account.account_id for row in rows],
        "event": [row.event for row in rows],
        "ip": [ip_of(row.machine) if seen else None for row, seen in zip(rows, known, strict=True)],
        "mac": [mac_of(row.machine) if seen else None for row, seen in zip(rows, known, strict=True)],
        "app_id": [f"app-{row.account.index % 5}" for row in rows],
        "via_relay": [bool(devices.relayed[row.account.index]) for row in rows],
    }
