"""How a challenger (挑战者) agrees with the champion on the alerts both graded: counts by pair of grades."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

GRADES = (1, 2, 3, 4, 5)


@dataclass
class Agreement:
    """Alerts by (champion's grade, challenger's grade); grades run from 1 (extreme) to 5 (low)."""

    pairs: Counter[tuple[int, int]] = field(default_factory=Counter)

    @property
    def alerts(self) -> int:
        """How many alerts both graded."""
        return self.pairs.total()

    @property
    def share(self) -> float | None:
        """Share of alerts with the same grade; null without alerts."""
        same = sum(count for (champion, challenger), count in self.pairs.items() if champion == challenger)
        return same / self.alerts if self.alerts else None

    @property
    def mean_difference(self) -> float | None:
        """Mean of (challenger - champion): positive is a milder challenger; null without alerts."""
        total = sum((challenger - champion) * count for (champion, challenger), count in self.pairs.items())
        return total / self.alerts if self.alerts else None

    def table(self) -> list[list[int]]:
        """Counts, a row a grade of the champion, a column a grade of the challenger, grade 1 first."""
        return [[self.pairs[champion, challenger] for challenger in GRADES] for champion in GRADES]


def agreements(shadows: Iterable[Mapping[str, Any]], by: str) -> dict[str, Agreement]:
    """Agreement from payloads of ``shadow`` entries, by the challenger's ``version`` or ``digest``; empty without any.

    >>> payload = {"challenger": {"digest": "d"}, "grade": 2, "baseline_of_champion": {"grade": 3}}
    >>> found = agreements([payload, payload], "digest")["d"]
    >>> found.table()[2], found.share, found.mean_difference
    ([0, 2, 0, 0, 0], 0.0, -1.0)
    """
    found: dict[str, Agreement] = {}
    for one in shadows:
        pair = one["baseline_of_champion"]["grade"], one["grade"]
        found.setdefault(str(one["challenger"][by]), Agreement()).pairs[pair] += 1
    return found
