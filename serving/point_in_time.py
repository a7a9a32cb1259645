"""Features of many past alerts, each as known at its own moment: the offline store behind the reader's interface."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from alertgrade.errors import AlertError
from features.availability import available_at
from features.build import BuildRecord
from features.catalogue import STORED
from features.reader import STALE_AFTER_DAYS, FeatureRow
from features.store import covered_day
from rules_baseline.trigger import TriggerRecord

if TYPE_CHECKING:
    from features.store import OfflineAndOnlineStore


@dataclass(frozen=True, slots=True)
class PointInTimeReader:
    """``serving.timed_reader.FeatureReader`` over rows joined once; asked for another moment it raises."""

    rows: dict[tuple[str, datetime], dict[str, float | None]]
    record: BuildRecord
    days: list[date]

    @classmethod
    def of(cls, store: OfflineAndOnlineStore, triggers: Sequence[TriggerRecord]) -> PointInTimeReader:
        """Join the features of all ``triggers`` at once."""
        keys = [(trigger.account_id, trigger.triggered_at) for trigger in triggers]
        record = BuildRecord.read(store.offline)
        if not keys:
            return cls({}, record, [])
        moments = pd.DataFrame(keys, columns=["account_id", "event_timestamp"])
        moments["event_timestamp"] = moments["event_timestamp"].astype("datetime64[us, UTC]")
        moments["trading_day"] = [trigger.trading_day for trigger in triggers]
        values = store.historical(moments)[list(STORED)].to_numpy()
        rows = {key: _nullable(row) for key, row in zip(keys, values, strict=True)}
        return cls(rows, record, store._days())

    def read(self, account_id: str, *, trading_day: date, at: datetime) -> FeatureRow:
        """The features of one account as known at ``at``."""
        values = self.rows.get((account_id, at))
        if values is None:
            raise AlertError(f"{account_id} at {at} was not joined", "wanted an alert of the file")
        covered = covered_day(self.record, self.days, at)
        if covered is None:
            return FeatureRow(values, None, None, stale=True)
        age = max(int(np.busday_count(covered, trading_day)) - 1, 0)
        return FeatureRow(values, available_at(covered), age, stale=age > STALE_AFTER_DAYS)


def _nullable(row: np.ndarray[tuple[int], np.dtype[np.float64]]) -> dict[str, float | None]:
    return {name: None if math.isnan(value) else float(value) for name, value in zip(STORED, row, strict=True)}
