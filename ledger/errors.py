"""What can go wrong with the record, said so that a person can mend it."""

from __future__ import annotations


class LedgerError(Exception):
    """Says what was seen, what was wanted and what to do.

    >>> str(LedgerError("case C7 is closed", "wanted an open case", "open its record"))
    'case C7 is closed; wanted an open case; open its record'
    """

    def __init__(self, seen: str, wanted: str = "", do: str = "") -> None:
        super().__init__("; ".join(part for part in (seen, wanted, do) if part))
        self.seen, self.wanted, self.do = seen, wanted, do


class LedgerUnavailable(LedgerError):
    """The store cannot be read or written now (locked, full, gone): nothing was recorded."""


class EntryConflict(LedgerError):
    """An entry of this kind and key exists already and says something else."""


class NotInLedger(LedgerError):
    """No such alert, score, case or key."""


class BadQuery(LedgerError):
    """A filter or cursor that no page of this ledger could have given."""


class NotNow(LedgerError):
    """The case or register entry is not where this can be done, or not by this person."""


class NotAllowed(LedgerError):
    """The role may not do this."""


class Unacceptable(LedgerError):
    """What was sent cannot be done as it is: a date in the past, an unknown outcome."""


class CaseClosed(NotNow):
    """The case has its disposition already."""
