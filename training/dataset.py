"""The dataset: past alerts with their dispositions, features as they were known at the alert."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import pandas as pd

from alertgrade.errors import AlertError
from features.alert_context import alert_context
from features.catalogue import FAMILIES, STORED
from features.events.schema import OUTCOMES
from features.rows import moments_of
from rules_baseline.trigger import TriggerRecord

GRADE_OF_OUTCOME = {outcome: 5 - rank for rank, outcome in enumerate(OUTCOMES)}  # no_action 5 ... referred 1


LABEL_COLUMNS = (  # of ``Dataset.alerts``, from the disposition
    *("outcome", "decided_at", "case", "decided_by", "grade_given", "grade_shown", "blind", "sample"),
    "sample_probability",
)


class PointInTimeStore(Protocol):
    """The one verb of the feature store that training needs."""

    def historical(self, moments: pd.DataFrame) -> pd.DataFrame:
        """Features as known at each moment."""


@dataclass(frozen=True, slots=True)
class LabelledAlert:
    """One past alert and how it was disposed of."""

    trigger: TriggerRecord
    outcome: str
    decided_at: datetime
    case_id: str | None = None  # null: imported
    decided_by: str | None = None
    grade_given: int | None = None  # null: never graded
    grade_shown: int | None = None  # null: none was shown, or it is not on record
    blind: bool | None = None  # null: not on record
    sample: str | None = None  # why it was drawn for labelling; null: it came by itself
    sample_probability: float | None = None

    @property
    def case(self) -> str:
        """What was decided at once: the case, or where none is on record the subject and the instant.

        Alerts of one case share one disposition, so what was imported is told apart by who was decided on, and when.
        """
        return self.case_id or f"{self.trigger.subject_type}:{self.trigger.subject_id}:{self.decided_at.isoformat()}"


@dataclass(frozen=True, slots=True)
class Dataset:
    """Rows of equal order: ``alerts`` (trigger columns, ``LABEL_COLUMNS``, grade), ``X``, the trigger records."""

    alerts: pd.DataFrame
    X: pd.DataFrame
    triggers: tuple[TriggerRecord, ...]

    @property
    def y(self) -> pd.Series[int]:
        """Grades, 1 extreme to 5 low."""
        return self.alerts["grade"]

    def digest(self) -> str:
        """SHA-256 over rows, features and labels: equal digests mean the same training data."""
        parts = [self.alerts.to_csv(index=False), self.X.to_csv(index=False)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def known_labels(labelled: Sequence[LabelledAlert], known_by: datetime) -> list[LabelledAlert]:
    """Those decided at or before ``known_by``, by (triggered_at, alert_id)."""
    known = [row for row in labelled if row.decided_at <= known_by]
    return sorted(known, key=lambda row: (row.trigger.triggered_at, row.trigger.alert_id))


def build_dataset(labelled: Sequence[LabelledAlert], store: PointInTimeStore, *, known_by: datetime) -> Dataset:
    """Join labelled alerts with their features at the alert; labels decided after ``known_by`` are unknown.

    Rows are ordered by (triggered_at, alert_id). ``AlertError`` where no label is known by then.
    """
    known = known_labels(labelled, known_by)
    if not known:
        raise AlertError(f"no disposition was decided by {known_by:%Y-%m-%d}", "wanted labelled alerts to train on")
    triggers = tuple(row.trigger for row in known)
    alerts = pd.DataFrame([t.model_dump(exclude={"evidence"}) for t in triggers])
    for name in LABEL_COLUMNS:
        alerts[name] = pd.Series([getattr(row, name) for row in known], dtype=object)
    for name in ("triggered_at", "decided_at"):
        alerts[name] = pd.to_datetime(alerts[name], utc=True).astype("datetime64[us, UTC]")
    alerts["grade"] = alerts["outcome"].map(GRADE_OF_OUTCOME).astype(int)
    return Dataset(alerts, feature_rows(triggers, store), triggers)


def feature_rows(triggers: Sequence[TriggerRecord], store: PointInTimeStore) -> pd.DataFrame:
    """Feature rows of alerts at their own moments: stored families by point-in-time join, context from the alert."""
    stored = store.historical(moments_of(triggers))
    context = pd.DataFrame(
        [alert_context(t) for t in triggers], columns=list(FAMILIES["alert_context"]), dtype="float64"
    )
    return pd.concat([stored[list(STORED)], context], axis=1)
