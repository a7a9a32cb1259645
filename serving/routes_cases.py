"""What the desk does to cases: one call an action, all from the table of ``ledger.workflow.table``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Path, Request, Response

from ledger.chain import instant_text
from ledger.errors import LedgerError
from ledger.keys import ApiKey
from ledger.workflow.person import Person
from ledger.workflow.table import ACTIONS, DECIDERS
from serving import case_requests as bodies
from serving.access import DESK, caller, roles_note
from serving.blind import is_hidden, shown_case, shown_entry
from serving.body import read_json
from serving.parts import Parts
from serving.refusals import refusal_of_desk
from serving.requests import Refused, parse
from serving.routes_scores import PartsNow

router = APIRouter(tags=["cases"])
Identifier = Annotated[str, Path(max_length=400)]
_BODIES: Mapping[str, tuple[str, type[bodies.Body]]] = {
    "claim": ("claim", bodies.ClaimRequest),
    "release": ("release", bodies.Body),
    "disposition": ("disposition", bodies.CaseDisposition),
    "review": ("review", bodies.ReviewRequest),
    "override": ("override", bodies.OverrideRequest),
    "reopen": ("reopen", bodies.ReasonRequest),
    "terminate": ("terminate", bodies.ReasonRequest),
    "snooze": ("snooze", bodies.SnoozeRequest),
    "note": ("note", bodies.NoteRequest),
    "call_back": ("call-back", bodies.CallBack),
    "statement": ("statement", bodies.StatementRequest),
    "appeal": ("appeal", bodies.StatementRequest),
    "appeal_decision": ("appeal-decision", bodies.AppealDecision),
}


def person_of(key: ApiKey) -> Person:
    """Who acts with this key."""
    return Person(key.name, key.role)


def body_schema(model: type[bodies.Body]) -> dict[str, Any]:
    """What OpenAPI says of a body that the route reads itself."""
    content = {"application/json": {"schema": model.model_json_schema(by_alias=True)}}
    return {"requestBody": {"required": True, "content": content}}


def _add(action: str) -> None:
    path, model = _BODIES[action]
    roles, stages = ACTIONS[action].roles, ACTIONS[action].stages
    admitted = caller(*roles)

    async def act(
        case_id: Identifier, request: Request, response: Response, parts: PartsNow, key: ApiKey = admitted
    ) -> dict[str, Any]:
        told = parse(model, await read_json(request, parts.max_body) or b"{}").told()
        person = person_of(key)
        case = await anyio.to_thread.run_sync(parts.ledger.act, action, case_id, person, told)
        if action == "disposition" and case["stage"] == "in_review":
            response.status_code = 202  # on record, and not decided before another person agrees
        return shown_case(case, person, instant_text(parts.clock()))

    router.add_api_route(
        f"/v1/cases/{{case_id}}/{path}",
        act,
        methods=["POST"],
        name=f"post_{action}",
        summary=f"{ACTIONS[action].name_zh}: {action.replace('_', ' ')}",
        description=f"For a case that is {', '.join(stages)}. {model.__doc__}",
        openapi_extra=body_schema(model) | roles_note(*roles),
        responses={202: {"description": "Proposed; waits for another person."}} if action == "disposition" else None,
    )


for _action in _BODIES:
    _add(_action)


@router.post("/v1/cases:bulk", openapi_extra=body_schema(bodies.BulkRequest) | roles_note(*DECIDERS))
async def post_bulk(
    request: Request, parts: PartsNow, key: Annotated[ApiKey, caller(*DECIDERS)]
) -> dict[str, list[dict[str, Any]]]:
    """One action on up to 500 cases, with the case or an error for each."""
    asked = parse(bodies.BulkRequest, await read_json(request, parts.max_body))
    if asked.action not in _BODIES:
        fields = [{"field": "action", "message": f"wanted one of {', '.join(_BODIES)}"}]
        raise Refused(422, f"action {asked.action!r}", "wanted an action on cases", fields=fields)
    told = parse(_BODIES[asked.action][1], asked.body).told()
    person, now = person_of(key), instant_text(parts.clock())
    done = await anyio.to_thread.run_sync(parts.ledger.act_on_many, asked.action, asked.case_ids, person, told)
    return {"results": [_result(*one, person, now) for one in zip(asked.case_ids, done, strict=True)]}


def _result(case_id: str, done: dict[str, Any] | LedgerError, person: Person, now: str) -> dict[str, Any]:
    if isinstance(done, LedgerError):
        refused = refusal_of_desk(done)
        return {"case_id": case_id, "status": refused.status, "error": refused.body()}
    status = 202 if done["stage"] == "in_review" else 200
    return {"case_id": case_id, "status": status, "case": shown_case(done, person, now)}


@router.get("/v1/cases/{case_id}/history", openapi_extra=roles_note(*DESK))
def get_history(case_id: Identifier, parts: PartsNow, key: Annotated[ApiKey, caller(*DESK)]) -> dict[str, Any]:
    """Everything on record of a case, oldest first: its alerts and grades, and what people did."""
    case, person = parts.ledger.case(case_id), person_of(key)
    hidden = is_hidden(case, person)
    entries = parts.ledger.case_history(case_id)
    kept = [entry for entry in entries if not (hidden and entry["kind"] == "sample")]  # drawn from low grades
    return {"items": [shown_entry(entry, hidden=hidden) for entry in kept]}


def whole_case(parts: Parts, case_id: str, person: Person) -> dict[str, Any]:
    """One case with its alerts, its disposition or proposal, the latest call-back form, and why it is marked."""
    case = parts.ledger.case(case_id)
    forms = [entry["payload"] for entry in parts.ledger.case_history(case_id) if entry["kind"] == "call_back"]
    decided = (case["disposition"] or case["proposal"] or {}).get("call_back")
    case["form"] = decided or (forms[-1] if forms else None)
    case["restriction"] = parts.ledger.register_row("restrictions", case["restriction_id"])
    case["strategy"] = parts.ledger.register_row("strategies", case["strategy_id"])
    return shown_case(case, person, instant_text(parts.clock()))
