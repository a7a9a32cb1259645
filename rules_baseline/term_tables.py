"""Every term of every rule, and the tables of them that the rules' SQL joins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from rules_baseline.findings import unanswerable
from rules_baseline.limits import Limits
from rules_baseline.opening_terms import opening_terms
from rules_baseline.rule import Rule
from rules_baseline.terms import FOREVER, Term, arrow_table, levels_table, terms_of

_ALL = pa.schema(
    [
        ("rule_id", pa.string()),
        ("term_exchange", pa.string()),
        ("term_kind", pa.string()),
        ("starts", pa.date32()),
        ("ends", pa.date32()),
        ("term_id", pa.int64()),
    ]
)


@dataclass(frozen=True, slots=True)
class TermTables:
    """The terms by ``term_id``, and Arrow tables by name.

    ``terms_{rule}``, ``opening_terms`` and ``opening_unknown`` (the events), ``term_levels`` (the levels),
    ``all_terms``, ``periods`` and ``unanswerable`` (the findings).
    """

    terms: list[Term]
    tables: dict[str, pa.Table]


def term_tables(rules: Sequence[Rule], limits: Limits, reference: Mapping[str, pa.Table]) -> TermTables:
    """Terms of the parameters and of the table ``opening_limits``; a table that is missing is said in its rules."""
    terms = terms_of(rules, limits)
    tables = {f"terms_{rule.id}": arrow_table(rule, terms) for rule in rules}
    for rule in rules:
        if rule.limit_from == "opening_limits":
            more, lines = opening_terms(rule, limits, reference, len(terms))
            terms, tables = terms + more, tables | lines
    given = {"control_groups" if name == "memberships" else name for name in reference}
    missing = unanswerable(rules, given)
    terms = [_without_levels(term) if term.rule_id in missing else term for term in terms]
    tables["term_levels"] = levels_table(terms)
    rows = [
        dict(zip(_ALL.names, (t.rule_id, t.exchange, t.kind, t.starts, t.ends, t.term_id), strict=True)) for t in terms
    ]
    tables["all_terms"] = pa.Table.from_pylist(rows, schema=_ALL)
    periods = [
        {"rule_id": e.rule_id, "term_exchange": e.exchange, "starts": e.starts, "ends": e.ends or FOREVER}
        for e in limits.entries
    ]
    tables["periods"] = pa.Table.from_pylist(
        periods, schema=pa.schema([_ALL.field(n) for n in ("rule_id", "term_exchange", "starts", "ends")])
    )
    text = pa.schema([("rule_id", pa.string()), ("missing", pa.string())])
    tables["unanswerable"] = pa.table([list(missing), list(missing.values())], schema=text)
    return TermTables(terms, tables)


def _without_levels(term: Term) -> Term:
    """The term of a rule that cannot be answered: its events count, and reach nothing."""
    return replace(term, limit=None, warning_at=None, breach_at=None, severe_at=None)
