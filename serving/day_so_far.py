"""What an alert's day holds up to its moment: of all alerts that count for its baseline grade, the one that decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ledger.group import Known
from rules_baseline.grade import deciding
from rules_baseline.related import Key, not_after, told_under
from rules_baseline.trigger import TriggerRecord


@dataclass(frozen=True, slots=True)
class DaySoFar:
    """The ``among`` alerts that one sees on its day: the one that decides their grade; null where there is none.

    The others cannot change the grade of the alert that sees them (``rules_baseline.grade.deciding``), so that
    neither a grade nor its evidence grows with the day.
    """

    decides: TriggerRecord | None
    among: int

    @property
    def records(self) -> list[TriggerRecord]:
        """What counts beside the alert itself: one record or none."""
        return [] if self.decides is None else [self.decides]

    def evidence(self) -> dict[str, Any]:
        """What a replay reads, and how many there were."""
        return {"baseline_read": [one.alert_id for one in self.records], "baseline_among": self.among}


def days_so_far(
    known: Sequence[Known], triggers: Sequence[TriggerRecord], looks: Sequence[frozenset[Key]]
) -> list[DaySoFar]:
    """Of alerts that are graded together: each sees what is on record and, of the others, those not raised after it.

    ``known`` is what the ledger holds of each, ``looks`` are the keys that its grade looks under.
    """
    told = [told_under(one) for one in triggers]
    return [_of_one(known[k], _others(k, triggers, told, looks[k])) for k in range(len(triggers))]


def _others(
    place: int, triggers: Sequence[TriggerRecord], told: Sequence[frozenset[Key]], keys: frozenset[Key]
) -> list[TriggerRecord]:
    """Those of ``triggers`` that count for the one at ``place``, as ``rules_baseline.related`` has it."""
    own = triggers[place]
    places = (k for k in range(len(triggers)) if k != place and keys & told[k])
    return not_after((triggers[k] for k in places), day=own.trading_day, moment=own.triggered_at)


def _of_one(known: Known, others: Sequence[TriggerRecord]) -> DaySoFar:
    recorded = [TriggerRecord.model_validate(one) for one in known.of_day]
    return DaySoFar(deciding([*recorded, *others]), known.among + len(others))
