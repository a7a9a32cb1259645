"""A small installation: a synthetic market's feature store, a model fitted on chance grades, keys, and a service."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pytest

from features.availability import available_at
from features.build import build
from features.catalogue import FAMILIES, FEATURE_SERVICE, FEATURES
from features.events.load import load_events
from features.store import OfflineAndOnlineStore
from ledger.ledger import Ledger
from models.bundle import save_bundle
from models.scorer import AlertScorer
from models.signing import load_or_create_keypair
from rules_baseline.trigger import TriggerRecord
from serving.process import kill_service, start_service, stop_service, wait_ready
from simulation.market import simulate

ROLES = ("scorer", "investigator", "reviewer", "data_scientist", "governor", "admin")


@dataclass(frozen=True)
class Installation:
    """A home with everything a healthy service needs; ``last_day`` is the last day the features cover."""

    home: Path
    keys: dict[str, str]
    last_day: date
    accounts: list[str]

    @property
    def ledger_url(self) -> str:
        return f"sqlite:///{self.home / 'ledger.db'}"

    def ledger(self) -> Ledger:
        return Ledger(self.ledger_url, lambda: datetime.now(UTC))

    def copy(self, home: Path) -> Installation:
        shutil.copytree(self.home, home)
        pointer = home / "bundles" / "champion.json"
        named = json.loads(pointer.read_text())
        pointer.write_text(json.dumps(named | {"path": str(home / "bundles" / named["digest"] / "bundle")}))
        return Installation(home, self.keys, self.last_day, self.accounts)

    def bundle(self) -> Path:
        return Path(json.loads((self.home / "bundles" / "champion.json").read_text())["path"])


def fitted_scorer() -> AlertScorer:
    rng = np.random.default_rng(5)

    def world(n: int) -> tuple[pd.DataFrame, Any]:
        frame = pd.DataFrame(rng.gamma(2.0, 2.0, size=(n, len(FEATURES))), columns=list(FEATURES))
        frame = frame.mask(rng.random(frame.shape) < 0.2)
        grades = 5 - np.digitize(frame["alert_occurrence"].fillna(0) + rng.logistic(size=n), [2.0, 4.0, 6.0, 8.0])
        return frame, grades.astype(np.int64)

    X, y = world(400)
    return AlertScorer.fit(X, y, calibration=world(200), seed=7, model_version="1", feature_service=FEATURE_SERVICE)


@pytest.fixture(scope="session")
def fitted() -> AlertScorer:
    return fitted_scorer()


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory, fitted: AlertScorer) -> Installation:
    home = tmp_path_factory.mktemp("installation")
    simulate(home / "events", accounts=12, days=8, seed=7)
    store = OfflineAndOnlineStore(home / "features")
    with load_events(home / "events", pseudonym_key=b"k" * 32) as events:
        record = build(events, store.offline)
    store.materialize(available_at(record.built_through))
    orders = pd.read_parquet(home / "events" / "orders.parquet", columns=["account_id"])
    private, _ = load_or_create_keypair(home / "keys")
    bundle = home / "bundles" / "new" / "bundle"
    digest = save_bundle(fitted, bundle, manifest={}, private_key=private)
    bundle.parent.rename(home / "bundles" / digest)
    pointer = {"digest": digest, "path": str(home / "bundles" / digest / "bundle"), "version": "1"}
    (home / "bundles" / "champion.json").write_text(json.dumps(pointer))
    ledger = Ledger(f"sqlite:///{home / 'ledger.db'}", lambda: datetime.now(UTC))
    keys = {role: ledger.create_key(f"test-{role}", role)[1] for role in ROLES}
    ledger.close()
    return Installation(home, keys, record.built_through, sorted(orders["account_id"].unique()))


@pytest.fixture
def body(installation: Installation) -> Callable[..., dict[str, Any]]:
    """A request that a healthy service grades without anything missing."""

    def make(name: str, **changes: Any) -> dict[str, Any]:
        account = installation.accounts[0]
        return {
            "alert_id": name,
            "rule_id": "self_trade",
            "level": "breach",
            "exchange": "SHFE",
            "contract": "cu2605",
            "trading_day": installation.last_day.isoformat(),
            "subject_type": "account",
            "subject_id": account,
            "account_id": account,
            "triggered_at": f"{installation.last_day.isoformat()}T14:00:00Z",
            "measured": 5,
            "threshold": 5,
            "occurrence": 1,
            "intraday": dict.fromkeys(FAMILIES["intraday"], 1.0),
        } | changes

    return make


@pytest.fixture
def trigger() -> Callable[..., TriggerRecord]:
    def make(name: str, **changes: Any) -> TriggerRecord:
        row = {
            "alert_id": name,
            "rule_id": "self_trade",
            "level": "breach",
            "exchange": "SHFE",
            "contract": "cu2605",
            "trading_day": date(2026, 3, 2),
            "subject_type": "account",
            "subject_id": "A1",
            "account_id": "A1",
            "triggered_at": datetime(2026, 3, 2, 2, tzinfo=UTC),
            "measured": 5.0,
            "threshold": 5.0,
            "occurrence": 1,
        }
        return TriggerRecord(**(row | changes))

    return make


class Service:
    """A running service: its process, its address, and clients by role."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = installation.home / "service.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Service:
        self.process = start_service(self.installation.home, "127.0.0.1", self.port, log=self.log)
        wait_ready(self.url, 90, self.process)
        return self

    def kill(self) -> None:
        assert self.process is not None
        kill_service(self.process)

    def stop(self) -> None:
        assert self.process is not None
        stop_service(self.process)

    def client(self, role: str | None) -> httpx.Client:
        headers = {} if role is None else {"Authorization": f"Bearer {self.installation.keys[role]}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False)


@pytest.fixture(scope="session")
def service(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One healthy service; a test that makes trouble for it ends the trouble too."""
    running = Service(installation.copy(tmp_path_factory.mktemp("healthy") / "home")).start()
    yield running
    running.stop()


@pytest.fixture
def new_service(installation: Installation, tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Services of a test's own: ``new_service(change)`` lets ``change`` spoil the installation before the start."""
    started: list[Service] = []

    def start(change: Callable[[Installation], object] = lambda _: None) -> Service:
        copied = installation.copy(tmp_path / f"home{len(started)}")
        change(copied)
        started.append(Service(copied))
        return started[-1].start()

    yield start
    for one in started:
        one.kill()


@pytest.fixture
def scorer_client(service: Service) -> Iterator[httpx.Client]:
    with service.client("scorer") as client:
        yield client


@pytest.fixture
def desk_client(service: Service) -> Iterator[httpx.Client]:
    with service.client("reviewer") as client:
        yield client
