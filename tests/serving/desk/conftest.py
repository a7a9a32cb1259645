"""A desk: the real application on a real ledger, without a model or a feature store, and a clock that can be set."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from ledger.workflow.terms import Terms
from serving.app import create_app
from serving.compose import compose
from serving.metrics import Metrics

ROLES = ("scorer", "investigator", "reviewer", "data_scientist", "governor", "admin")
OPENED = datetime(2026, 3, 2, 2, tzinfo=UTC)


class Client:
    """Calls the application itself, as one key, from an ordinary test."""

    def __init__(self, app: Any, portal: BlockingPortal, secret: str | None) -> None:
        headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._portal = portal
        self._client = httpx.AsyncClient(transport=transport, base_url="http://desk", headers=headers)

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self._portal.call(functools.partial(self._client.request, method, path, **more))

    def get(self, path: str, **params: Any) -> httpx.Response:
        return self.request("GET", path, params=params or None)  # an empty one would take the path's own away

    def post(self, path: str, body: Any = None) -> httpx.Response:
        return self.request("POST", path, json={} if body is None else body)


class Desk:
    """Clients by person (``name:role``), alerts recorded straight into the ledger, and the clock."""

    def __init__(self, home: Path, terms: Terms, portal: BlockingPortal) -> None:
        self.now = OPENED
        self._portal = portal
        self.parts = compose(
            ledger_url=f"sqlite:///{home / 'ledger.db'}",
            bundles=home / "bundles",
            keys=home / "keys",
            features=home / "features",
            desk=home / "desk",
            metrics=Metrics(),
            clock=lambda: self.now,
            terms=terms,
        )
        self.ledger = self.parts.ledger
        self.app = create_app(self.parts.metrics)
        self.app.state.parts = self.parts
        self._clients: dict[str, Client] = {}
        self.anyone = Client(self.app, portal, None)

    def as_(self, person: str) -> Client:
        if person not in self._clients:
            name, _, role = person.partition(":")
            secret = self.ledger.create_key(name, role or name)[1]
            self._clients[person] = Client(self.app, self._portal, secret)
        return self._clients[person]

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)

    def alert(
        self, name: str, grade: int = 3, baseline: int = 3, account: Any = None, reasons: Any = None, **changes: Any
    ) -> str:
        """Record an alert of ``grade`` and return its case."""
        trigger = {
            "alert_id": name,
            "rule_id": "self_trade",
            "level": "breach",
            "exchange": "SHFE",
            "contract": "cu2605",
            "trading_day": "2026-03-02",
            "subject_type": "account",
            "subject_id": "A1",
            "account_id": "A1",
            "triggered_at": "2026-03-02T02:00:00Z",
            "measured": 6.0,
            "threshold": 5.0,
            "occurrence": 1,
            "parameters_version": None,
            "evidence": None,
        } | changes
        answer = answer_of(name, grade, baseline)
        answer |= {} if reasons is None else {"reasons": reasons}
        self.ledger.record_score(trigger, answer, {"features": {}}, account)
        return self.ledger.alert(name)["case_id"]

    def post(self, person: str, case_id: str, action: str, **body: Any) -> Any:
        return self.as_(person).post(f"/v1/cases/{case_id}/{action}", body)


def answer_of(name: str, grade: int, baseline: int) -> dict[str, Any]:
    reason = {"voice": "rules", "key": "self_trade", "value": 6.0, "text_zh": "自成交", "text_en": "self-trade"}
    learnt = {"voice": "classifier", "key": "x", "value": 1.0, "text_zh": "分类", "text_en": "classifier"}
    return {
        "score_id": f"S-{name}",
        "alert_id": name,
        "account_id": "A1",
        "grade": grade,
        "grade_name_zh": "中",
        "grade_name_en": "medium",
        "severity": 0.5,
        "probabilities": [0.1, 0.2, 0.4, 0.2, 0.1],
        "baseline": {"grade": baseline, "decided_by_alert": name},
        "decided_by": {"rules": 3, "classifier": 2, "anomaly": None, "policy_clause": "least_expected_cost"},
        "reasons": [reason, learnt],
        "degraded": [],
        "versions": {"model": "1", "digest": "d", "policy": "p", "rules": "r", "feature_service": "f"},
    }


@pytest.fixture(scope="module")
def new_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Desk]]:
    opened: list[Desk] = []
    with start_blocking_portal() as portal:

        def make(**terms: Any) -> Desk:
            opened.append(Desk(tmp_path_factory.mktemp("desk"), Terms(**terms), portal))
            return opened[-1]

        yield make
        for one in opened:
            one.parts.close()


@pytest.fixture(scope="module")
def desk(new_desk: Callable[..., Desk]) -> Desk:
    """One desk a module: tests use subjects of their own."""
    return new_desk(due_hours={1: 4, 2: 24, 3: 72, 4: 168, 5: 336})
