"""Agents that break the rules, each in its own strength, from obvious to below every limit."""

from __future__ import annotations

from simulation.acts import SELF_LIMIT, cross, flood, layer, planned, strength_today, trade_against
from simulation.agents import partner_of
from simulation.turn import Turn


def self_trade(turn: Turn) -> None:
    """Guilty: buys from itself to paint volume."""
    contract, count = turn.choose(), planned(turn, SELF_LIMIT)
    cross(turn, contract, count, turn.account.index)
    turn.mean("self_trading", strength_today(turn), contract, count)


def group_trade(turn: Turn) -> None:
    """Guilty: a declared group's two members trade with each other."""
    contract, count, partner = turn.choose(), planned(turn, SELF_LIMIT), partner_of(turn.account)
    cross(turn, contract, count, partner)
    turn.mean("group_self_trading", strength_today(turn), contract, count, partner=partner)


def ring_trade(turn: Turn) -> None:
    """Guilty: an undeclared pair trades with each other, and the leader slips into trading with itself."""
    contract, count, partner = turn.choose(), planned(turn, SELF_LIMIT), partner_of(turn.account)
    cross(turn, contract, 2 * count, partner)
    cross(turn, contract, count, turn.account.index)
    turn.mean("ring_trading", strength_today(turn), contract, count, partner=partner)


def flood_plain(turn: Turn) -> None:
    """Guilty: client cancels where these count; now and then FAK where both do."""
    contract = turn.choose()
    count = planned(turn, turn.contract(contract).cancel_limit)
    terms = turn.contract(contract)
    flood(turn, contract, count, ioc=not terms.exempts_ioc and turn.rng.random() < 0.2)
    turn.mean("cancel_flooding", strength_today(turn), contract, count)


def flood_ioc(turn: Turn) -> None:
    """Guilty: FAK and FOK orders that never meant to trade, on contracts with an order fee."""
    contract = turn.choose()
    count = planned(turn, turn.contract(contract).cancel_limit)
    flood(turn, contract, count, ioc=True)
    turn.mean("fak_flooding", strength_today(turn), contract, count)


def spoof(turn: Turn) -> None:
    """Guilty: layers of large orders around small fills; the faint stay under the size that counts."""
    contract = turn.choose()
    count = planned(turn, turn.contract(contract).large_limit)
    layer(turn, contract, count, (0.85, 1.1) if turn.account.strength < 0.3 else (1.0, 1.3))
    trade_against(turn, contract, 2 * int(turn.rng.integers(3, 10)))
    turn.mean("large_order_cancelling", strength_today(turn), contract, count)
