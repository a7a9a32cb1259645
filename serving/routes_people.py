"""Who a client is: the desk must telephone people; every look is on record."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path

from ledger.errors import LedgerError, LedgerUnavailable, NotInLedger
from ledger.keys import ApiKey
from serving.access import caller, roles_note
from serving.requests import Refused
from serving.routes_scores import PartsNow

MAY_SEE_NAMES = ("investigator", "reviewer", "admin")
router = APIRouter(tags=["people"])


@router.get("/v1/people/{account_id:path}", openapi_extra=roles_note(*MAY_SEE_NAMES))
def get_person(
    account_id: Annotated[str, Path(max_length=400)],
    parts: PartsNow,
    key: Annotated[ApiKey, caller(*MAY_SEE_NAMES)],
) -> dict[str, Any]:
    """The person of an account from the vault, recorded as a ``read``; 404 where none is known or it was forgotten."""
    if parts.vault is None:
        raise Refused(503, "the vault is closed", "wanted its keys in the home", "the service's log says why")
    try:
        return {"account_id": account_id, "person": parts.vault.show(account_id, by=key.name)}
    except (LedgerUnavailable, NotInLedger):
        raise
    except LedgerError as error:  # a key that is gone, or a row that was changed
        raise Refused(503, error.seen, error.wanted, error.do) from error
