"""Read one account's features at alert time: fresh, of the right day, or plainly unavailable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from alertgrade.errors import AlertError
from features.availability import available_at
from features.catalogue import FAMILIES, FEATURE_SERVICE, SERVICES
from features.marks import INTRADAY_AT, INTRADAY_DAY
from features.online.address import online_address, open_rows
from features.online.layout import unpack
from features.online.rows import AccountRows, OnlineStoreUnavailable
from features.store import wanted_columns

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STALE_AFTER_DAYS = 10  # weekdays without a build: longer than any exchange holiday


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


class OnlineReader:
    """Reader of the online store under ``folder``, or at the address ``online``, for the features of ``service``.

    It reads the packed rows directly, which gives what Feast's API gives in less time, and notices by itself when the
    store changes, goes away or comes back.
    """

    def __init__(self, folder: Path, *, online: str = "", service: str = FEATURE_SERVICE) -> None:
        self.folder = folder
        self.rows = open_rows(online_address(folder, online))
        self._wanted = wanted_columns(service)
        self._names = SERVICES[service]

    def read(self, account_id: str, *, trading_day: date, at: datetime) -> FeatureRow:
        """Features of ``account_id`` for an alert of ``trading_day`` raised at ``at`` (UTC).

        An account never seen has nulls. An intraday row of another day, or one the caller could not have known
        at ``at``, is null. Raises ``FeatureStoreUnavailable`` where the store cannot be read.
        """
        try:
            found = self.rows.account(account_id)
        except OnlineStoreUnavailable as error:
            raise FeatureStoreUnavailable(error.seen, error.wanted, error.do) from error
        if found.record is None:
            raise FeatureStoreUnavailable("nothing is in the online feature store", do="run alertgrade materialize")
        known = self._values(found)
        so_far = _moment_of(known[INTRADAY_DAY], known[INTRADAY_AT], trading_day, at)
        values = {name: known[name] for name in self._names}
        if so_far is None:
            values |= dict.fromkeys(name for name in FAMILIES["intraday"] if name in values)
        return feature_row(values, found.record.built_through, trading_day, so_far)

    def _values(self, found: AccountRows) -> dict[str, float | None]:
        values: dict[str, float | None] = {}
        for view, names in self._wanted.items():
            row = found.rows.get(view)
            if row is None:
                values |= dict.fromkeys(names)
                continue
            held = unpack(found.layout[view], row.payload)
            values |= held if all(name in held for name in names) else {name: held.get(name) for name in names}
        return values


def feature_row(
    values: dict[str, float | None], covered: date | None, trading_day: date, intraday_at: datetime | None = None
) -> FeatureRow:
    """``values`` with their age for an alert of ``trading_day``, where the build covers up to ``covered``."""
    if covered is None:
        return FeatureRow(values, None, None, True, intraday_at)
    age = max(int(np.busday_count(covered, trading_day)) - 1, 0)
    return FeatureRow(values, available_at(covered), age, age > STALE_AFTER_DAYS, intraday_at)


def _moment_of(day: float | None, microseconds: float | None, trading_day: date, at: datetime) -> datetime | None:
    """The moment of a stored intraday row; null unless it is of that day and not later than ``at``."""
    if microseconds is None or day != float(trading_day.strftime("%Y%m%d")):
        return None
    moment = _EPOCH + timedelta(microseconds=int(microseconds))
    return moment if moment <= at else None
