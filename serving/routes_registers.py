"""The desk's registers: restrictions, exchange notices and their delivery, known strategies."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import anyio.to_thread
from fastapi import APIRouter, Path, Query, Request

from ledger.chain import instant_text
from ledger.keys import ApiKey
from ledger.workflow.table import DECIDERS, REVIEWERS
from serving import case_requests as bodies
from serving.access import DESK, caller, roles_note
from serving.body import read_json
from serving.requests import parse
from serving.routes_cases import body_schema, person_of
from serving.routes_scores import PartsNow

router = APIRouter(tags=["registers"])
Identifier = Annotated[str, Path(max_length=400)]
Text = Annotated[str | None, Query(max_length=400)]
Limit = Annotated[int, Query(ge=1, le=500)]
DeskKey = Annotated[ApiKey, caller(*DESK)]
Decider = Annotated[ApiKey, caller(*DECIDERS)]
Reviewer = Annotated[ApiKey, caller(*REVIEWERS)]


@router.get("/v1/restrictions", openapi_extra=roles_note(*DESK))
def get_restrictions(
    parts: PartsNow,
    _key: DeskKey,
    subject_type: Text = None,
    subject_id: Text = None,
    case_id: Text = None,
    in_force_on: date | None = None,
    cursor: Text = None,
    limit: Limit = 100,
) -> dict[str, Any]:
    """限制登记, newest first; ``in_force_on`` keeps those that bind on a trading day."""
    filters = {"subject_type": subject_type, "subject_id": subject_id, "case_id": case_id}
    day = in_force_on.isoformat() if in_force_on else None
    page = parts.ledger.register("restrictions", filters, cursor, limit, day)
    return {"items": page.rows, "next_cursor": page.next_cursor}


@router.post("/v1/restrictions", openapi_extra=body_schema(bodies.RestrictionRequest) | roles_note(*DECIDERS))
async def post_restriction(request: Request, parts: PartsNow, key: Decider) -> dict[str, Any]:
    """Register a restriction; an alert of its subject while it lasts makes its case grade 2 at least."""
    told = parse(bodies.RestrictionRequest, await read_json(request, parts.max_body)).told()
    return await anyio.to_thread.run_sync(parts.ledger.restrict, person_of(key), told)


@router.post(
    "/v1/restrictions/{restriction_id}/lift",
    openapi_extra=body_schema(bodies.ReasonRequest) | roles_note(*REVIEWERS),
)
async def post_lift(restriction_id: Identifier, request: Request, parts: PartsNow, key: Reviewer) -> dict[str, Any]:
    """End a restriction before its last day."""
    told = parse(bodies.ReasonRequest, await read_json(request, parts.max_body))
    ledger, person = parts.ledger, person_of(key)
    return await anyio.to_thread.run_sync(ledger.lift_restriction, person, restriction_id, told.reason)


@router.get("/v1/notices", openapi_extra=roles_note(*DESK))
def get_notices(
    parts: PartsNow,
    _key: DeskKey,
    subject_id: Text = None,
    exchange: Text = None,
    rule_id: Text = None,
    cursor: Text = None,
    limit: Limit = 100,
) -> dict[str, Any]:
    """交易所告知, newest first."""
    filters = {"subject_id": subject_id, "exchange": exchange, "rule_id": rule_id}
    page = parts.ledger.register("notices", filters, cursor, limit)
    return {"items": page.rows, "next_cursor": page.next_cursor}


@router.post("/v1/notices", openapi_extra=body_schema(bodies.NoticeRequest) | roles_note(*DECIDERS))
async def post_notice(request: Request, parts: PartsNow, key: Decider) -> dict[str, Any]:
    """Record an exchange's notice; what it restricts enters the register of restrictions."""
    asked = parse(bodies.NoticeRequest, await read_json(request, parts.max_body))
    told = asked.told() | {"received_at": instant_text(asked.received_at)}
    return await anyio.to_thread.run_sync(parts.ledger.receive_notice, person_of(key), told)


@router.post(
    "/v1/notices/{notice_id}/delivery", openapi_extra=body_schema(bodies.DeliveryRequest) | roles_note(*DECIDERS)
)
async def post_delivery(notice_id: Identifier, request: Request, parts: PartsNow, key: Decider) -> dict[str, Any]:
    """Record that the client has the notice, with the proof of it (送达证明)."""
    asked = parse(bodies.DeliveryRequest, await read_json(request, parts.max_body))
    told = asked.told() | {"delivered_at": instant_text(asked.delivered_at)}
    return await anyio.to_thread.run_sync(parts.ledger.deliver_notice, person_of(key), notice_id, told)


@router.get("/v1/strategies", openapi_extra=roles_note(*DESK))
def get_strategies(
    parts: PartsNow,
    _key: DeskKey,
    account_id: Text = None,
    rule_id: Text = None,
    status: Literal["proposed", "approved", "ended"] | None = None,
    in_force_on: date | None = None,
    cursor: Text = None,
    limit: Limit = 100,
) -> dict[str, Any]:
    """已知策略白名单, newest first."""
    filters = {"account_id": account_id, "rule_id": rule_id, "status": status}
    day = in_force_on.isoformat() if in_force_on else None
    page = parts.ledger.register("strategies", filters, cursor, limit, day)
    return {"items": page.rows, "next_cursor": page.next_cursor}


@router.post("/v1/strategies", openapi_extra=body_schema(bodies.StrategyRequest) | roles_note(*DECIDERS))
async def post_strategy(request: Request, parts: PartsNow, key: Decider) -> dict[str, Any]:
    """Propose that alerts of an account and a rule come from a known strategy; they are graded all the same."""
    told = parse(bodies.StrategyRequest, await read_json(request, parts.max_body)).told()
    return await anyio.to_thread.run_sync(parts.ledger.propose_strategy, person_of(key), told)


@router.post("/v1/strategies/{strategy_id}/approve", openapi_extra=roles_note(*REVIEWERS))
def post_approval(strategy_id: Identifier, parts: PartsNow, key: Reviewer) -> dict[str, Any]:
    """Put a proposed strategy into force; 409 for the one who proposed it."""
    return parts.ledger.approve_strategy(person_of(key), strategy_id)


@router.post(
    "/v1/strategies/{strategy_id}/end", openapi_extra=body_schema(bodies.ReasonRequest) | roles_note(*REVIEWERS)
)
async def post_end(strategy_id: Identifier, request: Request, parts: PartsNow, key: Reviewer) -> dict[str, Any]:
    """Take a strategy off the list, or turn its proposal down."""
    told = parse(bodies.ReasonRequest, await read_json(request, parts.max_body))
    return await anyio.to_thread.run_sync(parts.ledger.end_strategy, person_of(key), strategy_id, told.reason)
