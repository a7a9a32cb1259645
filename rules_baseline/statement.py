"""All rules as one SQL statement, built and compiled once when the engine starts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ibis

from features.events.schema import TABLES
from rules_baseline.inputs import ALWAYS_READ, EVENT_COLUMNS, IBIS_TYPES, Inputs
from rules_baseline.rule import Rule
from rules_baseline.terms import ibis_schema

_STORED = {ibis_type: kind.value for kind, ibis_type in IBIS_TYPES.items()}


@dataclass(frozen=True, slots=True)
class Statement:
    """``events``: the UNION of every rule's events; ``memories``: what to append first, and its columns, by name."""

    events: str
    memories: dict[str, str]
    memory_columns: dict[str, str]
    batch_columns: dict[str, tuple[str, ...]]


def columns_read(rules: Sequence[Rule]) -> dict[str, tuple[str, ...]]:
    """Columns of orders and trades that the rules read, in contract order."""
    found = {}
    for table, always in ALWAYS_READ.items():
        wanted = set(always).union(*(rule.reads.get(table, ()) for rule in rules))
        found[table] = tuple(name for name in TABLES[table].column_names if name in wanted)
    return found


def compile_rules(rules: Sequence[Rule], dialect: str = "duckdb") -> Statement:
    """Build every rule's expression and compile them to one statement."""
    columns = columns_read(rules)
    inputs = Inputs(columns, {rule.id: ibis_schema(rule) for rule in rules})
    memories, memory_columns = {}, {}
    for rule in rules:
        for memory in rule.memory:
            rows = memory.select(inputs)
            memories[memory.name] = _sql(rows, dialect)
            schema = {"sequence": "int64", **dict(rows.schema().items())}
            memory_columns[memory.name] = ", ".join(f"{name} {_STORED[str(kind)]}" for name, kind in schema.items())
            inputs.memories[memory.name] = ibis.table(schema, name=f"memory_{memory.name}")
    parts = [rule.events(inputs).select(*EVENT_COLUMNS).mutate(rule_id=ibis.literal(rule.id)) for rule in rules]
    whole = ibis.union(*parts) if len(parts) > 1 else parts[0]
    return Statement(_sql(whole, dialect), memories, memory_columns, columns)


def _sql(expression: Any, dialect: str) -> str:
    return str(ibis.to_sql(expression, dialect=dialect))
