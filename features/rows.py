"""Alerts to the moments a store is asked about, and feature rows back as dictionaries: None, never NaN."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Protocol

import pandas as pd


class Moment(Protocol):
    """The part of a trigger record that says whose features are wanted, and when."""

    @property
    def account_id(self) -> str: ...  # noqa: D102
    @property
    def triggered_at(self) -> datetime: ...  # noqa: D102
    @property
    def trading_day(self) -> date: ...  # noqa: D102


def moments_of(alerts: Iterable[Moment]) -> pd.DataFrame:
    """(account_id, event_timestamp in UTC microseconds, trading_day) of each alert, in order."""
    rows = [(a.account_id, a.triggered_at, a.trading_day) for a in alerts]
    frame = pd.DataFrame(rows, columns=["account_id", "event_timestamp", "trading_day"])
    stamps = pd.to_datetime(frame["event_timestamp"], utc=True).astype("datetime64[us, UTC]")
    return frame.assign(event_timestamp=stamps)


def as_rows(frame: pd.DataFrame) -> list[dict[str, float | None]]:
    """Rows of a numeric frame in order, NaN as None.

    >>> as_rows(pd.DataFrame({"a": [1.0, float("nan")]}))
    [{'a': 1.0}, {'a': None}]
    """
    names = [str(name) for name in frame.columns]
    values = frame.to_numpy(dtype="float64").tolist()
    return [{n: (None if v != v else v) for n, v in zip(names, row, strict=True)} for row in values]
