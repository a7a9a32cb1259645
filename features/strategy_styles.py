"""The styles of trading (策略类型): a file of named conditions, read once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from alertgrade.errors import AlertError

MEASURES = (
    "trading_days",
    "orders_per_day",
    "hedging_share",
    "arbitrage_share",
    "making_share",
    "day_trade_share",
    "two_sided_share",
)
BOUNDS = ("at_least", "at_most")
_SHIPPED = Path(__file__).with_name("strategy.yaml")


@dataclass(frozen=True, slots=True)
class Condition:
    """A measure that must be ``at_least`` or ``at_most`` a number, inclusive."""

    measure: str
    bound: str
    number: float


@dataclass(frozen=True, slots=True)
class Style:
    """One style: its code, its names, and the conditions that must all hold (none: always)."""

    code: int
    name: str
    zh: str
    en: str
    conditions: tuple[Condition, ...]


@cache
def styles(file: Path = _SHIPPED) -> tuple[Style, ...]:
    """The styles of ``file``, in the order in which they are tried.

    ``AlertError`` where a measure or bound is not known, a code is there twice, or the last style has a condition (an
    account would have no style then).
    """
    read = tuple(_style(raw) for raw in yaml.safe_load(file.read_text(encoding="utf-8"))["styles"])
    for style in read:
        for condition in style.conditions:
            if condition.measure not in MEASURES or condition.bound not in BOUNDS:
                raise AlertError(
                    f"{file.name}: {style.name} asks for {condition.measure} {condition.bound}",
                    f"wanted one of {', '.join(MEASURES)} and one of {', '.join(BOUNDS)}",
                    "mend the file",
                )
    if len({style.code for style in read}) != len(read) or not read or read[-1].conditions:
        raise AlertError(
            f"{file.name}: a code twice, or no style at the end that has no condition",
            "wanted a code a style, and a last one for all the others",
            "mend the file",
        )
    return read


def _style(raw: dict[str, Any]) -> Style:
    conditions = tuple(
        Condition(measure, bound, float(number))
        for measure, bounds in (raw["when"] or {}).items()
        for bound, number in bounds.items()
    )
    return Style(int(raw["code"]), raw["name"], raw["zh"], raw["en"], conditions)
