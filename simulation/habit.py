"""How one account trades on a day like any other: numbers only, filled in by role in ``roles``."""

from __future__ import annotations

from dataclasses import dataclass

from simulation.orders import SPECULATION


@dataclass(frozen=True, slots=True)
class Habit:
    """The ordinary trading of one account; shares and chances lie in [0, 1], defaults are a quiet private client.

    On an active day the number of orders is log-uniform in [``fewest``, ``most``]. Of the orders that are not
    fill-and-kill, ``fill`` fill whole, ``partial`` in part, and of the rest ``cancel`` are cancelled by the client
    after ``patience`` seconds on average (heavy tail); what is left expires with the day.
    """

    active: float = 0.3  # share of days on which it trades
    fewest: int = 1
    most: int = 8  # orders of an active day
    hedge: int = SPECULATION  # flag of its ordinary orders
    fill: float = 0.7
    partial: float = 0.08
    cancel: float = 0.8
    patience: float = 60.0
    fak: float = 0.0  # share of orders sent fill-and-kill or fill-or-kill
    fak_fill: float = 0.2  # share of those that find somebody
    market_share: float = 0.02  # of market orders, where the exchange has them
    stop_share: float = 0.02  # of stop orders, where the exchange has them
    lasting: float = 0.0  # share of orders good till cancelled
    legs: float = 0.0  # share of orders sent as spreads of two legs, hedge flag arbitrage
    quotes: bool = False  # quotes both sides all day; ``fewest`` and ``most`` then count quotes, of two orders each
    behind: tuple[int, int] = (-1, 3)  # ticks its prices stand behind the market, lowest and highest
    inside: float = 0.9  # share of whole fills open to a match with another client of the broker
    carries: float = 0.5  # chance that a position is kept overnight
    stretch: float = 1.0  # share of the day over which its orders spread
    second: float = 0.25  # share of orders on another contract than the day's favourite
    far: float = 0.03  # share of orders on an inactive contract
    machines: int = 1  # own machines it uses in turn, 1 to 4
    relay: bool = False  # comes through a relay shared by many
    login: float = 0.12  # chance to log in on a day without an order
    cash: float = 0.02  # chance of a deposit or withdrawal a day
    tops_up: float = 0.5  # chance to pay in after losing most of the money, else it stops trading
