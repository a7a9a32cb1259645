"""Alerts in, grades out: the calls of the broker's monitor."""

from __future__ import annotations

import json
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic_core import from_json

from ledger.chain import canonical_json
from ledger.keys import ApiKey
from ledger.workflow.person import Person
from models.graded_alert import GradedAlert
from serving.access import DESK, caller, roles_note
from serving.blind import refuse_hidden
from serving.body import read_json
from serving.judge import Question
from serving.parts import Parts
from serving.refusals import refusal_of
from serving.requests import Refused, ScoreRequest, parse
from serving.score_call import SCORERS, admitted_graded, question_of

READERS = ("scorer", *DESK)
BATCH_LIMIT = 1_000
_CHUNK = 8  # alerts of a batch graded at a stretch: what a single alert may have to wait for
router = APIRouter(tags=["scores"])


async def parts_of(request: Request) -> Parts:
    """The running service's parts; a coroutine only because FastAPI sends a plain function through a thread."""
    parts: Parts = request.app.state.parts
    return parts


PartsNow = Annotated[Parts, Depends(parts_of)]


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


_ONE = ScoreRequest.model_json_schema()
_LIST = {"type": "array", "minItems": 1, "maxItems": BATCH_LIMIT, "items": _ONE}
_OBJECT = {"type": "object", "required": ["alerts"], "additionalProperties": False, "properties": {"alerts": _LIST}}
_MANY = {"oneOf": [_OBJECT, _LIST]}
_WANTED = f'wanted {{"alerts": [1 to {BATCH_LIMIT} alerts]}} or the list alone'
_ITEMS = {
    "type": "object",
    "properties": {
        "results": {
            "type": "array",
            "description": "In the order asked: {status: 200, score} or {status, error}.",
            "items": {"type": "object"},
        }
    },
}


@router.post("/v1/scores", response_model=GradedAlert, openapi_extra=_body(_ONE) | roles_note(*SCORERS))
async def post_score(request: Request, parts: PartsNow, _key: Annotated[ApiKey, caller(*SCORERS)]) -> Response:
    """Grade one alert and record the grade; the same trigger record always gets the same answer."""
    try:
        answer = await admitted_graded(parts, request.headers, request.receive)
        return Response(answer, media_type="application/json")
    except Exception as error:
        raise refusal_of(error) from error


@router.post(
    "/v1/scores:batch",
    openapi_extra=_body(_MANY) | roles_note(*SCORERS),
    responses={200: {"content": {"application/json": {"schema": _ITEMS}}}},
)
async def post_scores(request: Request, parts: PartsNow, _key: Annotated[ApiKey, caller(*SCORERS)]) -> Response:
    """Grade up to 1,000 alerts in order, with an answer or an error for each."""
    body = await read_json(request, parts.max_batch_body)
    items = await anyio.to_thread.run_sync(_parse_batch, body)
    sound = [(place, item) for place, item in enumerate(items) if isinstance(item, Question)]
    results: list[Any] = list(items)
    for start in range(0, len(sound), _CHUNK):
        chunk = sound[start : start + _CHUNK]
        answers = await parts.grade([question for _, question in chunk], admitted=start > 0)
        for (place, _), answer in zip(chunk, answers, strict=True):
            results[place] = answer
    text = await anyio.to_thread.run_sync(_batch_text, results)
    return Response(text, media_type="application/json")


@router.get("/v1/scores/{score_id:path}", response_model=GradedAlert, openapi_extra=roles_note(*READERS))
def get_score(
    score_id: Annotated[str, Path(max_length=200)], parts: PartsNow, key: Annotated[ApiKey, caller(*READERS)]
) -> Response:
    """The recorded answer, byte for byte as it was given; 403 while its case is shown without a grade."""
    if key.role not in SCORERS:
        refuse_hidden(parts.ledger, score_id, Person(key.name, key.role))
    return Response(canonical_json(parts.ledger.score(score_id)), media_type="application/json")


def _parse_batch(body: bytes) -> list[Question | Refused]:
    try:
        given = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise Refused(422, f"not JSON: {error}", _WANTED) from error
    alerts = given["alerts"] if isinstance(given, dict) and set(given) == {"alerts"} else given
    if not isinstance(alerts, list) or not 1 <= len(alerts) <= BATCH_LIMIT:
        seen = f"{len(alerts)} alerts" if isinstance(alerts, list) else "no list of alerts"
        fields = [{"field": "alerts", "message": f"wanted 1 to {BATCH_LIMIT}"}]
        raise Refused(422, seen, _WANTED, fields=fields)
    return [_parse_item(alert) for alert in alerts]


def _parse_item(alert: Any) -> Question | Refused:
    try:
        # Back to text: from JSON a date may be a string, from Python objects it need not.
        return question_of(parse(ScoreRequest, json.dumps(alert).encode()))
    except Refused as refused:
        return refused
    except (ValueError, RecursionError) as error:  # what cannot be text again, such as a number of 5,000 digits
        return Refused(422, f"not acceptable: {error}", "wanted the fields of /docs")


def _batch_text(results: list[Any]) -> str:
    shown = []
    for result in results:
        if isinstance(result, str):
            shown.append(f'{{"status":200,"score":{result}}}')
        else:
            refused = result if isinstance(result, Refused) else refusal_of(result)
            shown.append(canonical_json({"status": refused.status, "error": refused.body()}))
    return f'{{"results":[{",".join(shown)}]}}'
