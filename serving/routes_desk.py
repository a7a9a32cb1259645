"""The risk desk's calls: who one is, alerts, an account, the desk at a glance."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query

from alertgrade.errors import AlertError
from ledger.chain import instant_text
from ledger.keys import ROLES, ApiKey
from serving.access import DESK, caller, roles_note
from serving.blind import is_hidden, shown_alert, shown_alerts, shown_case
from serving.branches import LONGEST
from serving.feature_words import names_of
from serving.limit_source import source_of
from serving.populations import Population
from serving.routes_cases import person_of
from serving.routes_scores import PartsNow
from serving.trading_day import trading_day_at

_LATEST = 50  # alerts and cases of an account on its page
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
    key: DeskKey,
    grade: Grade = None,
    rule_id: Text = None,
    exchange: Text = None,
    branch: Annotated[str | None, Query(max_length=LONGEST)] = None,
    branch_known: bool | None = None,
    population: Population | None = None,
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
    filters |= {"branch": branch, "branch_known": branch_known, "population": population}
    filters |= {"case_id": case_id, "trading_day": trading_day.isoformat() if trading_day else None}
    person = person_of(key)
    page = parts.ledger.alerts(filters, cursor, limit, sees_blind=person.sees_blind)
    return {"items": shown_alerts(page.rows, parts.ledger, person), "next_cursor": page.next_cursor}


@router.get("/v1/alerts/{alert_id:path}", openapi_extra=roles_note(*DESK))
def get_alert(alert_id: Identifier, parts: PartsNow, key: DeskKey) -> dict[str, Any]:
    """One alert: its trigger record, answer, the features it was graded by, its case, the source of its limit.

    ``names`` are those of the features among its reasons, with their units.
    """
    found, person = parts.ledger.alert(alert_id), person_of(key)
    shown = shown_alert(found, hidden=is_hidden(found["case"], person)) | {"source": source_of(found["trigger"])}
    shown["names"] = names_of(str(reason["key"]) for reason in (shown["answer"] or {}).get("reasons") or [])
    if found["case"] is not None:
        shown["case"] = shown_case(found["case"], person, instant_text(parts.clock()))
    return shown


@router.get("/v1/accounts/{account_id:path}", openapi_extra=roles_note(*DESK))
def get_account(account_id: Identifier, parts: PartsNow, key: DeskKey) -> dict[str, Any]:
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
    person, text = person_of(key), instant_text(now)
    alerts = parts.ledger.alerts({"account_id": account_id}, limit=_LATEST).rows
    cases = parts.ledger.cases({"account_id": account_id}, limit=_LATEST, sort="newest").rows
    shown["alerts"] = shown_alerts(alerts, parts.ledger, person)
    shown["cases"] = [shown_case(case, person, text) for case in cases]
    return shown


@router.get("/v1/reports/summary", openapi_extra=roles_note(*DESK))
def get_summary(parts: PartsNow, key: DeskKey) -> dict[str, Any]:
    """How many alerts and cases there are, by status and grade; 0 is a grade that is hidden from the caller."""
    return parts.ledger.counts(sees_blind=person_of(key).sees_blind)


@router.get("/v1/me", openapi_extra=roles_note(*ROLES))
def get_me(key: Annotated[ApiKey, caller(*ROLES)]) -> dict[str, str]:
    """Whose key it is, and what it may do."""
    return {"name": key.name, "role": key.role}


@router.get("/v1/overview", openapi_extra=roles_note(*DESK))
def get_overview(parts: PartsNow, key: DeskKey) -> dict[str, Any]:
    """The desk at a glance: open cases by grade, stage, age and person, and today against the usual."""
    now = parts.clock()
    return parts.ledger.overview(now, trading_day_at(now), sees_blind=person_of(key).sees_blind)
