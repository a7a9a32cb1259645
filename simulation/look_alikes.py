"""Innocent accounts that look as if they broke the rules."""

from __future__ import annotations

from simulation.acts import SELF_LIMIT, cross, flood, layer, planned
from simulation.agents import arbitrage
from simulation.orders import MARKET_MAKING, SPECULATION
from simulation.roles import Role
from simulation.turn import Turn

_INNOCENT_REACH = (0.75, 1.25)


def two_desks(turn: Turn) -> None:
    """Innocent: two strategies (or quoting desks) of one account meet by accident, one of them unflagged."""
    contract = turn.choose()
    hedge = MARKET_MAKING if turn.account.role is Role.MARKET_MAKER else SPECULATION
    count = planned(turn, SELF_LIMIT, (0.4, 1.6))
    cross(turn, contract, count, turn.account.index, hedge)
    turn.mean(turn.account.role.value, 0.0, contract, count)


def large_retreat(turn: Turn) -> None:
    """Innocent: a large client (or quoting desk) pulls its resting orders when the market moves."""
    contract = turn.choose()
    count = planned(turn, turn.contract(contract).large_limit, _INNOCENT_REACH)
    layer(turn, contract, count, (1.0, 1.1))
    turn.mean(turn.account.role.value, 0.0, contract, count)


def two_desks_or_retreat(turn: Turn) -> None:
    """Innocent: what happens to a market maker: mostly the one, sometimes the other."""
    (two_desks if turn.rng.random() < 0.7 else large_retreat)(turn)


def busy_arbitrage(turn: Turn) -> None:
    """Innocent: a day of many missed FAK orders."""
    contract = turn.choose()
    count = planned(turn, turn.contract(contract).cancel_limit, (0.75, 1.35))
    arbitrage(turn, count, contract)
    turn.mean(turn.account.role.value, 0.0, contract, count)


def bug(turn: Turn) -> None:
    """Innocent: one day on which a programme runs wild, then it is mended."""
    contract = turn.choose()
    count = planned(turn, turn.contract(contract).cancel_limit, (0.9, 1.6))
    flood(turn, contract, count, ioc=False)
    if turn.rng.random() < 0.4:
        cross(turn, contract, int(turn.rng.integers(3, 9)), turn.account.index)
    turn.mean("programme_bug", 0.0, contract, count)


def wrong_flag(turn: Turn) -> None:
    """Innocent: a hedger's orders sent without their hedging flag, cancelled and sent again."""
    contract = turn.choose()
    cross(turn, contract, int(turn.rng.integers(3, 8)), turn.account.index)
    turn.mean(turn.account.role.value, 0.0, contract, SELF_LIMIT)
