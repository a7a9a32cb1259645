"""The days of a random market, and a moment of one: by day or in its night session."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

START = pd.Timestamp("2026-01-05")


def trading_calendar(days: int) -> list[pd.Timestamp]:
    return list(pd.bdate_range(START, periods=days))


def moment(rng: np.random.Generator, day: pd.Timestamp) -> datetime:
    night = rng.random() < 0.2
    base = (day - pd.offsets.BDay(1) if night else day).to_pydatetime().replace(tzinfo=UTC)
    return base + timedelta(seconds=int(rng.integers(13 * 3600, 15 * 3600) if night else rng.integers(3600, 7 * 3600)))
