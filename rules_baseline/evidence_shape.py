"""Evidence as an explanation may read it: what is not of the shape that alerts are written in is left out.

The service explains alerts that others sent it, whose evidence nobody checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

_DEEPEST = 50  # ours are three deep; written out, one much deeper would end in a RecursionError
_TEXTS = ("condition", "unit", "result")


def well_formed(found: Mapping[str, Any]) -> dict[str, Any]:
    """``found`` without what has another shape than an explanation reads, or is nested too deep.

    Of the conditions it keeps the well-formed ones.

    >>> well_formed({"members": {"A": "many"}, "event_ids": 5, "lots": "any", "conditions": [3]})
    {'lots': 'any', 'conditions': []}
    """
    kept = {name: value for name, value in found.items() if _SHAPES.get(name, _is_any)(value) and _is_shallow(value)}
    limits, measured = kept.pop("limits", {}), kept.get("measured", {})
    if told := {name: limit for name, limit in limits.items() if name in measured}:
        kept["limits"] = told  # each beside what was counted
    if "conditions" in kept:
        kept["conditions"] = [one for one in kept["conditions"] if _is_condition(one)]
    return kept


def _is_shallow(value: Any) -> bool:
    level = [value]
    for _ in range(_DEEPEST):
        level = [inner for one in level if isinstance(one, dict | list) for inner in _inside(one)]
        if not level:
            return True
    return False


def _inside(one: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return one.values() if isinstance(one, dict) else one


def _is_any(value: Any) -> bool:
    return True


def _is_condition(one: Any) -> bool:
    return isinstance(one, dict) and all(isinstance(one.get(name), str) for name in _TEXTS)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_mapping(value: Any) -> bool:
    return isinstance(value, dict)


def _is_count(value: Any) -> bool:
    return type(value) is int


def _is_shares(value: Any) -> bool:
    return isinstance(value, dict) and all(type(share) in (int, float) for share in value.values())


_SHAPES: Mapping[str, Callable[[Any], bool]] = {
    "accounts": _is_list,
    "accounts_total": _is_count,
    "conditions": _is_list,
    "days": _is_mapping,
    "distances": _is_mapping,
    "event_ids": _is_list,
    "events": _is_count,
    "limits": _is_mapping,
    "measured": _is_mapping,
    "members": _is_shares,
    "parameter": _is_mapping,
}
