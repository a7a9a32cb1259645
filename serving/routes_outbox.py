"""Messages and actions that go outside: see them, acknowledge them, ask for an action, agree to it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import anyio.to_thread
from fastapi import APIRouter, Path, Query, Request

from ledger.keys import ApiKey
from ledger.workflow.table import DECIDERS, REVIEWERS
from serving import case_requests as bodies
from serving.access import DESK, caller, roles_note
from serving.body import read_json
from serving.requests import parse
from serving.routes_cases import body_schema, person_of
from serving.routes_scores import PartsNow

APPROVERS = (*REVIEWERS, "governor")
_TELLING = ("grade", "key", "payload", "delivered_to")  # each would give a hidden grade away
router = APIRouter(tags=["outbox"])
Identifier = Annotated[str, Path(max_length=400)]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Status = Literal["unapproved", "waiting", "delivered", "acknowledged", "failed", "refused"]


@router.get("/v1/outbox", openapi_extra=roles_note(*DESK))
def get_outbox(
    parts: PartsNow,
    key: Annotated[ApiKey, caller(*DESK)],
    status: Status | None = None,
    case_id: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """Messages and actions, newest first; a message tells a severe grade, so those of blind cases are left out."""
    rows = parts.ledger.outbox(status, case_id, limit)
    person = person_of(key)
    cases = set() if person.sees_blind else {row["case_id"] for row in rows if row["case_id"] is not None}
    hidden = parts.ledger.hidden_cases(cases)
    return {"items": [row for row in rows if row["kind"] == "action" or row["case_id"] not in hidden]}


@router.post("/v1/outbox/{outbox_id}/ack", openapi_extra=roles_note(*DECIDERS))
def post_ack(outbox_id: Number, parts: PartsNow, key: Annotated[ApiKey, caller(*DECIDERS)]) -> dict[str, Any]:
    """Acknowledge a delivered message, so that it is not escalated; of a blind case the answer leaves the grade out."""
    row, person = parts.ledger.acknowledge_outbox(outbox_id, key.name), person_of(key)
    case_ids = set() if person.sees_blind or row["case_id"] is None else {row["case_id"]}
    hidden = bool(parts.ledger.hidden_cases(case_ids))
    return {name: value for name, value in row.items() if not (hidden and name in _TELLING)}


@router.post(
    "/v1/cases/{case_id}/request-action", openapi_extra=body_schema(bodies.ActionRequest) | roles_note(*DECIDERS)
)
async def post_request(
    case_id: Identifier, request: Request, parts: PartsNow, key: Annotated[ApiKey, caller(*DECIDERS)]
) -> dict[str, Any]:
    """Ask another system to act on the case's account; nothing is sent before enough others agree."""
    told = parse(bodies.ActionRequest, await read_json(request, parts.max_body)).told()
    return await anyio.to_thread.run_sync(parts.ledger.request_action, case_id, person_of(key), told)


@router.post("/v1/outbox/{outbox_id}/approve", openapi_extra=roles_note(*APPROVERS))
def post_approve(outbox_id: Number, parts: PartsNow, key: Annotated[ApiKey, caller(*APPROVERS)]) -> dict[str, Any]:
    """Agree to an action; 409 for the one who asked for it, and for a second time."""
    return parts.ledger.approve_action(outbox_id, person_of(key))


@router.post("/v1/outbox/{outbox_id}/refuse", openapi_extra=body_schema(bodies.ReasonRequest) | roles_note(*APPROVERS))
async def post_refuse(
    outbox_id: Number, request: Request, parts: PartsNow, key: Annotated[ApiKey, caller(*APPROVERS)]
) -> dict[str, Any]:
    """Turn an action down that waits for approvals."""
    told = parse(bodies.ReasonRequest, await read_json(request, parts.max_body))
    return await anyio.to_thread.run_sync(parts.ledger.refuse_action, outbox_id, person_of(key), told.reason)
