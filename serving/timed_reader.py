"""Feature reads with a deadline: a store that hangs costs one alert a moment, not the desk its day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from alertgrade.errors import AlertError


class FeatureRow(Protocol):
    """One account's stored features, how old they are, and whether that is too old."""

    @property
    def values(self) -> Mapping[str, float | None]: ...  # noqa: D102
    @property
    def as_of(self) -> datetime | None: ...  # noqa: D102
    @property
    def age_days(self) -> int | None: ...  # noqa: D102
    @property
    def stale(self) -> bool: ...  # noqa: D102
    @property
    def intraday_at(self) -> datetime | None: ...  # noqa: D102


class FeatureReader(Protocol):
    """Where features come from; raises ``AlertError`` when it cannot answer."""

    def read(self, account_id: str, *, trading_day: date, at: datetime) -> FeatureRow:
        """The features of one account as known at ``at``."""


class Unavailable:
    """A reader where there is no store: it raises the reason."""

    def __init__(self, reason: AlertError) -> None:
        self._reason = reason

    def read(self, account_id: str, *, trading_day: date, at: datetime) -> FeatureRow:
        """Raise the reason."""
        raise self._reason


@dataclass(frozen=True, slots=True)
class Asked:
    """One read: the account, the alert's trading day, and the moment it was raised."""

    account_id: str
    trading_day: date
    at: datetime


class TimedReader:
    """``reader`` in a thread of its own; beyond ``limit_s`` seconds, or while an earlier read hangs, ``AlertError``."""

    def __init__(self, reader: FeatureReader, limit_s: float) -> None:
        self._reader, self._limit = reader, limit_s
        self._thread = ThreadPoolExecutor(1, "features")
        self._hanging: Future[None] | None = None

    def read(self, account_id: str, *, trading_day: date, at: datetime) -> FeatureRow:
        """The features of one account as known at ``at``."""
        (found,) = self.read_many([Asked(account_id, trading_day, at)])
        if isinstance(found, AlertError):
            raise found
        return found

    def read_many(self, asked: Sequence[Asked]) -> list[FeatureRow | AlertError]:
        """The features of each, or why there are none; the limit is for all together, what came in time is given."""
        late = f"wanted an answer in {self._limit * 1000:.0f} ms"
        if self._hanging is not None and not self._hanging.done():
            return [AlertError("an earlier read has not come back", late) for _ in asked]
        self._hanging = None
        found: list[FeatureRow | AlertError] = []
        future = self._thread.submit(self._fill, asked, found)
        try:
            future.result(self._limit)
        except NotInTime:
            self._hanging = future
        known = found[: len(asked)]
        return known + [AlertError("no answer", late) for _ in asked[len(known) :]]

    def _fill(self, asked: Sequence[Asked], found: list[FeatureRow | AlertError]) -> None:
        for one in asked:
            try:
                found.append(self._reader.read(one.account_id, trading_day=one.trading_day, at=one.at))
            except AlertError as error:
                found.append(error)
            except Exception as error:  # the alert must be graded whatever the store's libraries throw
                found.append(AlertError(f"{type(error).__name__}: {error}"))

    def close(self) -> None:
        """Wait for no one."""
        self._thread.shutdown(wait=False, cancel_futures=True)
