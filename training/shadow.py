"""What a challenger said in the shadow, held against the champion: evidence from live alerts, from the ledger."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ledger.chain import Entry
from training.registry import ModelRegistry, Version

SHADOW_FILE = "shadow.json"  # beside the gate's: what a promotion rests on
GRADES = (1, 2, 3, 4, 5)


@dataclass
class Agreement:
    """Alerts by (champion's grade, challenger's grade)."""

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

    def table(self) -> list[list[int]]:
        """Counts, a row a grade of the champion, a column a grade of the challenger, grade 1 first."""
        return [[self.pairs[champion, challenger] for challenger in GRADES] for champion in GRADES]

    def to_json(self) -> str:
        """As text for the registry."""
        return json.dumps(
            {"alerts": self.alerts, "share": self.share, "champion_by_challenger": self.table()}, indent=1
        )


def agreements(entries: Iterable[Entry]) -> Mapping[str, Agreement]:
    """Agreement by the challenger's digest, from ``shadow`` entries of the ledger; empty without any.

    >>> payload = {"challenger": {"digest": "d"}, "grade": 2, "baseline_of_champion": {"grade": 3}}
    >>> entry = Entry(1, "shadow", "k", "", json.dumps(payload), "", "")
    >>> agreements([entry, entry])["d"].table()[2]
    [0, 2, 0, 0, 0]
    """
    found: dict[str, Agreement] = {}
    for entry in entries:
        payload = json.loads(entry.payload)
        pair = payload["baseline_of_champion"]["grade"], payload["grade"]
        found.setdefault(payload["challenger"]["digest"], Agreement()).pairs[pair] += 1
    return found


def keep_agreement(registry: ModelRegistry, version: Version, entries: Iterable[Entry]) -> Agreement | None:
    """How a version agreed with the champion so far, kept beside its gate; ``None`` where it never graded in shadow."""
    found = agreements(entries).get(version.digest)
    if found is not None:
        registry.keep(version.version, SHADOW_FILE, found.to_json())
    return found
