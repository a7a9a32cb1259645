"""How large a parameter may be: what the engine's columns hold, and no number that is surely a slip of the pen."""

from __future__ import annotations

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
