"""The conditions of a custom rule as frozen values: three kinds of them, joined by and / or."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from typing import Any, ClassVar, Literal

import ibis

from rules_baseline.custom.measures import SHANGHAI_HOURS, Measure

Op = Literal[">=", ">", "<=", "<"]
OPS: tuple[Op, ...] = (">=", ">", "<=", "<")


@dataclass(frozen=True, slots=True)
class Clock:
    """时段: local times [begins, ends) in Shanghai; over midnight where it ends no later than it begins."""

    begins: time
    ends: time

    def holds(self, rows: Any) -> Any:
        """Whether ``event_time`` (UTC) lies in it."""
        local = rows.event_time + ibis.interval(hours=SHANGHAI_HOURS)
        seconds = local.hour() * 3600 + local.minute() * 60 + local.second()
        first, last = (t.hour * 3600 + t.minute * 60 + t.second for t in (self.begins, self.ends))
        after, before = seconds >= first, seconds < last
        return after & before if first < last else after | before

    def __str__(self) -> str:
        return f"{self.begins.isoformat('minutes')}-{self.ends.isoformat('minutes')}"


@dataclass(frozen=True, slots=True)
class Leaf:
    """What every condition has: a measure, how it is compared, its window in trading days, and a time of day."""

    measure: Measure
    op: Op
    days: int
    clock: Clock | None

    kind: ClassVar[str] = ""

    @property
    def reach(self) -> int:
        """Trading days read, the day itself included."""
        return self.days

    def compare(self, one: Any, other: Any) -> Any:
        """``one`` against ``other`` as an expression; null where either is."""
        return {">=": one >= other, ">": one > other, "<=": one <= other, "<": one < other}[self.op]

    def _said(self, what: str) -> str:
        over = f"over {self.days} days" if self.days > 1 else "on the day"
        return f"{self.measure.name} {self.op} {what} {over}" + (f" {self.clock}" if self.clock else "")

    def __str__(self) -> str:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Threshold(Leaf):
    """The value over the window against a fixed number."""

    value: Decimal

    kind: ClassVar[str] = "threshold"

    def __str__(self) -> str:
        return self._said(f"{self.value:f}")


@dataclass(frozen=True, slots=True)
class Change(Leaf):
    """环比: the value over the window against ``factor`` times that over the window before it.

    ``on_zero``: what a previous value of 0 means where the present one is above 0 (0 after 0 is never met).
    """

    factor: Decimal
    on_zero: Literal["met", "not_met", "unknown"]

    kind: ClassVar[str] = "change"

    @property
    def reach(self) -> int:
        """Both windows."""
        return 2 * self.days

    def __str__(self) -> str:
        return self._said(f"{self.factor:f} x previous")


@dataclass(frozen=True, slots=True)
class Volatility(Leaf):
    """The day's value against mean plus (``<``: minus) ``deviations`` sample standard deviations of its own past.

    The past are the ``past_days`` trading days before; days without a row are left out, or 0 where ``quiet`` is zero.
    """

    deviations: Decimal
    past_days: int
    least_days: int
    quiet: Literal["skip", "zero"]

    kind: ClassVar[str] = "volatility"

    @property
    def reach(self) -> int:
        """The day and its past."""
        return self.past_days + 1

    def __str__(self) -> str:
        sign = "+" if self.op in (">=", ">") else "-"
        return self._said(f"mean {sign} {self.deviations:f} sd of the {self.past_days} days before")


@dataclass(frozen=True, slots=True)
class Joined:
    """Conditions joined: ``and`` is met where all are, ``or`` where one is, in three-valued logic."""

    how: Literal["and", "or"]
    parts: tuple[Leaf | Joined, ...]

    def __str__(self) -> str:
        return "(" + f" {self.how} ".join(str(part) for part in self.parts) + ")"


Condition = Leaf | Joined


def leaves(condition: Condition) -> Iterator[Leaf]:
    """The single conditions, in the order of the file."""
    if isinstance(condition, Leaf):
        yield condition
    else:
        for part in condition.parts:
            yield from leaves(part)


def combined(condition: Condition, answers: Iterator[Any]) -> Any:
    """The expression of the whole from those of its leaves, taken in their order; null is unknown.

    UNKNOWN and MISS is MISS, UNKNOWN or HIT is HIT, all else with an UNKNOWN is UNKNOWN: SQL's own logic.
    """
    if isinstance(condition, Leaf):
        return next(answers)
    parts = [combined(part, answers) for part in condition.parts]
    return ibis.and_(*parts) if condition.how == "and" else ibis.or_(*parts)
