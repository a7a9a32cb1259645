"""A ledger, a deliverer on the real channels, and a real server that receives."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from alertgrade.outbox.config import OutboxConfig
from alertgrade.outbox.deliverer import Deliverer
from alertgrade.outbox.senders import call_webhook, send_by_apprise
from ledger.ledger import Ledger
from ledger.workflow.terms import Terms


class Receiver:
    """A real HTTP server that keeps what it is sent, and answers 500 on the paths in ``broken``."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, dict[str, str], bytes]] = []
        self.broken: set[str] = set()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.seen.append((self.path, dict(self.headers), body))
                self.send_response(500 if self.path in receiver.broken else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def paths(self) -> list[str]:
        return [path for path, _, _ in self.seen]

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    one = Receiver()
    yield one
    one.close()


class World:
    def __init__(self, home: Path, receiver: Receiver) -> None:
        self.now = datetime(2026, 3, 2, 2, tzinfo=UTC)
        self._terms = Terms(notify_grades=(1, 2), due_hours={1: 4, 2: 24})
        self.ledger = Ledger(f"sqlite:///{home / 'ledger.db'}", lambda: self.now, terms=self._terms)
        (home / "secret").write_bytes(b"shared\n")
        at = f"127.0.0.1:{receiver.port}"
        self.told = {
            "channels": {name: f"json://{at}/{name}" for name in ("desk", "mail", "head")},
            "grades": {
                1: {"to": ["desk"], "fallback": ["mail"], "escalate": ["head"], "acknowledge_minutes": 15},
                2: {"to": ["desk", "mail"]},
            },
            "sla": {"to": ["head"]},
            "retry": {"first_seconds": 30, "longest_seconds": 60, "attempts": 3},
            "actions": {"restrict_opening": {"url": f"http://{at}/core", "secret_file": str(home / "secret")}},
        }
        config = OutboxConfig.model_validate(self.told)
        self.deliverer = Deliverer(self.ledger, config, send_by_apprise, call_webhook, lambda: self.now)

    def all_blind(self) -> None:
        """From now on every case is blind."""
        self.ledger._terms = replace(self._terms, blind_share=1.0)

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)

    def alert(self, name: str, grade: int, subject: str = "A1") -> dict[str, Any]:
        return {
            "trigger": {
                "alert_id": name,
                "rule_id": "self_trade",
                "level": "breach",
                "exchange": "SHFE",
                "contract": "cu2605",
                "trading_day": "2026-03-02",
                "subject_type": "account",
                "subject_id": subject,
                "account_id": subject,
                "triggered_at": "2026-03-02T02:00:00Z",
            },
            "answer": {
                "score_id": f"S-{name}",
                "grade": grade,
                "baseline": {"grade": grade},
                "decided_by": {"policy_clause": "x"},
                "degraded": [],
            },
            "evidence": {},
        }

    def record(self, name: str, grade: int, subject: str = "A1") -> str:
        self.ledger.record_score(**self.alert(name, grade, subject))
        return str(self.ledger.alert(name)["case_id"])

    def only(self) -> dict[str, Any]:
        (row,) = self.ledger.outbox()
        return row


@pytest.fixture
def world(tmp_path: Path, receiver: Receiver) -> Iterator[World]:
    made = World(tmp_path, receiver)
    yield made
    made.ledger.close()
