"""All rules as SQL, built and compiled once when the engine starts."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import ibis

from alertgrade.errors import AlertError
from features.events.schema import TABLES
from rules_baseline.custom.lines import MODULES, failure_of
from rules_baseline.inputs import CANCEL_COLUMNS, EVENT_COLUMNS, LEG_COLUMNS, OPEN_COLUMNS, Inputs
from rules_baseline.rule import Rule
from rules_baseline.terms import ibis_schema

_READ = {
    "orders": {*CANCEL_COLUMNS, "event"},
    "trades": {*OPEN_COLUMNS, *LEG_COLUMNS, "offset"},
}


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL of the events of each rule, by its id; of derived rules also as they were ``before`` the batch.

    ``columns`` are those of orders and trades that the engine reads.
    """

    events: dict[str, str]
    before: dict[str, str]
    columns: dict[str, tuple[str, ...]]


def compile_rules(rules: Sequence[Rule], dialect: str = "duckdb") -> Statement:
    """Build every rule's expression and compile it.

    Raises ``AlertError`` naming file and line for a rule of the broker's own that does not build.
    """
    schemas = {rule.id: ibis_schema(rule) for rule in rules}
    now, before = Inputs(schemas), Inputs(schemas, before=True)
    events = {rule.id: _sql(rule, now, dialect) for rule in rules}
    earlier = {rule.id: _sql(rule, before, dialect) for rule in rules if rule.derived}
    columns = {table: tuple(n for n in TABLES[table].column_names if n in wanted) for table, wanted in _READ.items()}
    return Statement(events, earlier, columns)


def union(parts: Collection[str]) -> str:
    """One query of several with the same columns."""
    return "\nUNION ALL\n".join(f"({part})" for part in parts)


def _sql(rule: Rule, inputs: Inputs, dialect: str) -> str:
    try:
        named = rule.events(inputs).select(*EVENT_COLUMNS).mutate(rule_id=ibis.literal(rule.id))
        return str(ibis.to_sql(named, dialect=dialect))
    except Exception as error:
        module = str(rule.events.__module__)
        if not module.startswith(MODULES):
            raise  # a mistake of ours
        told = failure_of(error, f"{module.removeprefix(MODULES).partition('_')[2]}.py")
        raise AlertError(f"{told}, in the rule {rule.id}", "wanted a rule that builds", "mend the file") from error


_KNOWN: deque[tuple[tuple[Rule, ...], Statement]] = deque(maxlen=8)


def compiled(rules: tuple[Rule, ...]) -> Statement:
    """``compile_rules`` of these very rules, once in a process: it takes a second."""
    for known, statement in _KNOWN:
        if len(known) == len(rules) and all(one is other for one, other in zip(known, rules, strict=True)):
            return statement
    _KNOWN.append((rules, compile_rules(rules)))
    return _KNOWN[-1][1]
