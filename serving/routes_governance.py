"""What governance asks of the record: how it stands, and a past grade made again."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path

from ledger.keys import ApiKey
from ledger.state import state
from serving.access import caller, roles_note
from serving.blind import refuse_hidden
from serving.requests import Refused
from serving.routes_cases import person_of
from serving.routes_scores import PartsNow

REPLAYERS = ("governor", "data_scientist", "admin")
GOVERNORS = ("governor", "admin")
router = APIRouter(tags=["governance"])


@router.post("/v1/scores/{score_id}/replay", openapi_extra=roles_note(*REPLAYERS))
def post_replay(
    score_id: Annotated[str, Path(max_length=200)], parts: PartsNow, key: Annotated[ApiKey, caller(*REPLAYERS)]
) -> dict[str, Any]:
    """Make the grade again from its row: ``identical``, or the fields that differ, or what is missing.

    403 while its case is shown without a grade: what differs would tell it.
    """
    refuse_hidden(parts.ledger, score_id, person_of(key))
    if parts.replayer is None:
        raise Refused(503, "this service cannot replay", "wanted its bundles")
    return asdict(parts.replayer.replay(score_id))


@router.get("/v1/ledger/state", openapi_extra=roles_note(*GOVERNORS))
def get_state(parts: PartsNow, _key: Annotated[ApiKey, caller(*GOVERNORS)]) -> dict[str, Any]:
    """The end of the chain, the last signed head, what was sealed and pruned; whether it is intact ``verify`` says."""
    return state(parts.ledger)
