"""Small markets in which everybody who is up to something is at it every day."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from simulation.kinds import LOOK_ALIKES, MISCONDUCT
from simulation.market import simulate
from simulation.scenario import Broker, LimitDay, LookAlike, MarketSettings, Offence, Scenario
from simulation.shares import Shares

LIMIT_DAYS = tuple(
    LimitDay(day=day, product=product, direction=direction)
    for day, product, direction in ((1, "TA", "up"), (3, "MA", "down"), (5, "SR", "up"))
)
ALWAYS: dict[str, Any] = {"act": 1.0, "spell": 1000.0, "pause": 0.0}


def busy(strength: float | None, **changes: Any) -> Scenario:
    """All kinds of misconduct in one strength; None: all look-alikes instead."""
    settings: dict[str, Any] = {
        "name": "busy",
        "market": MarketSettings(limit_day_share=0.0, forced_limit_days=LIMIT_DAYS),
        "broker": Broker(call=0.0, notice=0.5),
    }
    if strength is None:
        settings["look_alikes"] = tuple(LookAlike(kind=kind, per_1000=14, **ALWAYS) for kind in LOOK_ALIKES)
    else:
        mix = Shares({str(strength): 1.0})
        settings["misconduct"] = tuple(Offence(kind=kind, per_1000=14, strengths=mix, **ALWAYS) for kind in MISCONDUCT)
    return Scenario(**(settings | changes))


def played(folder: Path, scenario: Scenario, *, accounts: int = 150, days: int = 8, seed: int = 11) -> Path:
    """The folder of a simulated market."""
    simulate(folder / "events", accounts=accounts, days=days, seed=seed, scenario=scenario)
    return folder / "events"
