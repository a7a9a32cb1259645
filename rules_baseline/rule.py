"""A rule: one frozen value that says which events count, under which law, against which dated limit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from rules_baseline.inputs import Inputs

ParameterKind = Literal["text", "count", "share", "flag", "list"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One dated parameter of a rule besides its ``limit``; ``values`` restricts a text, ``optional`` allows null."""

    name: str
    kind: ParameterKind
    values: tuple[str, ...] = ()
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Memory:
    """Rows of a batch that later batches need; the engine appends them to the state table ``memory_{name}``."""

    name: str
    select: Callable[[Inputs], Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """One intraday exchange rule.

    ``events`` builds the Ibis expression of every event the rule *looks at* (columns ``inputs.EVENT_COLUMNS``):
    ``counts`` is true where it qualifies, false where not, null where a missing input leaves it open.
    ``reads`` names raw tables and their columns; nothing else is visible to the expression.
    ``breach`` says whether the limit is reached at it or above it.
    """

    id: str  # stable for ever; limits may move, meaning may not
    title_zh: str
    title_en: str
    legal_basis: str
    reads: Mapping[str, tuple[str, ...]]
    events: Callable[[Inputs], Any]
    parameters: tuple[Parameter, ...] = ()
    memory: tuple[Memory, ...] = field(default=())
    breach: Literal["at", "above"] = "at"
