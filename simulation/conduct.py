"""Which role does what beyond its ordinary day, and how often."""

from __future__ import annotations

from collections.abc import Callable

from simulation import look_alikes, misconduct
from simulation.acts import cross, flood
from simulation.agents import meet_clients
from simulation.lives import live
from simulation.roles import DRESS, Role
from simulation.turn import Turn


def quiet_day(turn: Turn) -> None:
    """A day without an event; a guilty account may do a touch of the same, far below every limit."""
    if not DRESS[turn.account.role].guilty:
        return
    contract = turn.choose()
    if turn.account.role in {Role.SELF_TRADER, Role.RING_LEADER} and turn.rng.random() < 0.3:
        cross(turn, contract, int(turn.rng.integers(1, 3)), turn.account.index)
    elif turn.account.role in {Role.FLOODER, Role.SPOOFER} and turn.rng.random() < 0.3:
        flood(turn, contract, int(turn.rng.integers(10, 60)), ioc=False)
    else:
        turn.send(meet_clients(turn, live(turn, turn.draft(contract, turn.times(contract, 2), 1, 1))))


# role -> what it does, chance to enter and to leave a spell each day, chance to act on a day inside one
EVENTS: dict[Role, tuple[Callable[[Turn], None], float, float, float]] = {
    Role.SELF_TRADER: (misconduct.self_trade, 0.3, 0.2, 0.75),
    Role.GROUP_LEADER: (misconduct.group_trade, 0.3, 0.2, 0.7),
    Role.RING_LEADER: (misconduct.ring_trade, 0.3, 0.2, 0.65),
    Role.FLOODER: (misconduct.flood_plain, 0.25, 0.25, 0.6),
    Role.FAK_FLOODER: (misconduct.flood_ioc, 0.25, 0.25, 0.6),
    Role.SPOOFER: (misconduct.spoof, 0.3, 0.2, 0.75),
    Role.MARKET_MAKER: (look_alikes.two_desks_or_retreat, 1.0, 0.0, 0.4),
    Role.FAK_ARBITRAGEUR: (look_alikes.busy_arbitrage, 0.4, 0.25, 0.6),
    Role.BUGGY_PROGRAMME: (look_alikes.bug, 0.05, 0.9, 0.8),
    Role.MULTI_STRATEGY: (look_alikes.two_desks, 1.0, 0.0, 0.4),
    Role.LARGE_INSTITUTION: (look_alikes.large_retreat, 0.4, 0.4, 0.6),
    Role.CLUMSY: (look_alikes.two_desks, 0.5, 0.4, 0.5),
    Role.HEDGER: (look_alikes.wrong_flag, 0.08, 0.9, 0.8),
}
