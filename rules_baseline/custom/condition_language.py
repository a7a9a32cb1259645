"""The conditions of a custom rule as YAML: threshold, change, volatility, and, or."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from typing import Any

from alertgrade.yaml_lines import YamlLines
from rules_baseline.custom.conditions import OPS, Change, Clock, Condition, Joined, Leaf, Threshold, Volatility
from rules_baseline.custom.measures import MEASURES, Measure

MOST_DAYS = 250
KINDS = ("threshold", "change", "volatility", "and", "or")
_ON_ZERO = ("met", "not_met", "unknown")
_EACH = ("window", "time_of_day")


@dataclass(frozen=True, slots=True)
class Defaults:
    """Window and time of day of a rule: those of a condition that names none of its own."""

    days: int
    clock: Clock | None


def clock_of(lines: YamlLines, node: Any) -> Clock:
    """``{from: "21:00", to: "02:30"}``."""
    raw = lines.mapping(node, ("from", "to"))
    begins, ends = (_time(lines, raw[name]) for name in ("from", "to"))
    if begins == ends:
        raise lines.fault(node, f"from {begins} to {ends}", "two different times")
    return Clock(begins, ends)


def condition_of(lines: YamlLines, node: Any, defaults: Defaults) -> Condition:
    """A condition, or ``and`` / ``or`` of a list of them, nested at will."""
    pairs = lines.pairs(node)
    if len(pairs) != 1 or not set(pairs) <= set(KINDS):
        raise lines.fault(node, f"condition {', '.join(pairs) or 'without a kind'}", f"one of {', '.join(KINDS)}")
    [(kind, (_, value))] = pairs.items()
    if kind in ("and", "or"):
        parts = tuple(condition_of(lines, part, defaults) for part in lines.items(value, least=2))
        return Joined("and" if kind == "and" else "or", parts)
    return {"threshold": _threshold, "change": _change, "volatility": _volatility}[kind](lines, value, defaults)


def _threshold(lines: YamlLines, node: Any, defaults: Defaults) -> Leaf:
    raw = lines.mapping(node, ("measure", "op", "value"), _EACH)
    return Threshold(*_shared(lines, raw, defaults), value=lines.decimal(raw["value"]))


def _change(lines: YamlLines, node: Any, defaults: Defaults) -> Leaf:
    raw = lines.mapping(node, ("measure", "op", "factor"), ("when_previous_is_zero", *_EACH))
    on_zero: Any = "unknown"
    if "when_previous_is_zero" in raw:
        on_zero = lines.text(raw["when_previous_is_zero"], _ON_ZERO)
    factor = lines.decimal(raw["factor"], least=Decimal(0))
    return Change(*_shared(lines, raw, defaults), factor=factor, on_zero=on_zero)


def _volatility(lines: YamlLines, node: Any, defaults: Defaults) -> Leaf:
    wanted = ("measure", "op", "deviations", "past_days", "least_days")
    raw = lines.mapping(node, wanted, ("quiet_days", "time_of_day"))  # always the day itself: no window
    measure, op, _, clock = _shared(lines, raw, Defaults(1, defaults.clock))
    past = lines.whole(raw["past_days"], 2, MOST_DAYS)
    quiet: Any = lines.text(raw["quiet_days"], ("skip", "zero")) if "quiet_days" in raw else "skip"
    if quiet == "zero" and (measure.kind == "ratio" or measure.empty != "zero"):
        raise lines.fault(raw["quiet_days"], f"{measure.name} on a day without rows", "skip: it has no value then")
    return Volatility(
        measure,
        op,
        1,
        clock,
        deviations=lines.decimal(raw["deviations"], least=Decimal(0)),
        past_days=past,
        least_days=lines.whole(raw["least_days"], 2, past),
        quiet=quiet,
    )


def _shared(lines: YamlLines, raw: dict[str, Any], defaults: Defaults) -> tuple[Measure, Any, int, Clock | None]:
    measure = MEASURES[lines.text(raw["measure"], tuple(MEASURES))]
    days = lines.whole(raw["window"], 1, MOST_DAYS) if "window" in raw else defaults.days
    clock = clock_of(lines, raw["time_of_day"]) if "time_of_day" in raw else defaults.clock
    if clock is not None and not measure.timed:
        timed = ", ".join(name for name, one in MEASURES.items() if one.timed)
        raise lines.fault(raw["measure"], f"{measure.name} at a time of day", f"of measures with an instant: {timed}")
    return measure, lines.text(raw["op"], OPS), days, clock


def _time(lines: YamlLines, node: Any) -> time:
    text = lines.text(node)
    try:
        found = time.fromisoformat(text)
    except ValueError as error:
        raise lines.fault(node, repr(text), 'a time of day such as "21:00"') from error
    if found.tzinfo is not None or found.microsecond:
        raise lines.fault(node, repr(text), "a time in Shanghai to the second, without a zone")
    return found
