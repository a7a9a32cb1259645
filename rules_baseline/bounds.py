"""How large a parameter may be: what the engine's columns hold, and no number that is surely a slip of the pen."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

DIGITS = 6  # after the point: what the engine's columns hold
BELOW = {"count": 10**12, "positive": 10**6, "share": 10**3, "decimal": 10**12}  # by kind, itself not included


def within(kind: str) -> str:
    """What a number of a kind has to be, for an error.

    >>> within("positive"), within("count")
    ('a whole number of 1 or more, below 1,000,000', 'a whole number of 0 or more, below 1,000,000,000,000')
    """
    if kind in ("count", "positive"):
        return f"a whole number of {int(kind == 'positive')} or more, below {BELOW[kind]:,}"
    return f"a decimal of 0 or more, below {BELOW[kind]:,}, with {DIGITS} digits at most"


def whole(number: Any, kind: str) -> bool:
    """Whether ``number`` is a whole number of ``kind``.

    >>> whole(0, "count"), whole(0, "positive"), whole(10**6, "positive"), whole(True, "count"), whole("5", "count")
    (True, False, False, False, False)
    """
    return type(number) is int and (kind == "positive") <= number < BELOW[kind]


def exact(raw: int | str, kind: str) -> Decimal | None:
    """The decimal that ``raw`` writes; None where it writes none of ``kind``.

    >>> exact("0.8", "share"), exact("0.1234567", "share"), exact("1e400", "decimal"), exact("much", "share")
    (Decimal('0.8'), None, None, None)
    """
    try:
        found = Decimal(raw)
    except InvalidOperation:
        return None
    fits = found.is_finite() and 0 <= found < BELOW[kind] and found == round(found, DIGITS)
    return found if fits else None
