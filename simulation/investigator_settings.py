"""How the synthetic risk desk works: its people, what they can see, what sways them, how long they take."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from features.events.schema import OUTCOMES
from simulation.strict_yaml import Unfit, check_ranges


def _within(least: float, most: float, default: float) -> Any:
    return field(default=default, metadata={"within": (least, most)})


def _share(default: float) -> Any:
    return _within(0.0, 1.0, default)


@dataclass(frozen=True, slots=True)
class InvestigatorSettings:
    """Every number of the investigator model; section ``investigator`` of a scenario.

    Severities are on the latent scale of ``cuts``: a case reaching cut k is at least outcome k + 1. Shares and weights
    are in [0, 1]; times are hours. ``Unfit`` naming the field where a value is out of its range.

    >>> InvestigatorSettings(blind_share=0.0).blind_share
    0.0
    >>> InvestigatorSettings(blind_share=1.5)
    Traceback (most recent call last):
    ...
    simulation.strict_yaml.Unfit: blind_share is 1.5; wanted a number from 0 to 1
    """

    # the desk: one entry a reviewer, named r1, r2, ...
    strictness: tuple[float, ...] = (-0.35, -0.15, 0.0, 0.15, 0.35)  # how much worse than the facts each one judges
    thoroughness: tuple[float, ...] = (0.75, 0.95, 0.6, 0.85, 0.7)  # how much of what can be found each one finds
    # strictness of all over time, in weekdays from the market's first alert
    step: float = 0.0  # added from `step_day` on
    step_day: float = _within(0, 100_000, 0.0)  # below 1: a share of the run
    slope: float = 0.0  # added over every 250 weekdays
    # what is seen
    visibility: float = _within(0, 10, 1.0)  # times the visibility of each kind of misconduct
    hidden: float = _share(0.25)  # share of the true strength that shows even where the truth is not found
    noise: float = _within(0, 5, 0.35)  # standard deviation of a judgement, one a case
    believed: float = _share(0.85)  # share of look-alikes whose explanation is believed
    suspicion: float = _share(0.35)  # strength read into a look-alike that is not believed
    # what sways
    anchoring: float = _share(0.2)  # weight of the grade that was shown
    blind_share: float = _share(0.15)  # of cases, shown no grade
    cuts: tuple[float, ...] = (0.95, 1.85, 2.95, 4.6)
    # how long it takes
    shortest_hours: float = 1.0
    median_hours: float = 22.0
    longest_hours: float = 240.0
    backlog: float = _within(0, 5, 0.6)  # how much of a backlog above the usual goes into the delay
    undecided: float = _share(0.08)  # share of cases that never get a decision
    noted: float = _share(0.3)  # share of decisions with a note
    # the coin that can sit in the reviewers' place
    coin_mix: tuple[float, ...] = (0.5, 0.26, 0.14, 0.07, 0.03)
    # the random audit of accounts without an alert
    audit_every: int = _within(0, 100_000, 20)  # trading days between two audits; 0: none
    audit_share: float = _share(0.05)  # of the accounts without an alert since the audit before

    def __post_init__(self) -> None:
        check_ranges(self)
        if len(self.strictness) != len(self.thoroughness) or not self.strictness:
            raise Unfit("thoroughness", self.thoroughness, "as many numbers as in strictness, one at least")
        if not all(0 <= value <= 1 for value in self.thoroughness):
            raise Unfit("thoroughness", self.thoroughness, "shares in [0, 1]")
        if len(self.cuts) != len(OUTCOMES) - 1 or list(self.cuts) != sorted(set(self.cuts)):
            raise Unfit("cuts", self.cuts, f"{len(OUTCOMES) - 1} rising numbers")
        if not 0 < self.shortest_hours <= self.median_hours <= self.longest_hours:
            raise Unfit("median_hours", self.median_hours, "a time between the shortest (above 0) and the longest")
        if len(self.coin_mix) != len(OUTCOMES) or min(self.coin_mix) < 0 or abs(sum(self.coin_mix) - 1) > 1e-9:
            raise Unfit("coin_mix", self.coin_mix, f"{len(OUTCOMES)} shares that sum to 1")

    @property
    def reviewers(self) -> tuple[str, ...]:
        """Names of the reviewers, ``r1`` first."""
        return tuple(f"r{n}" for n in range(1, len(self.strictness) + 1))
