"""Features of many past alerts, each as known at its own moment: the offline store behind the reader's interface."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from alertgrade.errors import AlertError
from features.build import BuildRecord
from features.catalogue import STORED
from features.reader import FeatureRow, feature_row
from features.rows import as_rows, moments_of
from features.store import covered_day
from rules_baseline.trigger import TriggerRecord

if TYPE_CHECKING:
    from features.store import OfflineAndOnlineStore


@dataclass(frozen=True, slots=True)
class PointInTimeReader:
    """``serving.timed_reader.FeatureReader`` over rows joined once; asked for another moment it raises."""

    rows: dict[tuple[str, datetime], dict[str, float | None]]
    record: BuildRecord

    @classmethod
    def of(cls, store: OfflineAndOnlineStore, triggers: Sequence[TriggerRecord]) -> PointInTimeReader:
        """Join the features of all ``triggers`` at once."""
        values = as_rows(store.historical(moments_of(triggers))[list(STORED)])
        keys = ((trigger.account_id, trigger.triggered_at) for trigger in triggers)
        return cls(dict(zip(keys, values, strict=True)), BuildRecord.read(store.offline))

    def read(self, account_id: str, *, trading_day: date, at: datetime) -> FeatureRow:
        """The features of one account as known at ``at``."""
        values = self.rows.get((account_id, at))
        if values is None:
            raise AlertError(f"{account_id} at {at} was not joined", "wanted an alert of the file")
        return feature_row(values, covered_day(self.record, at), trading_day)
