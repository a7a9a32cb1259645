"""Small real models: scorers that learnt the truth, half of it or nothing, signed bundles of them, later alerts."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.catalogue import STORED
from models.bundle import save_bundle
from models.scorer import AlertScorer, ScoreInput
from models.signing import public_key_of
from rules_baseline.grade import baseline_grade
from rules_baseline.trigger import TriggerRecord
from training.dataset import GRADE_OF_OUTCOME, Dataset, LabelledAlert, build_dataset
from training.registry import ModelRegistry

KEY = bytes(range(32))
NAMES = ["cancels_20d", "orders_20d", "alerts_250d", "alert_occurrence"]
START = datetime(2026, 3, 2, 2, tzinfo=UTC)
World = tuple[pd.DataFrame, "pd.Series[int]"]


def world(rows: int, seed: int, noise: float) -> World:
    """Features, and grades that follow from two of them; ``noise`` 1: from nothing at all."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.gamma(2.0, 2.0, (rows, len(NAMES))).round(3), columns=NAMES)
    hidden = X["cancels_20d"] + X["alerts_250d"]
    grades = 5 - np.digitize(hidden, [5.0, 8.0, 10.0, 13.0])
    drawn = rng.integers(1, 6, rows)
    return X, pd.Series(np.where(rng.random(rows) < noise, drawn, grades), dtype=int)


@pytest.fixture(scope="session")
def fitted() -> Callable[[float, int], AlertScorer]:
    """A scorer that learnt from labels with that share of noise."""

    def fit(noise: float, seed: int = 1) -> AlertScorer:
        X, y = world(400, seed, noise)
        later = world(200, seed + 100, noise)
        monotone = {"alert_occurrence": 1}  # as every training has it; the contract looks
        return AlertScorer.fit(X, y, calibration=later, monotone=monotone, seed=7, feature_service="risk_grade_v1")

    return fit


@pytest.fixture(scope="session")
def good(fitted: Callable[..., AlertScorer]) -> AlertScorer:
    return fitted(0.0)


@pytest.fixture(scope="session")
def poor(fitted: Callable[..., AlertScorer]) -> AlertScorer:
    return fitted(0.9)


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MLflow's store with its tables and nothing in them: to make the tables takes seconds, to copy them nothing."""
    folder = tmp_path_factory.mktemp("mlflow")
    ModelRegistry(f"sqlite:///{folder / 'mlflow.db'}", folder / "artifacts", folder / "bundles").versions()
    return folder / "mlflow.db"


@pytest.fixture
def registry(tmp_path: Path, empty_store: Path) -> ModelRegistry:
    shutil.copy2(empty_store, tmp_path / "mlflow.db")
    return ModelRegistry(f"sqlite:///{tmp_path / 'mlflow.db'}", tmp_path / "artifacts", tmp_path / "bundles")


@pytest.fixture
def register(registry: ModelRegistry, tmp_path: Path) -> Callable[..., str]:
    """Register a scorer's bundle, judged from ``test_from`` on, by an author; the version comes back."""

    def put(scorer: AlertScorer, author: str = "quant-1", test_from: datetime = START, seed: int = 0) -> str:
        place = tmp_path / f"made-{len(list(tmp_path.iterdir()))}"
        digest = save_bundle(scorer, place / "bundle", manifest={"seed": seed}, private_key=KEY)
        world(60, 5, 0.0)[0].assign(grade=3, severity=0.0).to_parquet(place / "reference.parquet")
        return registry.register(
            place / "bundle",
            place / "reference.parquet",
            digest,
            params={},
            metrics={"quadratic_kappa": 0.5},
            tags={"author": author, "test_from": test_from.isoformat()},
            files={},
        )

    return put


@pytest.fixture(scope="session")
def public_key() -> bytes:
    return public_key_of(KEY)


def trigger(number: int, subject: str) -> TriggerRecord:
    return TriggerRecord(
        alert_id=f"frequent_cancel:warning:2026-03-02:SHFE.cu2605:{number}",
        rule_id="frequent_cancel",
        level="warning",
        exchange="SHFE",
        contract="cu2605",
        trading_day=date(2026, 3, 2),
        subject_type="account",
        subject_id=subject,
        account_id=subject,
        triggered_at=START + timedelta(minutes=number),
        measured=400.0,
        threshold=500.0,
        occurrence=0,
    )


@pytest.fixture(scope="session")
def later_alerts() -> Callable[..., tuple[Dataset, list[ScoreInput]]]:
    """Later alerts of ``subjects`` subjects with their true grades."""

    def make(rows: int = 240, subjects: int = 40) -> tuple[Dataset, list[ScoreInput]]:
        X, y = world(rows, 77, 0.0)
        triggers = tuple(trigger(n, f"A{n % subjects}") for n in range(rows))
        alerts = pd.DataFrame(
            {
                "subject_id": [t.subject_id for t in triggers],
                "triggered_at": pd.to_datetime([t.triggered_at for t in triggers], utc=True),
                "grade": y,
            }
        )
        rows_ = X.to_dict("records")
        inputs = [
            ScoreInput(t, row, baseline_grade([t]), None, None)  # type: ignore[arg-type]
            for t, row in zip(triggers, rows_, strict=True)
        ]
        return Dataset(alerts, X, triggers), inputs

    return make


class KnownStore:
    """Features by account and instant: those of ``world``, every other one missing; an unknown moment is an error."""

    def __init__(self, rows: dict[tuple[str, datetime], dict[str, float]]) -> None:
        self.rows = rows

    def historical(self, moments: pd.DataFrame) -> pd.DataFrame:
        at = [stamp.to_pydatetime() for stamp in moments["event_timestamp"]]
        pairs = zip(moments["account_id"], at, strict=True)
        found = pd.DataFrame([self.rows[pair] for pair in pairs])
        return found.reindex(columns=list(STORED)).astype("float64")


@dataclass(frozen=True)
class History:
    """Labelled alerts over days, with their store."""

    labelled: list[LabelledAlert]
    triggers: list[TriggerRecord]
    store: KnownStore
    known_by: datetime

    def data(self) -> Dataset:
        return build_dataset(self.labelled, self.store, known_by=self.known_by)


@pytest.fixture(scope="session")
def history() -> Callable[..., History]:
    """``rows`` alerts of 50 subjects over 40 days, decided a day later; half of the features say the grade."""

    def make(rows: int = 800, seed: int = 4, noise: float = 0.1, days: int = 40) -> History:
        X, y = world(rows, seed, noise)
        outcomes = {grade: outcome for outcome, grade in GRADE_OF_OUTCOME.items()}
        labelled, known = [], {}
        for n, (row, grade) in enumerate(zip(X.to_dict("records"), y, strict=True)):
            day = START + timedelta(days=n * days // rows)
            one = trigger(n, f"A{n % 50:02}")
            measured = {"triggered_at": day + timedelta(seconds=n), "trading_day": day.date()}
            one = one.model_copy(update={**measured, "occurrence": int(row["alert_occurrence"])})
            known[(one.account_id, one.triggered_at)] = {**row, "account_type_code": float(n % 3)}
            by = f"r{n % 2 + 1}"
            labelled.append(LabelledAlert(one, outcomes[grade], one.triggered_at + timedelta(days=1), decided_by=by))
        end = START + timedelta(days=days + 9)
        return History(labelled, [one.trigger for one in labelled], KnownStore(known), end)

    return make


@pytest.fixture(scope="session")
def past(history: Callable[..., History]) -> History:
    return history()
