"""Read one account's features at alert time: fresh, of the right day, or plainly unavailable."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from alertgrade.errors import AlertError
from features.availability import available_at
from features.catalogue import FAMILIES, FEATURE_SERVICE, STORED
from features.definitions import INTRADAY_AT, INTRADAY_DAY
from features.store import ONLINE_DATABASE, ONLINE_RECORD, open_feast

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STALE_AFTER_DAYS = 10  # weekdays without a build: longer than any exchange holiday


class FeatureStoreUnavailable(AlertError):
    """The online store cannot answer: the caller grades by rules and says so."""


@dataclass(frozen=True, slots=True)
class FeatureRow:
    """One account's stored features; ``age_days`` counts the weekdays a build is missing before the alert's day."""

    values: dict[str, float | None]
    as_of: datetime | None
    age_days: int | None
    stale: bool


class OnlineReader:
    """Reader of the online store under ``folder``; opens it on first use and notices when it goes away."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._opened: tuple[int, object, object, dict[str, str | None]] | None = None

    def read(self, account_id: str, *, trading_day: date, at: datetime) -> FeatureRow:
        """Features of ``account_id`` for an alert of ``trading_day`` raised at ``at`` (UTC).

        An account never seen has nulls. An intraday row of another day, or one the caller could not have known
        at ``at``, is null. Raises ``FeatureStoreUnavailable`` where the store cannot be read.
        """
        try:
            feast, service, record = self._open()
            answer = feast.get_online_features(features=service, entity_rows=[{"account_id": account_id}])  # type: ignore[attr-defined]
            found = answer.to_dict()
        except FeatureStoreUnavailable:
            raise
        except Exception as error:  # whatever the store's libraries throw, the alert must still be graded
            self._opened = None
            raise FeatureStoreUnavailable(f"online feature store: {type(error).__name__}: {error}") from error
        values = {name: _number(found[name][0]) for name in STORED}
        if not _speaks_of(found, trading_day, at):
            values |= dict.fromkeys(FAMILIES["intraday"])
        built = record["built_through"]
        return feature_row(values, None if built is None else date.fromisoformat(built), trading_day)

    def _open(self) -> tuple[object, object, dict[str, str | None]]:
        database, record = self.folder / ONLINE_DATABASE, self.folder / ONLINE_RECORD
        try:
            identity = hash((database.stat().st_ino, record.stat().st_mtime_ns))
        except OSError as error:
            self._opened = None
            raise FeatureStoreUnavailable(
                f"online feature store not found under {self.folder}", do="run alertgrade materialize"
            ) from error
        if self._opened is None or self._opened[0] != identity:
            feast = open_feast(self.folder)
            service = feast.get_feature_service(FEATURE_SERVICE)
            self._opened = (identity, feast, service, json.loads(record.read_text()))
        return self._opened[1], self._opened[2], self._opened[3]


def _speaks_of(found: dict[str, list[object]], trading_day: date, at: datetime) -> bool:
    """Whether the stored intraday row is of that day and not later than the moment asked about."""
    day, moment = _number(found[INTRADAY_DAY][0]), _number(found[INTRADAY_AT][0])
    asked = (at - _EPOCH) // timedelta(microseconds=1)
    return day == float(trading_day.strftime("%Y%m%d")) and moment is not None and moment <= asked


def feature_row(values: dict[str, float | None], covered: date | None, trading_day: date) -> FeatureRow:
    """``values`` with their age for an alert of ``trading_day``, where the build covers up to ``covered``."""
    if covered is None:
        return FeatureRow(values, None, None, stale=True)
    age = max(int(np.busday_count(covered, trading_day)) - 1, 0)
    return FeatureRow(values, available_at(covered), age, stale=age > STALE_AFTER_DAYS)


def _number(value: object) -> float | None:
    if value is None:
        return None
    number = float(value)  # type: ignore[arg-type]
    return None if math.isnan(number) else number
