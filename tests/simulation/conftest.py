from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from features.events.schema import ALERTS
from simulation.market import SimulationResult, simulate


@dataclass(frozen=True)
class Simulated:
    result: SimulationResult
    folder: Path

    def table(self, name: str) -> pd.DataFrame:
        return pq.read_table(self.folder / f"{name}.parquet").to_pandas()

    @property
    def truth(self) -> pd.DataFrame:
        return pd.read_parquet(self.result.truth)


@pytest.fixture(scope="session")
def make_market(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Simulated]:
    def make(**arguments: int) -> Simulated:
        folder = tmp_path_factory.mktemp("market") / "events"
        return Simulated(simulate(folder, **arguments), folder)

    return make


@pytest.fixture(scope="session")
def market(make_market: Callable[..., Simulated]) -> Simulated:
    """A small cell over three weeks."""
    return make_market(accounts=60, days=15, seed=7)


@pytest.fixture(scope="session")
def alerts_of() -> Callable[[pd.DataFrame], pd.DataFrame]:
    """A warning and a breach of one rule for every account and day that meant or seemed to mean something."""

    def make(truth: pd.DataFrame, excess: float = 1.0) -> pd.DataFrame:
        rows = []
        acts = truth[["account_id", "trading_day"]].drop_duplicates()
        for account, day in acts.itertuples(index=False):
            at = pd.Timestamp(day, tz="UTC") + timedelta(hours=3)
            for minute, level in enumerate(("warning", "breach")):
                rows.append(
                    dict.fromkeys(ALERTS.column_names)
                    | {
                        "alert_id": f"self_trade:{level}:{day}:SHFE.rb2609:{account}",
                        "rule_id": "self_trade",
                        "level": level,
                        "trading_day": day,
                        "subject_type": "account",
                        "subject_id": account,
                        "account_id": account,
                        "triggered_at": at + timedelta(minutes=minute),
                        "measured": excess * (4.0 if level == "warning" else 5.0),
                        "threshold": 5.0,
                    }
                )
        return pd.DataFrame(rows, columns=list(ALERTS.column_names))

    return make
