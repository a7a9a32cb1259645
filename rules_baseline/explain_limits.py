"""The lines of an explanation that hold a count against its limit: each quantity, its limit and what is left to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from rules_baseline.after_close.catalogue import after_close_screens
from rules_baseline.explain_texts import SENTENCES
from rules_baseline.explain_words import ABOVE, DISTANCE, NO_RATIO, Reach, both, number, words
from rules_baseline.trigger import TriggerRecord

_PLACES = 40  # more than a sum of money needs; 1E+999999999, written out, would fill the memory
_BY_SIGN: dict[str, Reach] = {">=": "at", ">": "above", "<=": "at_or_below", "<": "below"}


def limit_lines(alert: TriggerRecord, found: Mapping[str, Any], language: str | None) -> Iterator[str]:
    """What was counted, the limit, and the distance, by the evidence ``found``; of a screen for each of its limits.

    A condition of one's own may be reached below its limit: the distance is then counted the other way round.
    """
    if isinstance(found.get("limits"), dict):
        yield from _of_screen(alert, found, language)
        return
    reach = reach_of(alert, found)
    yield f"{words('counted', language)}: {_or_none(alert.measured, language)}{_unit(alert, language)}"
    yield f"{words('limit', language)}: {number(alert.threshold)}{_after_limit(alert, found, language)}"
    if alert.measured is not None and alert.threshold is not None:
        beneath = reach in ("below", "at_or_below")
        left = alert.measured - alert.threshold if beneath else alert.threshold - alert.measured
        yield f"{both(DISTANCE[reach], language)}: {number(left)}"
    if alert.level == "severe" and "breach_count" in found:
        count, limit = number(found["breach_count"]), number(found.get("breach_limit"))
        yield f"{words('cancels', language)}: {count}, {words('limit', language)} {limit}{_warning(found, language)}"


def reach_of(alert: TriggerRecord, found: Mapping[str, Any]) -> Reach:
    """Whether the limit is reached at it, above it, or below it; ``unsaid`` where nothing of ours says so."""
    one = deciding(found)
    if one is not None:
        return _BY_SIGN.get(str(one["condition"]).split(" ")[1], "unsaid")
    if alert.rule_id not in SENTENCES:
        return "unsaid"
    return "above" if alert.rule_id in ABOVE else "at"


def deciding(found: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The condition whose figure and limit the alert of a YAML rule bears: the first that is met."""
    conditions = found.get("conditions")
    if not isinstance(conditions, list):
        return None
    written = [one for one in conditions if isinstance(one, dict) and " " in str(one.get("condition"))]
    return next((one for one in written if one.get("result") == "HIT"), None)


def figure(value: Any) -> str:
    """A figure that evidence may hold as text, so that it is exact.

    >>> figure("500000"), figure("0.75"), figure(7), figure("sell")
    ('500,000', '0.75', '7', 'sell')
    """
    if not isinstance(value, str):
        return number(value)
    try:
        exact = Decimal(value)
    except InvalidOperation:
        return value
    written_out = exact.is_finite() and max(-int(exact.as_tuple().exponent), exact.adjusted()) < _PLACES
    return f"{exact:,f}" if written_out else value


def _of_screen(alert: TriggerRecord, found: Mapping[str, Any], language: str | None) -> Iterator[str]:
    """The limits in the order of the screen, which the evidence, sorted by name, does not keep."""
    limits, measured, left = (found.get(name) or {} for name in ("limits", "measured", "distances"))
    names = _names().get(alert.rule_id, {})
    reach = reach_of(alert, found)
    for name in sorted(limits, key=[*names, *limits].index):
        what = f"{both(names[name], language)} " if name in names else f"{name} "
        yield f"{words('counted', language)}: {what}{_or_none(measured.get(name), language)}"
        yield f"  {words('limit', language)}: {figure(limits[name])}"
        if left.get(name) is not None:
            yield f"  {both(DISTANCE[reach], language)}: {figure(left[name])}"


@lru_cache(maxsize=1)
def _names() -> dict[str, dict[str, tuple[str, str]]]:
    """Chinese and English name of every limit of the shipped screens, in their order."""
    return {one.id: {limit.name: (limit.zh, limit.en) for limit in one.limits} for one in after_close_screens()}


def _or_none(value: Any, language: str | None) -> str:
    return both(NO_RATIO, language) if value is None else figure(value)


def _unit(alert: TriggerRecord, language: str | None) -> str:
    return f" {words('lots', language)}" if alert.level == "severe" else ""


def _after_limit(alert: TriggerRecord, found: Mapping[str, Any], language: str | None) -> str:
    if alert.level == "severe":  # in lots, where the warning is in cancels
        return _unit(alert, language)
    one = deciding(found)
    if one is not None and one.get("kind") == "change":
        return f" {words('times_before', language)}"
    return _warning(found, language)


def _warning(found: Mapping[str, Any], language: str | None) -> str:
    begins = found.get("warning_at")
    return f" ({words('warning_at', language)} {number(begins)})" if begins else ""
