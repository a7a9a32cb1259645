"""What a synthetic market is made of, and the files that say so: packaged scenarios and a reader's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from alertgrade.errors import AlertError
from simulation.investigator_settings import InvestigatorSettings
from simulation.scenario_parts import Broker, Drift, LimitDay, LookAlike, MarketSettings, Offence, Population
from simulation.strict_yaml import read

__all__ = [
    "Broker",
    "Drift",
    "LimitDay",
    "LookAlike",
    "MarketSettings",
    "Offence",
    "Population",
    "Scenario",
    "day_number",
    "load_scenario",
    "packaged_scenarios",
]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A whole market; what a file leaves out is as in these defaults, misconduct and look-alikes: none."""

    name: str = "unnamed"
    population: Population = field(default_factory=Population)
    misconduct: tuple[Offence, ...] = ()
    look_alikes: tuple[LookAlike, ...] = ()
    market: MarketSettings = field(default_factory=MarketSettings)
    drift: tuple[Drift, ...] = ()
    broker: Broker = field(default_factory=Broker)
    investigator: InvestigatorSettings = field(default_factory=InvestigatorSettings)

    def rate(self, kind: str, day: int, days: int) -> float:
        """Factor on the chance to act of ``kind`` on day number ``day`` of ``days``; 1 without drift."""
        return self._product("rate", day, days, kind)

    def strength(self, kind: str, day: int, days: int) -> float:
        """Factor on the strength of ``kind``; 1 without drift."""
        return self._product("strength", day, days, kind)

    def orders(self, day: int, days: int) -> float:
        """Factor on the number of ordinary orders; 1 without drift."""
        return self._product("orders", day, days)

    def volatility(self, day: int, days: int) -> float:
        """Volatility of prices against the usual, drift included."""
        return self.market.volatility * self._product("volatility", day, days)

    def _product(self, name: str, day: int, days: int, kind: str | None = None) -> float:
        found = 1.0
        for drift in self.drift:
            if day >= day_number(drift.from_day, days) and (kind is None or drift.kind in (None, kind)):
                found *= getattr(drift, name)
        return found


def day_number(when: float, days: int) -> int:
    """The day meant by ``when``: below 1 a share of the run, else a day counted from 0.

    >>> day_number(0.5, 60), day_number(20, 60), day_number(0.0, 60)
    (30, 20, 0)
    """
    return int(when * days) if when < 1 else int(when)


def packaged_scenarios() -> tuple[str, ...]:
    """Names of the scenarios that come with the package.

    >>> packaged_scenarios()
    ('broker', 'default', 'drifting', 'new_kind', 'quiet')
    """
    folder = files("simulation").joinpath("scenarios")
    return tuple(sorted(item.name[:-5] for item in folder.iterdir() if item.name.endswith(".yaml")))


def load_scenario(name_or_path: str | Path = "default") -> Scenario:
    """A packaged scenario by name, or one from a YAML file.

    `AlertError` where there is neither, and where the file breaks the rules of `read`: it names file and line.

    >>> load_scenario("quiet").misconduct
    ()
    """
    name = str(name_or_path)
    if name in packaged_scenarios():
        return read(Path(str(files("simulation").joinpath("scenarios", f"{name}.yaml"))), Scenario)
    path = Path(name_or_path)
    if not path.is_file():
        known = ", ".join(packaged_scenarios())
        raise AlertError(f"no scenario {name!r}", f"wanted one of {known}, or a YAML file", "check the name")
    return read(path, Scenario)
