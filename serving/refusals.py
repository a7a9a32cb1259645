"""Which HTTP answer each error means, and how one is written."""

from __future__ import annotations

import json
import logging

from ledger.errors import (
    BadQuery,
    EntryConflict,
    LedgerError,
    LedgerUnavailable,
    NotAllowed,
    NotInLedger,
    NotNow,
    Unacceptable,
)
from serving.admission import Overloaded
from serving.last_resort import unforeseen
from serving.requests import Refused

_log = logging.getLogger("serving")
STATUS: dict[type[LedgerError], int] = {
    NotAllowed: 403,
    NotInLedger: 404,
    NotNow: 409,
    EntryConflict: 409,
    BadQuery: 422,
    Unacceptable: 422,
}


def refusal_of_desk(error: LedgerError) -> Refused:
    """The answer for an error that the caller can mend.

    >>> refusal_of_desk(NotNow("case C1 is closed")).status
    409
    """
    status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
    return Refused(status, error.seen, error.wanted, error.do)


def refusal_of_overload(error: Overloaded) -> Refused:
    """The answer to work that there is no time for."""
    headers = {"Retry-After": str(error.retry_after)}
    return Refused(429, str(error), "wanted a shorter queue", "try again later", headers=headers)


def refusal_of(error: Exception) -> Refused:
    """The HTTP answer that an alert's error means; what is no one's error but ours is logged."""
    if isinstance(error, Refused):
        return error
    if isinstance(error, Overloaded):
        return refusal_of_overload(error)
    if isinstance(error, EntryConflict):
        return Refused(409, error.seen, error.wanted, error.do)
    if isinstance(error, LedgerUnavailable):
        text = "nothing was recorded, so nothing is answered", "try again"
        _log.error("%s", error)
        return Refused(503, "the ledger cannot be used", *text, headers={"Retry-After": "1"})
    return unforeseen(error)


def error_text(refused: Refused) -> bytes:
    """The body of every error."""
    return json.dumps({"error": refused.body()}, ensure_ascii=False, separators=(",", ":")).encode()
