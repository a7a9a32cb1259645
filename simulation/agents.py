"""What accounts do when they mean no harm: the ordinary day of every role, and who takes the other side."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simulation.accounts import Account
from simulation.lives import immediate, linger, live, send_back
from simulation.orders import GFD, MARKET, STOP, Orders, usual_hedge
from simulation.roles import CAST, DRESS, LIQUIDITY_LOTS, LIQUIDITY_SLOTS, Role
from simulation.turn import Turn

# role -> share of days on which it trades, fewest and most orders on such a day
_BUSY: dict[Role, tuple[float, int, int]] = {
    Role.RETAIL: (0.45, 2, 8),
    Role.FAMILY: (0.45, 2, 8),
    Role.DAY_TRADER: (0.9, 15, 50),
    Role.DORMANT: (0.01, 1, 3),
    Role.INSTITUTION: (0.5, 5, 15),
    Role.HEDGER: (0.7, 4, 12),
    Role.MULTI_STRATEGY: (0.95, 30, 80),
    Role.BUGGY_PROGRAMME: (0.95, 30, 80),
    Role.LARGE_INSTITUTION: (0.7, 6, 20),
    Role.CLUMSY: (0.8, 8, 30),
    Role.RING_MEMBER: (0.5, 2, 10),
    Role.MARKET_MAKER: (1.0, 30, 75),
    Role.FAK_ARBITRAGEUR: (1.0, 40, 160),
}
_GUILTY_BUSY = (0.7, 5, 30)
_FAK_SHARE = 0.3  # of a programme's orders that found nobody
_INSIDE_SHARE = 0.1  # ordinary whole fills that meet another client of the same broker
_EXCHANGES_WITH_MARKET_ORDERS = {"DCE", "CZCE", "CFFEX"}


def ordinary_day(turn: Turn) -> None:
    """Trade as the role does on a day like any other; a large open position is brought home first."""
    role, rng = turn.account.role, turn.rng
    share, fewest, most = _BUSY.get(role, _GUILTY_BUSY)
    if rng.random() >= share:
        return
    bring_home(turn)
    if role is Role.MARKET_MAKER:
        quote(turn, int(rng.integers(fewest, most)))
        return
    if role is Role.FAK_ARBITRAGEUR:
        arbitrage(turn, int(rng.integers(fewest, most)))
        return
    contract, count = turn.choose(), int(rng.integers(fewest, most + 1))
    first = 1 if rng.random() < 0.5 else -1
    sides = first * (1 - 2 * (np.arange(count) % 2))
    volume = rng.integers(1, turn.account.lots + 1, count)
    orders = turn.draft(
        contract,
        turn.times(contract, count),
        sides,
        volume,
        behind=rng.integers(-1, 4, count),
        hedge=usual_hedge(role),
    )
    turn.send(meet_clients(turn, _varied(turn, live(turn, orders))))


def bring_home(turn: Turn) -> None:
    """Close what is carried where it exceeds a few orders' worth, early in the day; the largest two first."""
    large = {contract: net for contract, net in turn.carried.items() if abs(net) > 2 * turn.account.lots}
    for contract in sorted(large, key=lambda n: (-abs(large[n]), n))[:2]:
        lots = min(abs(large[contract]), turn.contract(contract).max_order_volume or 100)
        side = -1 if large[contract] > 0 else 1
        hedge = usual_hedge(turn.account.role)
        order = turn.draft(contract, turn.times(contract, 1, 0.1), side, lots, behind=-1, hedge=hedge)
        turn.send(live(turn, order, fill=1.0))


def _varied(turn: Turn, orders: Orders) -> Orders:
    """A few stop, market and fill-and-kill orders, and now and then one good till cancelled."""
    rng, contract = turn.rng, turn.contract(int(orders["contract"][0]))
    kind = rng.random(len(orders))
    if contract.exchange in _EXCHANGES_WITH_MARKET_ORDERS:
        orders["order_type"][(kind < 0.03) & (orders["filled"] == orders["volume"])] = MARKET
    if contract.exchange == "DCE":
        orders["order_type"][kind > 0.98] = STOP
    if turn.account.is_programmatic:
        missed = (orders["filled"] == 0) & ~orders["rejected"] & (kind < _FAK_SHARE)
        orders[missed] = send_back(orders[missed])
    idle = np.flatnonzero((orders["filled"] == 0) & ~orders["rejected"] & (orders["time_in_force"] == GFD))
    if len(idle) and rng.random() < 0.1:
        orders[idle[:1]] = linger(turn, orders[idle[:1]])
    return orders


def meet_clients(turn: Turn, orders: Orders) -> Orders:
    """Some whole fills of orders on one contract meet an account of the same block that stands later in the cast."""
    account, terms = turn.account, turn.contract(int(orders["contract"][0]))
    slots = [slot for slot in LIQUIDITY_SLOTS if slot > account.slot and DRESS[CAST[slot]].trades(terms)]
    if not slots:
        return orders
    whole = (orders["filled"] == orders["volume"]) & (orders["later_fill"] == 0)
    small = orders["volume"] <= 2 * LIQUIDITY_LOTS
    inside = whole & small & (turn.rng.random(len(orders)) < _INSIDE_SHARE)
    found = account.at_slot(0) + turn.rng.choice(slots, len(orders))
    orders["partner"][inside] = found[inside]
    return orders


def quote(turn: Turn, pairs: int) -> None:
    """Both sides quoted and re-quoted all day: many cancels, all marked as market making."""
    contract = turn.account.favourites[turn.day % 2]
    offsets = np.repeat(turn.times(contract, pairs), 2)
    sides = np.tile([1, -1], pairs)
    orders = turn.draft(contract, offsets, sides, turn.account.lots, behind=2, hedge=usual_hedge(turn.account.role))
    turn.send(live(turn, orders, fill=0.12, partial=0.05, cancel=1.0))


def arbitrage(turn: Turn, count: int, contract: int | None = None) -> None:
    """Fill-and-kill orders at prices that are mostly gone: the exchange sends most of them back."""
    contract = turn.choose() if contract is None else contract
    sides = turn.rng.choice([1, -1], count)
    orders = turn.draft(
        contract,
        turn.times(contract, count, 0.6),
        sides,
        turn.rng.integers(1, turn.account.lots + 1, count),
        behind=0,
        hedge=usual_hedge(turn.account.role),
    )
    turn.send(immediate(turn, orders, fill=0.08))


def spell(draws: npt.NDArray[np.float64], enter: float, leave: float) -> npt.NDArray[np.bool_]:
    """Days in a spell, from one uniform draw a day; begins as if it had gone on for long.

    A longer series has the same beginning.

    >>> spell(np.array([0.9, 0.1, 0.5, 0.05, 0.9]), enter=0.2, leave=0.1).tolist()
    [False, True, True, False, False]
    """
    days = np.zeros(len(draws), dtype=np.bool_)
    for day, draw in enumerate(draws.tolist()):
        if day == 0:
            days[day] = draw * (enter + leave) < enter
        else:
            days[day] = draw >= leave if days[day - 1] else draw < enter
    return days


def partner_of(account: Account) -> int:
    """The next account in the cast: a group's or ring's second member."""
    return account.index + 1
