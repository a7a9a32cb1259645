"""A rule: one frozen value that says which events count, under which law, against which dated limit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rules_baseline.inputs import Inputs

ParameterKind = Literal["text", "count", "share", "flag", "list"]
Amiss = tuple[str, str, str]  # the parameter, what was seen, what was wanted


@dataclass(frozen=True, slots=True)
class Parameter:
    """One dated parameter of a rule besides its ``limit``; ``values`` restricts a text, ``optional`` allows null."""

    name: str
    kind: ParameterKind
    values: tuple[str, ...] = ()
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One intraday exchange rule.

    ``events`` builds the Ibis expression of the events that count or may count (columns ``inputs.EVENT_COLUMNS``):
    ``counts`` is true where one qualifies and null where a missing value leaves it open. Events of a ``derived`` rule
    are made of several rows (a match, a burst) that may come in different batches.
    ``looks_at`` are the rows that make a finding; ``unit`` what is counted together besides subject and day.
    ``reads`` names raw tables and their columns; a table in ``needs`` that was not given makes every answer UNKNOWN.
    ``breach`` says whether the limit is reached at it or above it; ``severe`` names the parameter with the lots that
    make a breach severe. ``exempt`` are subjects that are counted and never alerted. ``amiss`` says why the rule could
    not count by the values of an entry, each of which is of its kind; None where it can.
    """

    id: str  # stable for ever; limits may move, meaning may not
    title_zh: str
    title_en: str
    legal_basis: str
    reads: Mapping[str, tuple[str, ...]]
    events: Callable[[Inputs], Any]
    looks_at: Literal["cancels", "messages", "trades", "opens"]
    parameters: tuple[Parameter, ...] = ()
    unit: Literal["contract", "exchange", "limit_key"] = "contract"
    derived: bool = False
    needs: tuple[str, ...] = ()
    limit_from: Literal["parameters", "opening_limits"] = "parameters"
    breach: Literal["at", "above"] = "at"
    severe: str | None = None
    exempt: Literal["programmatic"] | None = None
    amiss: Callable[[Mapping[str, Any]], Amiss | None] | None = None
