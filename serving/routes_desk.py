"""The risk desk's calls: queues, one alert, one case and its disposition, an account, a summary."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import anyio.to_thread
from fastapi import APIRouter, Path, Query, Request

from alertgrade.errors import AlertError
from ledger.keys import ApiKey
from ledger.queries import Page
from serving.access import DESK, caller, roles_note
from serving.body import read_json
from serving.requests import DispositionRequest, Outcome, parse
from serving.routes_scores import PartsNow

_LATEST = 50  # alerts and cases of an account on its page
DECIDERS = ("investigator", "reviewer", "admin")
router = APIRouter(tags=["desk"])
Identifier = Annotated[str, Path(max_length=400)]
Text = Annotated[str | None, Query(max_length=400)]
Grade = Annotated[int | None, Query(ge=1, le=5)]
Limit = Annotated[int, Query(ge=1, le=500)]
Status = Literal["open", "closed"] | None
DeskKey = Annotated[ApiKey, caller(*DESK)]


@router.get("/v1/alerts", openapi_extra=roles_note(*DESK))
def get_alerts(
    parts: PartsNow,
    _key: DeskKey,
    grade: Grade = None,
    rule_id: Text = None,
    exchange: Text = None,
    status: Status = None,
    trading_day: date | None = None,
    account_id: Text = None,
    case_id: Text = None,
    cursor: Text = None,
    limit: Limit = 100,
) -> dict[str, Any]:
    """Alerts, newest first."""
    filters: dict[str, Any] = {
        "grade": grade,
        "rule_id": rule_id,
        "exchange": exchange,
        "status": status,
        "account_id": account_id,
    }
    filters |= {"case_id": case_id, "trading_day": trading_day.isoformat() if trading_day else None}
    return _shown(parts.ledger.alerts(filters, cursor, limit))


@router.get("/v1/alerts/{alert_id:path}", openapi_extra=roles_note(*DESK))
def get_alert(alert_id: Identifier, parts: PartsNow, _key: DeskKey) -> dict[str, Any]:
    """One alert: its trigger record, answer, the features it was graded by, and its case."""
    return parts.ledger.alert(alert_id)


@router.get("/v1/cases", openapi_extra=roles_note(*DESK))
def get_cases(
    parts: PartsNow,
    _key: DeskKey,
    grade: Grade = None,
    status: Status = None,
    outcome: Outcome | None = None,
    subject_id: Text = None,
    account_id: Text = None,
    cursor: Text = None,
    limit: Limit = 100,
) -> dict[str, Any]:
    """Cases, worst grade first, then oldest first."""
    filters: dict[str, Any] = {"grade": grade, "status": status, "outcome": outcome}
    filters |= {"subject_id": subject_id, "account_id": account_id}
    return _shown(parts.ledger.cases(filters, cursor, limit))


@router.get("/v1/cases/{case_id}", openapi_extra=roles_note(*DESK))
def get_case(case_id: Identifier, parts: PartsNow, _key: DeskKey) -> dict[str, Any]:
    """One case with its alerts and its disposition."""
    return parts.ledger.case(case_id)


@router.post(
    "/v1/cases/{case_id}/disposition",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": DispositionRequest.model_json_schema()}},
        }
    }
    | roles_note(*DECIDERS),
)
async def post_disposition(
    case_id: Identifier, request: Request, parts: PartsNow, key: Annotated[ApiKey, caller(*DECIDERS)]
) -> dict[str, Any]:
    """Close a case with its outcome, which its alerts take over; 409 where it is closed already."""
    asked = parse(DispositionRequest, await read_json(request, parts.max_body))

    def record() -> dict[str, Any]:
        return parts.ledger.record_disposition(case_id, decided_by=key.name, **asked.model_dump())

    return await anyio.to_thread.run_sync(record)


@router.get("/v1/accounts/{account_id:path}", openapi_extra=roles_note(*DESK))
def get_account(account_id: Identifier, parts: PartsNow, _key: DeskKey) -> dict[str, Any]:
    """An account's features now, its latest alerts and its cases; ``degraded`` says what is missing."""
    now = parts.clock()
    shown: dict[str, Any] = {"account_id": account_id, "profile": None, "features_as_of": None, "degraded": []}
    try:
        reader = parts.desk_reader or parts.grader.judge.reader
        row = reader.read(account_id, trading_day=now.date(), at=now)
    except AlertError as error:
        shown["degraded"] = [f"feature_store_unavailable: {error}"]
    else:
        shown |= {"profile": dict(row.values), "features_as_of": row.as_of, "feature_age_days": row.age_days}
        shown["degraded"] = ["stale_features: the feature store is behind"] if row.stale else []
    shown["alerts"] = parts.ledger.alerts({"account_id": account_id}, limit=_LATEST).rows
    shown["cases"] = parts.ledger.cases({"account_id": account_id}, limit=_LATEST).rows
    return shown


@router.get("/v1/reports/summary", openapi_extra=roles_note(*DESK))
def get_summary(parts: PartsNow, _key: DeskKey) -> dict[str, Any]:
    """How many alerts and cases there are, by status and grade."""
    return parts.ledger.counts()


def _shown(page: Page) -> dict[str, Any]:
    return {"items": page.rows, "next_cursor": page.next_cursor}
