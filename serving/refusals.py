"""Which HTTP answer each of the ledger's errors means."""

from __future__ import annotations

from ledger.errors import BadQuery, EntryConflict, LedgerError, NotAllowed, NotInLedger, NotNow, Unacceptable
from serving.requests import Refused

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
