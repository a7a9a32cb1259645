"""Read one account's features at alert time: fresh, of the right day, or plainly unavailable."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from alertgrade.errors import AlertError
from features.availability import available_at
from features.catalogue import FAMILIES, FEATURE_SERVICE, STORED
from features.definitions import INTRADAY_AT, INTRADAY_DAY
from features.store import ONLINE_DATABASE, OnlineRecord, open_feast

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STALE_AFTER_DAYS = 10  # weekdays without a build: longer than any exchange holiday
REOPEN_WAIT_S = 0.1  # what a read waits for a new store before it reads the old one once more


class FeatureStoreUnavailable(AlertError):
    """The online store cannot answer: the caller grades by rules and says so."""


@dataclass(frozen=True, slots=True)
class FeatureRow:
    """One account's stored features.

    ``as_of`` is the close up to which the daily families were built, ``age_days`` the weekdays a build is missing
    before the alert's day, ``intraday_at`` the moment the intraday row speaks of (null: there is none for that day).
    """

    values: dict[str, float | None]
    as_of: datetime | None
    age_days: int | None
    stale: bool
    intraday_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Opened:
    inode: int
    feast: Any
    service: Any
    record: OnlineRecord


class OnlineReader:
    """Reader of the online store under ``folder``; opens it on first use and notices when it changes or goes away."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._opened: _Opened | None = None
        self._opening: threading.Thread | None = None

    def read(self, account_id: str, *, trading_day: date, at: datetime) -> FeatureRow:
        """Features of ``account_id`` for an alert of ``trading_day`` raised at ``at`` (UTC).

        An account never seen has nulls. An intraday row of another day, or one the caller could not have known
        at ``at``, is null. Raises ``FeatureStoreUnavailable`` where the store cannot be read.
        """
        try:
            opened = self._open()
            rows = [{"account_id": account_id}]
            found = opened.feast.get_online_features(features=opened.service, entity_rows=rows).to_dict()
            values = {name: _number(found[name][0]) for name in STORED}
            marks = _number(found[INTRADAY_DAY][0]), _number(found[INTRADAY_AT][0])
        except FeatureStoreUnavailable:
            raise
        except Exception as error:  # whatever the store's libraries throw, the alert must still be graded
            self._opened = None
            raise FeatureStoreUnavailable(f"online feature store: {type(error).__name__}: {error}") from error
        so_far = _moment_of(*marks, trading_day, at)
        if so_far is None:
            values |= dict.fromkeys(FAMILIES["intraday"])
        return feature_row(values, opened.record.built_through, trading_day, so_far)

    def _open(self) -> _Opened:
        try:
            inode = (self.folder / ONLINE_DATABASE).stat().st_ino
        except OSError as error:
            self._opened = None
            raise FeatureStoreUnavailable(
                f"online feature store not found under {self.folder}", do="run alertgrade materialize"
            ) from error
        if self._opened is not None and self._opened.inode != inode:
            self._reopen(inode)
        opened = self._opened or _opened(self.folder, inode)
        self._opened = opened
        return opened

    def _reopen(self, inode: int) -> None:
        """Open the new store aside: opening takes longer than an alert may wait, and the old one is still whole."""
        if self._opening is None or not self._opening.is_alive():
            self._opening = threading.Thread(target=self._take, args=(inode,), name="feature-store", daemon=True)
            self._opening.start()
        self._opening.join(REOPEN_WAIT_S)

    def _take(self, inode: int) -> None:
        try:
            self._opened = _opened(self.folder, inode)
        except Exception:  # the next read opens it itself and says what is wrong
            self._opened = None


def feature_row(
    values: dict[str, float | None], covered: date | None, trading_day: date, intraday_at: datetime | None = None
) -> FeatureRow:
    """``values`` with their age for an alert of ``trading_day``, where the build covers up to ``covered``."""
    if covered is None:
        return FeatureRow(values, None, None, True, intraday_at)
    age = max(int(np.busday_count(covered, trading_day)) - 1, 0)
    return FeatureRow(values, available_at(covered), age, age > STALE_AFTER_DAYS, intraday_at)


def _opened(folder: Path, inode: int) -> _Opened:
    feast = open_feast(folder)
    record = OnlineRecord.read(folder / ONLINE_DATABASE)
    return _Opened(inode, feast, feast.get_feature_service(FEATURE_SERVICE), record)


def _moment_of(day: float | None, microseconds: float | None, trading_day: date, at: datetime) -> datetime | None:
    """The moment of a stored intraday row; null unless it is of that day and not later than ``at``."""
    if microseconds is None or day != float(trading_day.strftime("%Y%m%d")):
        return None
    moment = _EPOCH + timedelta(microseconds=int(microseconds))
    return moment if moment <= at else None


def _number(value: Any) -> float | None:
    if value is None:
        return None
    number = float(value)
    return None if math.isnan(number) else number
