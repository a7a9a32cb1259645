"""The one base of every error a user is meant to read."""

from __future__ import annotations


class AlertError(Exception):
    """Something a person can mend: says what was seen, what was wanted and what to do.

    The command line prints it as one line and exits non-zero; a traceback is for our own mistakes.

    >>> raise_me = AlertError("orders.csv has no column 'side'", "wanted the columns of DESIGN §3", "add it or map it")
    >>> str(raise_me)
    "orders.csv has no column 'side'; wanted the columns of DESIGN §3; add it or map it"
    """

    def __init__(self, seen: str, wanted: str = "", do: str = "") -> None:
        super().__init__("; ".join(part for part in (seen, wanted, do) if part))
        self.seen, self.wanted, self.do = seen, wanted, do
