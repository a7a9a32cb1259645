"""From dated entries to the small ``terms_{rule}`` tables that the rules' expressions join."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from itertools import pairwise
from typing import Any

import pyarrow as pa

from rules_baseline.inputs import NO_KIND
from rules_baseline.limits import KINDS, Entry, Limits
from rules_baseline.rule import ParameterKind, Rule

FOREVER = date(9999, 12, 31)
_IBIS: dict[ParameterKind, str] = {
    "text": "string",
    "list": "string",
    "count": "int64",
    "flag": "boolean",
    "share": "decimal(9, 6)",
}
_ARROW: dict[ParameterKind, pa.DataType] = {
    "text": pa.string(),
    "list": pa.string(),
    "count": pa.int64(),
    "flag": pa.bool_(),
    "share": pa.decimal128(9, 6),
}
_FIXED_IBIS = {
    "term_exchange": "string",
    "term_kind": "string",
    "starts": "date",
    "ends": "date",
    "term_id": "int64",
    "limit_value": "int64",
}
_FIXED_ARROW = [
    ("term_exchange", pa.string()),
    ("term_kind", pa.string()),
    ("starts", pa.date32()),
    ("ends", pa.date32()),
    ("term_id", pa.int64()),
    ("limit_value", pa.int64()),
]


@dataclass(frozen=True, slots=True)
class Term:
    """One line of a terms table: where and when it holds, its levels, and the entry behind it.

    ``entry`` and ``limit`` are None for a contract of unknown kind at an exchange whose limit depends on the kind.
    """

    term_id: int
    rule_id: str
    exchange: str
    kind: str
    starts: date
    ends: date
    limit: int | None
    warning_at: int | None
    breach_at: int | None
    entry: Entry | None
    values: dict[str, Any]
    severe_at: int | None = None  # lots; see ``Rule.severe``


def terms_of(rules: Sequence[Rule], limits: Limits) -> list[Term]:
    """Every term of every rule, numbered in a fixed order (rule, exchange, period, kind)."""
    found: list[Term] = []
    for rule in rules:
        if rule.limit_from != "parameters":
            continue
        for exchange in sorted({entry.exchange for entry in limits.entries if entry.rule_id == rule.id}):
            entries = [e for e in limits.entries if e.rule_id == rule.id and e.exchange == exchange]
            days = sorted({day for entry in entries for day in (entry.starts, entry.ends or FOREVER)})
            for starts, ends in pairwise(days):
                found += _period(rule, exchange, starts, ends, entries, limits.warn_fraction, len(found))
    return found


def levels(limit: int, rule: Rule, warn_fraction: Decimal) -> tuple[int | None, int]:
    """Where warning and breach begin; a limit of 1 or less has no warning.

    >>> from rules_baseline.intraday.frequent_cancel import RULE
    >>> levels(500, RULE, Decimal("0.8")), levels(4, RULE, Decimal("0.8")), levels(1, RULE, Decimal("0.8"))
    ((400, 500), (4, 4), (None, 1))
    """
    warning = int((warn_fraction * limit).to_integral_value(ROUND_CEILING))
    return (warning if limit > 1 else None), (limit if rule.breach == "at" else limit + 1)


def _period(
    rule: Rule, exchange: str, starts: date, ends: date, entries: Sequence[Entry], fraction: Decimal, number: int
) -> list[Term]:
    held = [e for e in entries if e.starts <= starts and (e.ends or FOREVER) >= ends]
    of_kind = {kind: next((e for e in held if kind in e.kinds), None) for kind in KINDS}
    found: list[Term] = []
    for kind in (*KINDS, NO_KIND):
        candidates = list(of_kind.values()) if kind == NO_KIND else [of_kind[kind]]
        if not any(candidates):
            continue
        first = next(e for e in candidates if e is not None)
        sure = all(e is not None and e.limit == first.limit for e in candidates)
        warning, breach = levels(first.limit, rule, fraction) if sure else (None, None)
        found.append(
            Term(
                number + len(found),
                rule.id,
                exchange,
                kind,
                starts,
                ends,
                first.limit if sure else None,
                warning,
                breach,
                first if sure else None,
                values := {p.name: _agreed(candidates, p.name) for p in rule.parameters},
                values[rule.severe] if sure and rule.severe else None,
            )
        )
    return found


def _agreed(candidates: Sequence[Entry | None], name: str) -> Any:
    """The value all candidates share; None where they differ, so that the answer is left open."""
    values = {None if entry is None else entry.values[name] for entry in candidates}
    return values.pop() if len(values) == 1 else None


def ibis_schema(rule: Rule) -> dict[str, str]:
    """Ibis schema of ``terms_{rule}``."""
    return {**_FIXED_IBIS, **{p.name: _IBIS[p.kind] for p in rule.parameters}}


def arrow_table(rule: Rule, terms: Sequence[Term]) -> pa.Table:
    """The rows of ``terms_{rule}``, columns as in ``ibis_schema``."""
    schema = pa.schema([*_FIXED_ARROW, *((p.name, _ARROW[p.kind]) for p in rule.parameters)])
    rows = [
        {
            "term_exchange": t.exchange,
            "term_kind": t.kind,
            "starts": t.starts,
            "ends": t.ends,
            "term_id": t.term_id,
            "limit_value": t.limit,
            **t.values,
        }
        for t in terms
        if t.rule_id == rule.id
    ]
    return pa.Table.from_pylist(rows, schema=schema)


def levels_table(terms: Sequence[Term]) -> pa.Table:
    """``term_levels``: limit and levels by ``term_id``."""
    columns = ("limit_value", "warning_at", "breach_at", "severe_at")
    schema = pa.schema([(n, pa.int64()) for n in ("term_id", *columns)])
    rows = []
    for term in terms:
        values = (term.limit, term.warning_at, term.breach_at, term.severe_at)
        rows.append({"term_id": term.term_id, **dict(zip(columns, values, strict=True))})
    return pa.Table.from_pylist(rows, schema=schema)
