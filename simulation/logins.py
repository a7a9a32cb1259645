"""Logins, failed logins and password changes of one cell's day: everybody's habit, and what agents ask for.

What agents ask for comes at the same kind of moments as everybody's: no interval tells one from the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from simulation.calendar import MILLISECOND, MINUTE, SECOND, midnight
from simulation.day import Day
from simulation.devices import is_relay
from simulation.orders import Orders
from simulation.spill import LOGIN, Records
from simulation.ways import Ways

if TYPE_CHECKING:
    from simulation.people import People

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
EVENTS = ("login", "login_failed", "password_change")
APPS = 6
_FAILS, _TRIES = 0.03, 3  # chance of each of so many failed tries before a login
_CHANGES = 0.004  # chance of a password change on a day of login
_AGAIN = 0.5  # further logins on the day, on average
_BEFORE, _SOON = (3, 60), (12, 100)  # seconds between two tries, and from a login to a new password
_NOBODY = np.iinfo(np.int64).max


def visits(day: Day, people: People, ways: Ways, orders: Orders, seen: Flags, rng: np.random.Generator) -> Records:
    """The day's rows of `logins`, local accounts: before the first order, now and then without one, and again later."""
    first = _first_orders(day, people.n, orders)
    idle = midnight(day.date) + (540 + (rng.random(people.n) * 360).astype(np.int64)) * MINUTE
    begins = first < _NOBODY
    comes = begins | (rng.random(people.n) < ways.of["login"])
    comes[[v.account for v in day.visits if v.event == "password_change"]] = True
    apps = people.account_no % 7919 % APPS  # an account keeps to its programme
    lead = (2 * 60_000 + (rng.random(people.n) * 23 * 60_000).astype(np.int64)) * MILLISECOND
    at = np.where(begins, first, idle) - lead
    parts = [_habitual(rng, np.flatnonzero(comes), at), _asked(day, ways, rng, at)]
    account, time, event, machine = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    rows = np.zeros(len(account), dtype=LOGIN)
    rows["account"], rows["event"], rows["app"] = account, event, apps[account]
    machine = np.where(machine < 0, day.machine[account], machine)
    rows["relay"], rows["machine"] = is_relay(machine), np.where(seen[account], machine, -1)
    rows["time"] = np.where(people.whole_seconds[account], time // SECOND * SECOND, time)
    found: Records = np.unique(rows)
    return found


def _first_orders(day: Day, n: int, orders: Orders) -> Integers:
    """Instant of every account's first order today, or a number larger than any."""
    sent = orders[~orders["earlier"]]
    first = np.full(n, _NOBODY)
    clock = day.market.clock(sent["contract"].astype(np.int64), day.index, sent["accepted"])
    np.minimum.at(first, sent["account"], clock)
    return first


def _habitual(rng: np.random.Generator, who: Integers, at: Integers) -> tuple[Integers, ...]:
    """The usual visits of ``who``: failed tries, the login, a new password, later logins; machine -1: today's."""
    count, at = len(who), at[who]
    fails = rng.binomial(_TRIES, _FAILS, count)
    again = rng.poisson(_AGAIN, count)
    changes = rng.random(count) < _CHANGES
    tries = np.repeat(at, fails) - 15 * SECOND - (rng.random(fails.sum()) * 90_000).astype(np.int64) * MILLISECOND
    later = np.repeat(at, again) + 6 * MINUTE + (rng.random(again.sum()) * 9_000_000).astype(np.int64) * MILLISECOND
    account = np.concatenate([who, np.repeat(who, fails), who[changes], np.repeat(who, again)])
    time = np.concatenate([at, tries, at[changes] + _gaps(rng, int(changes.sum()), _SOON), later])
    event = np.repeat([0, 1, 2, 0], [count, len(tries), int(changes.sum()), len(later)])
    return account, time, event, np.full(len(account), -1)


def _asked(day: Day, ways: Ways, rng: np.random.Generator, at: Integers) -> tuple[Integers, ...]:
    """What agents asked for; without an offset tries before the day's login, new passwords after it."""
    account = np.array([v.account for v in day.visits], dtype=np.int64)
    event = np.array([EVENTS.index(v.event) for v in day.visits], dtype=np.int64)
    machine = np.array([v.machine for v in day.visits], dtype=np.int64)
    offset = np.array([-1 if v.offset is None else v.offset for v in day.visits], dtype=np.int64)
    contract = day.market.ranks[ways.likes[account, 0], day.index, 0]
    opens = day.market.opening[contract, day.index]
    clock = day.market.clock(contract, day.index, np.clip(offset, opens, day.market.length[contract] - 1))
    changes = event == EVENTS.index("password_change")
    gaps = _gaps(rng, len(account), _BEFORE)
    back, left = np.zeros(len(account), dtype=np.int64), dict.fromkeys(account.tolist(), 0)
    for place in np.flatnonzero(~changes & (offset < 0))[::-1].tolist():
        back[place] = left[int(account[place])] = left[int(account[place])] + gaps[place]
    near = at[account] + np.where(changes, _gaps(rng, len(account), _SOON), -back)
    return account, np.where(offset < 0, near, clock), event, machine


def _gaps(rng: np.random.Generator, count: int, seconds: tuple[int, int]) -> Integers:
    """Whole milliseconds between two numbers of seconds, in microseconds."""
    found: Integers = rng.integers(seconds[0] * 1000, seconds[1] * 1000, count) * MILLISECOND
    return found
