"""What a grade is made from: the alert, the account's features and what the rules alone would say."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rules_baseline.grade import BaselineGrade
    from rules_baseline.trigger import TriggerRecord


@dataclass(frozen=True)
class ScoreInput:
    """One alert with its features by name (None, NaN or infinite: missing) as of ``features_as_of`` (UTC).

    ``degraded`` says what was amiss before the scorer was asked, e.g. ``stale_features``; it is copied to the answer.
    """

    trigger: TriggerRecord
    features: Mapping[str, float | None]
    baseline: BaselineGrade
    features_as_of: datetime | None
    feature_age_days: int | None
    degraded: tuple[str, ...] = ()

    @property
    def score_id(self) -> str:
        """``S`` and 20 hexadecimal digits: equal trigger records have equal ids."""
        text = f"{self.trigger.alert_id}{self.trigger.digest()}"
        return "S" + hashlib.sha256(text.encode()).hexdigest()[:20]


class Present(Mapping[str, float | None]):
    """The features with every value that is not a finite number None; looked at when asked, since few are.

    >>> dict(Present({"a": float("nan"), "b": 1}))
    {'a': None, 'b': 1.0}
    """

    def __init__(self, features: Mapping[str, float | None]) -> None:
        self._features = features

    def __getitem__(self, name: str) -> float | None:
        value = self._features[name]
        return float(value) if value is not None and math.isfinite(value) else None

    def __iter__(self) -> Iterator[str]:
        return iter(self._features)

    def __len__(self) -> int:
        return len(self._features)
