"""The frozen synthetic market as a bench: dataset, split, questions, and what each account meant.

Made once under ``home`` and read where it is there. Everything is **synthetic**.
"""

from __future__ import annotations

import argparse
import pickle
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alertgrade.synthetic import synthetic_market
from features.build import build
from features.events.load import load_events
from features.store import OfflineAndOnlineStore
from ledger.ledger import Ledger
from models.scorer import ScoreInput
from training.dataset import Dataset, build_dataset
from training.history import disposition_rows, labelled_alerts, past_alerts
from training.recipe import inputs_of
from training.splits import Split, SplitPlan, split

KEY = b"k" * 32
LATER = datetime(2100, 1, 1, tzinfo=UTC)
SEEN_FOR = pd.Timedelta(days=30)  # an alert is laid to what its account meant in the days before it


def market_options(doc: str | None) -> argparse.ArgumentParser:
    """The options that every judgement on the market has."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--accounts", type=int, default=300)
    parser.add_argument("--days", type=int, default=100)
    parser.add_argument("--seed", type=int, default=11)
    return parser


@dataclass(frozen=True)
class Bench:
    """The dataset with its split, the question of every row, and what each row's account meant."""

    data: Dataset
    parts: Split
    inputs: list[ScoreInput]
    kind: NDArray[np.str_]
    strength: NDArray[np.float64]

    @property
    def test(self) -> NDArray[np.bool_]:
        return self.parts.test

    @property
    def asked(self) -> list[ScoreInput]:
        """The questions of the test rows."""
        return [item for item, later in zip(self.inputs, self.parts.test, strict=True) if later]


def prepare(home: Path, accounts: int, days: int, seed: int) -> Bench:
    """Make the market, its features and the dataset under ``home``, or read them where they are there."""
    events, kept = home / "events", home / "dataset.pickle"
    if not events.exists():
        synthetic_market(events, accounts=accounts, days=days, seed=seed, pseudonym_key=KEY)
    if not kept.exists():
        with load_events(events, pseudonym_key=KEY) as raw:
            store = OfflineAndOnlineStore(home / "features")
            build(raw, store.offline)
            history, rows = past_alerts(raw), list(disposition_rows(raw))
        store.apply()
        ledger = Ledger(f"sqlite:///{home / 'ledger.db'}", lambda: LATER)
        ledger.import_dispositions((a.model_dump(mode="json") for a in history.alerts), rows)
        data = build_dataset(labelled_alerts(ledger, LATER), store, known_by=LATER)
        ledger.close()
        kept.write_bytes(pickle.dumps((data, history)))
    data, history = pickle.loads(kept.read_bytes())  # noqa: S301  # our own file of a moment ago
    parts = split(data.alerts, SplitPlan())
    inputs = inputs_of(data, history)
    return Bench(data, parts, inputs, *meant(data.alerts, pd.read_parquet(events / "_truth" / "intent.parquet")))


def meant(alerts: pd.DataFrame, intent: pd.DataFrame) -> tuple[NDArray[np.str_], NDArray[np.float64]]:
    """Kind and strength of what each alert's account last meant, up to 30 days before; "nothing" and 0 else."""
    worst = intent.sort_values(["strength", "kind"]).drop_duplicates(["account_id", "trading_day"], keep="last")
    worst = worst.assign(day=pd.to_datetime(worst["trading_day"])).sort_values("day")
    asked = pd.DataFrame(
        {"account_id": alerts["account_id"], "day": pd.to_datetime(alerts["trading_day"]), "row": range(len(alerts))}
    ).sort_values("day")
    found = pd.merge_asof(asked, worst, on="day", by="account_id", tolerance=SEEN_FOR).sort_values("row")
    return found["kind"].fillna("nothing").to_numpy(dtype=str), found["strength"].fillna(0.0).to_numpy(np.float64)
