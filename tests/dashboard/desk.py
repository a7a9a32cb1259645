"""The service itself on a port of its own: the real application over a real ledger, and troubles on demand."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import uvicorn

from features.reader import FeatureRow, FeatureStoreUnavailable
from ledger.ledger import Ledger
from ledger.vault import Vault
from ledger.workflow.terms import Terms
from serving.access import Keyring
from serving.app import create_app
from serving.behaviour import BehaviourReader
from serving.metrics import Metrics
from serving.parts import Parts
from serving.published import Published
from tests.dashboard.alerts import FEATURES, answer_of, trigger_of

NOW = datetime(2026, 3, 6, 8, 0, tzinfo=UTC)
DUE = {1: 4.0, 2: 24.0, 3: 72.0, 4: 120.0, 5: 240.0}


class Features:
    """A feature store that knows every account, or (``values`` None) cannot be read."""

    def __init__(self) -> None:
        self.values: dict[str, Any] | None = FEATURES

    def read(self, account_id: str, *, trading_day: date, at: datetime) -> FeatureRow:
        if self.values is None:
            raise FeatureStoreUnavailable("the feature store was never built", "wanted a build", "run features")
        return FeatureRow(dict(self.values), NOW, 0, False)


class Api:
    """One test's ledger behind the server: what it is asked, what it shall fail with (``troubles[path prefix]``)."""

    def __init__(self, url: str, folder: Path, terms: Terms) -> None:
        self.url, self.folder, self.now = url, folder, NOW
        self.ledger = Ledger(f"sqlite:///{folder / 'ledger.db'}", lambda: self.now, terms=terms)
        self.troubles: dict[str, tuple[int, dict[str, Any] | bytes]] = {}
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        self.features = Features()
        self.vault = Vault(self.ledger, {"vault-0001": bytes(32)}, "vault-0001")
        self._keys: dict[str, str] = {}

    def key(self, role: str, name: str = "") -> str:
        """A key of ``role``; ``name`` is whose."""
        name = name or f"{role}-1"
        if name not in self._keys:
            self._keys[name] = self.ledger.create_key(name, role)[1]
        return self._keys[name]

    def add(
        self, number: int, grade: int, account: str = "", rule: str = "frequent_cancel", of: Any = None, **values: Any
    ) -> str:
        """Record an alert of ``grade``, its account as in ``of``; its id comes back."""
        trigger = trigger_of(number, account or f"A{number:03d}", rule)
        self.ledger.record_score(trigger, answer_of(trigger, grade, **values), {"features": FEATURES}, of)
        return str(trigger["alert_id"])

    def case_of(self, alert_id: str) -> str:
        return str(self.ledger.alert(alert_id)["case_id"])

    def parts(self) -> Any:
        return Parts(
            ledger=self.ledger,
            grader=SimpleNamespace(judge=SimpleNamespace(reader=self.features)),  # type: ignore[arg-type]
            champion=None,  # type: ignore[arg-type]
            queue=None,  # type: ignore[arg-type]
            keyring=Keyring(self.ledger),
            metrics=Metrics(),
            clock=lambda: self.now,
            published=Published(self.folder / "desk"),
            bundles=self.folder / "bundles",
            behaviour=BehaviourReader(self.folder / "features"),
            desk_reader=self.features,
            vault=self.vault,
        )


class Service:
    """The server, once for all tests of a run; ``serve`` puts a test's ledger behind it."""

    def __init__(self) -> None:
        self._app = create_app(Metrics())
        self._api: Api | None = None
        quiet = {"log_level": "error", "log_config": None, "access_log": False}
        config = uvicorn.Config(self._answer, port=0, lifespan="off", ws="none", interface="asgi3", **quiet)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        self.url = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"

    def serve(self, api: Api) -> None:
        self._api = api
        self._app.state.parts = api.parts()

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)

    async def _answer(self, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        api = self._api
        assert api is not None
        query = dict(parse_qsl(scope["query_string"].decode()))
        api.seen.append((scope["method"], scope["path"], query))
        trouble = next((found for prefix, found in api.troubles.items() if scope["path"].startswith(prefix)), None)
        if trouble is None:
            await self._app(scope, receive, send)  # type: ignore[arg-type]
            return
        status, body = trouble
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(data)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": data})
