"""Feature reads with a deadline: a store that hangs costs one alert a moment, not the desk its day."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
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


class TimedReader:
    """``reader`` in a thread of its own; beyond ``limit_s`` seconds, or while an earlier read hangs, ``AlertError``."""

    def __init__(self, reader: FeatureReader, limit_s: float) -> None:
        self._reader, self._limit = reader, limit_s
        self._thread = ThreadPoolExecutor(1, "features")
        self._hanging: Future[FeatureRow] | None = None

    def read(self, account_id: str, *, trading_day: date, at: datetime) -> FeatureRow:
        """The features of one account as known at ``at``."""
        if self._hanging is not None and not self._hanging.done():
            raise AlertError("an earlier read has not come back", f"wanted an answer in {self._limit * 1000:.0f} ms")
        self._hanging = None
        future = self._thread.submit(self._reader.read, account_id, trading_day=trading_day, at=at)
        try:
            return future.result(self._limit)
        except AlertError:
            raise
        except NotInTime as error:
            if not future.done():
                self._hanging = future
            raise AlertError("no answer", f"wanted one in {self._limit * 1000:.0f} ms") from error
        except Exception as error:  # the alert must be graded whatever the store's libraries throw
            raise AlertError(f"{type(error).__name__}: {error}") from error

    def close(self) -> None:
        """Wait for no one."""
        self._thread.shutdown(wait=False, cancel_futures=True)
