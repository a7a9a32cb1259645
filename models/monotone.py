"""Monotone constraints: from a sign by feature name to one sign a column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence


def monotone_signs(
    given: Mapping[str, int] | Sequence[int] | None, width: int, names: Iterable[str]
) -> tuple[int, ...]:
    """One of -1, 0, +1 a column, empty when nothing is constrained; ``ValueError`` for a name or length unknown.

    >>> monotone_signs({"b": 1}, 2, ["a", "b"]), monotone_signs(None, 2, [])
    ((0, 1), ())
    """
    if not given:
        return ()
    if isinstance(given, Mapping):
        columns = [str(name) for name in names]
        if unknown := [name for name in given if name not in columns]:
            raise ValueError(f"saw a monotone constraint on {unknown[0]!r}; wanted a column of X")
        signs = tuple(int(given.get(name, 0)) for name in columns)
    else:
        signs = tuple(int(sign) for sign in given)
    if len(signs) != width or not set(signs) <= {-1, 0, 1}:
        raise ValueError(f"saw monotone constraints {signs}; wanted {width} of -1, 0 or 1, one a feature")
    return signs
