"""What an entry of a parameters file holds, checked: its dates, lists and flags, and the parameters of its rule."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from features.events.schema import ORDERS
from rules_baseline.bad_entry import BadEntry, shown
from rules_baseline.bounds import exact, whole, within
from rules_baseline.rule import Parameter, Rule

_TYPES: dict[str, type] = {"text": str, "flag": bool}
_HEDGES = next(column.values for column in ORDERS.columns if column.name == "hedge")
LISTS = {"exempt_hedges": _HEDGES}  # what may be in a list by its parameter: one of anything would take a slip
_DAY = "wanted a date such as 2026-01-31"


def values_of(where: str, rule: Rule, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Every parameter of ``rule`` besides its limit, as the engine takes it; None where an optional one is left out.

    Raises ``BadEntry`` for a value that is not of its kind, or values by which the rule could not count.
    """
    values = {one.name: _value(where, one, raw.get(one.name)) for one in rule.parameters}
    lacking = None if rule.amiss is None else rule.amiss(values)
    if lacking is not None:
        key, problem, fit = lacking
        raise BadEntry(where, key, problem, fit)
    return values


def dates_of(where: str, raw: Mapping[str, Any]) -> tuple[date, date | None]:
    """First day and the day after the last (None: no end) of an entry; raises ``BadEntry`` where it holds on none."""
    starts, ends = raw.get("effective_from"), raw.get("effective_to")
    if type(starts) is not date:
        raise BadEntry(where, "effective_from", f"effective_from={shown(starts)}", _DAY)
    if ends is None:
        return starts, None
    if type(ends) is not date:
        raise BadEntry(where, "effective_to", f"effective_to={shown(ends)}", f"{_DAY}, or nothing")
    if ends <= starts:
        problem = f"effective_to={ends} is not after effective_from={starts}"
        raise BadEntry(where, "effective_to", problem, "wanted the day after its last")
    return starts, ends


def flag_of(where: str, key: str, given: Any) -> bool:
    """``given`` as it is; raises ``BadEntry`` where it is neither true nor false."""
    if type(given) is not bool:
        raise BadEntry(where, key, f"{key}={shown(given)}", "wanted true or false")
    return given


def list_of(where: str, key: str, given: Any, among: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The texts of a list that is not empty, ``among`` those allowed (none: any); raises ``BadEntry`` for another."""
    if not given or not is_list(given, among):
        raise BadEntry(where, key, f"{key}={shown(given)}", _wanted_list(among))
    return tuple(given)


def is_list(given: Any, among: tuple[str, ...] = ()) -> bool:
    """Whether ``given`` is a list of texts, each ``among`` those allowed (none: any).

    >>> is_list(["a"]), is_list([["a"]]), is_list(["a"], ("b",)), is_list([], ("b",)), is_list("a")
    (True, False, False, True, False)
    """
    texts = isinstance(given, list | tuple) and all(isinstance(one, str) for one in given)
    return texts and (not among or set(given) <= set(among))


def _value(where: str, parameter: Parameter, raw: Any) -> Any:
    kind = parameter.kind
    if raw is None and parameter.optional:
        return None
    if kind == "list" and is_list(raw, LISTS.get(parameter.name, ())):
        return ",".join(sorted(raw))
    if kind == "share" and isinstance(raw, str):  # text, so that 0.8 stays exactly 0.8
        share = exact(raw, "share")
        if share is not None:
            return share
    if kind == "count" and whole(raw, "count"):
        return raw
    if type(raw) is _TYPES.get(kind) and (not parameter.values or raw in parameter.values):
        return raw
    raise BadEntry(where, parameter.name, f"{parameter.name}={shown(raw)}", _wanted(parameter))


def _wanted(parameter: Parameter) -> str:
    kinds = {
        "count": f"wanted {within('count')}",
        "share": f"wanted {within('share')}, as text in quotation marks",
        "flag": "wanted true or false",
        "list": _wanted_list(LISTS.get(parameter.name, ())),
    }
    return kinds.get(parameter.kind, f"wanted a text {' or '.join(parameter.values)}".rstrip())


def _wanted_list(among: tuple[str, ...]) -> str:
    return f"wanted a list of {', '.join(among)}" if among else "wanted a list of texts"
