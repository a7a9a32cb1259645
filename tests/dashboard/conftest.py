"""A real HTTP server over a real ledger: the desk's routes as the service answers them, and troubles on demand."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from features.catalogue import STORED
from ledger.errors import CaseClosed, NotInLedger
from ledger.ledger import Ledger
from models.graded_alert import ACTIONS, GRADE_NAMES, GradedAlert
from rules_baseline.trigger import TriggerRecord

KEY = "ag_test_key"
NOW = datetime(2026, 3, 6, 8, 0, tzinfo=UTC)


def trigger_of(number: int, account: str, rule: str = "frequent_cancel", **values: Any) -> dict[str, Any]:
    alert_id = f"{rule}:breach:2026-03-0{1 + number % 5}:SHFE.cu2605:{account}#{number}"
    known = {
        "alert_id": alert_id,
        "rule_id": rule,
        "level": "breach",
        "exchange": "SHFE",
        "contract": "cu2605",
        "trading_day": f"2026-03-0{1 + number % 5}",
        "subject_type": "account",
        "subject_id": account,
        "account_id": account,
        "triggered_at": f"2026-03-0{1 + number % 5}T02:00:{number % 60:02d}Z",
        "measured": 640.0,
        "threshold": 500.0,
        "occurrence": 2,
        "parameters_version": "2024-10-25",
        "evidence": json.dumps({"regime": "fee_aware", "members": {account: 640}}),
    }
    return TriggerRecord(**(known | values)).model_dump(mode="json")


def reason(
    voice: str, key: str, value: float | None, past: float | None, peer: float | None, *texts: Any
) -> dict[str, Any]:
    weight, zh, en = texts
    return {
        "voice": voice,
        "key": key,
        "value": value,
        "own_past": past,
        "peer_median": peer,
        "contribution": weight,
        "text_zh": zh,
        "text_en": en,
    }


REASONS = [
    reason(
        "rules",
        "frequent_cancel",
        640.0,
        None,
        None,
        None,
        "频繁报撤单：640 次，限额 500",
        "Frequent cancelling: 640, limit 500",
    ),
    reason(
        "classifier",
        "cancel_ratio_today",
        0.91,
        0.42,
        0.31,
        0.83,
        "当日撤单率明显高于自身历史",
        "Cancel ratio far above own past",
    ),
    reason("classifier", "alerts_30d", 4.0, 1.0, 0.0, 0.41, "近30日预警增多", "More alerts in 30 days"),
    reason("anomaly", "distinct_macs_5d", 7.0, 2.0, 1.0, 0.38, "登录设备数异常", "Unusual number of devices"),
]


def answer_of(trigger: dict[str, Any], grade: int, **values: Any) -> dict[str, Any]:
    likely = [0.04] * 5
    likely[grade - 1] = 0.84
    known = {
        "score_id": f"S-{trigger['alert_id']}",
        "alert_id": trigger["alert_id"],
        "account_id": trigger["account_id"],
        "grade": grade,
        "grade_name_zh": GRADE_NAMES[grade][0],
        "grade_name_en": GRADE_NAMES[grade][1],
        "severity": 1.7,
        "probabilities": likely,
        "grade_set": sorted({grade, min(grade + 1, 5)}),
        "anomaly": {"share": 0.973, "drivers": [{"key": "distinct_macs_5d", "value": 7.0, "share": 0.6}]},
        "baseline": {"grade": 3, "decided_by_alert": trigger["alert_id"]},
        "decided_by": {"rules": 3, "classifier": grade, "anomaly": None, "policy_clause": "least_expected_cost"},
        "reasons": REASONS,
        "action_zh": ACTIONS[grade][0],
        "action_en": ACTIONS[grade][1],
        "versions": {
            "model": "alert-scorer/3",
            "digest": "9f2c" * 16,
            "policy": "2026-02",
            "rules": "2024-10-25",
            "feature_service": "risk_grade_v1",
        },
        "features_as_of": "2026-03-05T12:45:00Z",
        "feature_age_days": 1,
        "degraded": [],
    }
    return GradedAlert(**(known | values)).model_dump(mode="json")


FEATURES = dict.fromkeys(STORED) | {
    "account_type_code": 0.0,
    "is_employee": 0.0,
    "is_programmatic": 1.0,
    "is_market_maker": 0.0,
    "via_introducing_broker": 1.0,
    "orders_20d": 18234.0,
    "cancel_ratio_20d": 0.4217,
    "alerts_250d": 6.0,
}


class Api:
    """The server: its ledger, the requests it saw, and what it shall fail with (``troubles[path prefix]``)."""

    def __init__(self, folder: Path) -> None:
        self.ledger = Ledger(f"sqlite:///{folder / 'ledger.db'}", lambda: NOW)
        self.troubles: dict[str, tuple[int, dict[str, Any] | bytes]] = {}
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        self.profile: dict[str, Any] | None = FEATURES
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def add(self, number: int, grade: int, account: str = "", rule: str = "frequent_cancel", **values: Any) -> str:
        trigger = trigger_of(number, account or f"A{number:03d}", rule)
        self.ledger.record_score(trigger, answer_of(trigger, grade, **values), {"features": FEATURES})
        return str(trigger["alert_id"])

    def answer(self, method: str, path: str, query: dict[str, str], body: dict[str, Any]) -> Any:
        section, _, rest = path.removeprefix("/v1/").partition("/")
        if section == "alerts" and rest:
            return self.ledger.alert(rest)
        if section == "alerts":
            filters: dict[str, Any] = {name: value for name, value in query.items() if name not in ("cursor", "limit")}
            page = self.ledger.alerts(filters, query.get("cursor"), int(query["limit"]))
            return {"items": page.rows, "next_cursor": page.next_cursor}
        if section == "cases" and method == "POST":
            return self.ledger.record_disposition(rest.partition("/")[0], decided_by="desk-1", **body)
        if section == "cases":
            return self.ledger.case(rest)
        if section == "accounts":
            answer = {"account_id": rest, "profile": self.profile, "degraded": []}
            answer |= {"features_as_of": NOW.isoformat(), "feature_age_days": 0} if self.profile else {}
            answer["alerts"] = self.ledger.alerts({"account_id": rest}, limit=50).rows
            return answer | {"cases": self.ledger.cases({"account_id": rest}, limit=50).rows}
        return self.ledger.counts()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.ledger.close()


def _handler(api: Api) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._serve("GET")

        def do_POST(self) -> None:
            self._serve("POST")

        def _serve(self, method: str) -> None:
            address = urlsplit(self.path)
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
            path, query = unquote(address.path), dict(parse_qsl(address.query))
            api.seen.append((method, address.path, query))
            trouble = next((found for prefix, found in api.troubles.items() if path.startswith(prefix)), None)
            if self.headers.get("Authorization") != f"Bearer {KEY}":
                trouble = (401, _error("a key that is unknown or revoked"))
            if trouble is None:
                try:
                    trouble = (200, api.answer(method, path, query, body))
                except NotInLedger as error:
                    trouble = (404, _error(str(error)))
                except CaseClosed as error:
                    trouble = (409, _error(str(error)))
            self._send(*trouble)

        def _send(self, status: int, body: Any) -> None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_arguments: object) -> None:
            """Quiet."""

    return Handler


def _error(seen: str) -> dict[str, Any]:
    return {"error": {"seen": seen, "wanted": "", "do": "", "fields": []}}


@pytest.fixture
def api(tmp_path):
    served = Api(tmp_path)
    yield served
    served.close()


@pytest.fixture
def api_key():
    return KEY
