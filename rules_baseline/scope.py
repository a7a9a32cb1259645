"""Which rules to run and which trading days to answer for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow.compute as pc

from alertgrade.errors import AlertError


@dataclass(frozen=True, slots=True)
class Scope:
    """Rule ids (None: all) and days from ``first`` to ``last``, both included (None: no end).

    Data before ``first`` is still read for windows and occurrences. Raises ``AlertError`` where the days are empty.

    >>> Scope(first=date(2026, 3, 2)).answers_for(date(2026, 3, 1))
    False
    """

    only: frozenset[str] | None = None
    first: date | None = None
    last: date | None = None

    def __post_init__(self) -> None:
        if self.first is not None and self.last is not None and self.first > self.last:
            raise AlertError(f"--from {self.first} --to {self.last}", "wanted --from no later than --to")

    def answers_for(self, day: date) -> bool:
        """Whether a trading day is asked for."""
        return (self.first is None or day >= self.first) and (self.last is None or day <= self.last)

    def of_findings(self, findings: Any) -> Any:
        """The rows of an Arrow table of findings on days asked for."""
        days = findings.column("trading_day")
        for bound, keep in ((self.first, pc.greater_equal), (self.last, pc.less_equal)):
            if bound is not None:
                findings = findings.filter(keep(days, bound))
                days = findings.column("trading_day")
        return findings

    def __str__(self) -> str:
        """As it was asked for, such as ``--from 2026-03-02 --to 2026-03-31``."""
        ends = (("--from", self.first), ("--to", self.last))
        return " ".join(f"{name} {day}" for name, day in ends if day is not None)


EVERYTHING = Scope()


def refuse_empty(scope: Scope, events: Any) -> None:
    """Raise ``AlertError`` where days are asked for of which ``features.events.load.Events`` hold none."""
    if scope.first is None and scope.last is None:
        return
    rows = events.backend.con.execute("SELECT trading_day FROM trading_days ORDER BY trading_day").fetchall()
    days = [day for (day,) in rows]
    if not any(map(scope.answers_for, days)):
        held = f"from {days[0]} to {days[-1]}" if days else "none"
        raise AlertError(f"no trading day of the data is in {scope}", f"the data hold {held}", "ask for days of them")
