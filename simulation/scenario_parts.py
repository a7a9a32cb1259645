"""The parts of a scenario as frozen settings that check themselves: people, misconduct, prices, drift, the broker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulation.kinds import LOOK_ALIKES, MISCONDUCT
from simulation.products import PRODUCTS
from simulation.roles import Role
from simulation.shares import Shares
from simulation.strict_yaml import Unfit, check_ranges

_ROLES = Shares(
    {
        "retail": 560.0,
        "day_trader": 120.0,
        "market_maker": 15.0,
        "arbitrageur": 35.0,
        "hedger": 50.0,
        "programmatic": 60.0,
        "dormant": 100.0,
        "institution": 60.0,
    }
)
_LIMITED = tuple(product.code for product in PRODUCTS if not product.is_option)
_MIX = Shares({"0.9": 0.25, "0.65": 0.25, "0.4": 0.25, "0.15": 0.25})


def _within(least: float, most: float, default: Any) -> Any:
    return field(default=default, metadata={"within": (least, most)})


@dataclass(frozen=True, slots=True)
class Population:
    """Accounts by role, per 1,000 (retail takes what is missing), and units of them, per 1,000 accounts."""

    roles: Shares = _ROLES
    employees: float = _within(0, 1000, 20.0)  # accounts of the broker's own staff
    introducers: float = _within(0, 200, 5.0)  # 居间人, each with some fifteen to sixty clients
    families: float = _within(0, 200, 20.0)  # two to four accounts at one device
    offices: float = _within(0, 200, 8.0)  # three to six accounts behind one address
    declared_groups: float = _within(0, 200, 14.0)  # 实控组 of two to four
    undeclared_groups: float = _within(0, 200, 10.0)  # the same, undeclared
    recorded: float = _within(0, 1, 0.2)  # share of undeclared groups that the broker has on its books
    mixed_types: float = _within(0, 1, 0.3)  # share of accounts whose type says nothing of their role

    def __post_init__(self) -> None:
        check_ranges(self)
        known = {role.name.lower() for role in Role}
        for name, share in self.roles.items():
            if name not in known:
                raise Unfit("roles", name, f"roles among {', '.join(sorted(known))}")
            if share < 0:
                raise Unfit("roles", share, "shares of at least 0")
        if sum(self.roles.values()) > 1000.0001:
            raise Unfit("roles", sum(self.roles.values()), "shares that sum to at most 1000")


@dataclass(frozen=True, slots=True)
class Offence:
    """One kind of misconduct: how many units of it there are, how strong, when, and how they take a warning."""

    kind: str
    per_1000: float = _within(0, 300, 5.0)
    strengths: Shares = _MIX  # strength: weight
    first_day: float = _within(0, 100_000, 0.0)  # a share of the run below 1, else a day counted from 0
    last_day: float | None = _within(0, 100_000, None)  # likewise
    act: float = _within(0, 1, 0.6)  # chance to act on a day of a spell
    spell: float = _within(1, 10_000, 12.0)  # mean days of a spell
    pause: float = _within(0, 10_000, 10.0)  # mean days between spells; 0: one spell without end
    adapt: float = _within(0, 1, 0.7)  # chance to change after the broker called

    def __post_init__(self) -> None:
        check_ranges(self)
        if self.kind not in MISCONDUCT:
            raise Unfit("kind", self.kind, f"one of {', '.join(MISCONDUCT)}")
        _check_strengths(self.strengths)
        _check_days(self.first_day, self.last_day)


@dataclass(frozen=True, slots=True)
class LookAlike:
    """One kind of innocent conduct that resembles misconduct."""

    kind: str
    per_1000: float = _within(0, 300, 5.0)
    first_day: float = _within(0, 100_000, 0.0)
    last_day: float | None = _within(0, 100_000, None)
    act: float = _within(0, 1, 0.5)
    spell: float = _within(1, 10_000, 8.0)
    pause: float = _within(0, 10_000, 12.0)
    adapt: float = _within(0, 1, 0.7)  # the innocent mend their programmes after a call

    def __post_init__(self) -> None:
        check_ranges(self)
        if self.kind not in LOOK_ALIKES:
            raise Unfit("kind", self.kind, f"one of {', '.join(LOOK_ALIKES)}")
        _check_days(self.first_day, self.last_day)


@dataclass(frozen=True, slots=True)
class LimitDay:
    """A day on which a product is made to close at its limit, ``up`` or ``down``."""

    day: int = _within(0, 100_000, 0)
    product: str = "TA"
    direction: str = "up"

    def __post_init__(self) -> None:
        check_ranges(self)
        if self.product not in _LIMITED:
            raise Unfit("product", self.product, f"one of {', '.join(_LIMITED)}")
        if self.direction not in ("up", "down"):
            raise Unfit("direction", self.direction, "up or down")


@dataclass(frozen=True, slots=True)
class MarketSettings:
    """Prices: share of product-days that touch a limit, days forced to, and volatility against the usual."""

    limit_day_share: float = _within(0, 1, 0.004)
    forced_limit_days: tuple[LimitDay, ...] = ()
    volatility: float = _within(0.05, 10, 1.0)

    def __post_init__(self) -> None:
        check_ranges(self)


@dataclass(frozen=True, slots=True)
class Drift:
    """From a day on: factors on the rate of one kind (or all), on its strength, on ordinary orders, on volatility."""

    from_day: float = _within(0, 100_000, 0.5)
    kind: str | None = None
    rate: float = _within(0, 100, 1.0)
    strength: float = _within(0, 5, 1.0)
    orders: float = _within(0.01, 20, 1.0)
    volatility: float = _within(0.05, 20, 1.0)

    def __post_init__(self) -> None:
        check_ranges(self)
        if self.kind is not None and self.kind not in MISCONDUCT + LOOK_ALIKES:
            raise Unfit("kind", self.kind, f"one of {', '.join(MISCONDUCT + LOOK_ALIKES)}")


@dataclass(frozen=True, slots=True)
class Broker:
    """The broker's calls after a day over a limit, and the exchange's notices."""

    call: float = _within(0, 1, 0.25)
    notice: float = _within(0, 1, 0.06)

    def __post_init__(self) -> None:
        check_ranges(self)


def _check_days(first: float, last: float | None) -> None:
    """A last day before the first one; a share and a number of days cannot be compared before the run is known."""
    if last is not None and last < first and (last < 1) == (first < 1):
        raise Unfit("last_day", last, f"a day from first_day {first:g} on")


def _check_strengths(mix: Mapping[str, float]) -> None:
    try:
        numbers = [float(name) for name in mix]
    except ValueError:
        raise Unfit("strengths", list(mix), "strengths in (0, 1] as keys") from None
    if not numbers or not all(0 < number <= 1 for number in numbers):
        raise Unfit("strengths", list(mix), "strengths in (0, 1] as keys")
    if min(mix.values()) < 0 or sum(mix.values()) <= 0:
        raise Unfit("strengths", list(mix.values()), "weights of at least 0, one above it")
