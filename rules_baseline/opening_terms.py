"""The terms of ``intraday_open``: every row of ``opening_limits`` is a limit of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain, combinations, groupby
from typing import Any

import pyarrow as pa

from alertgrade.errors import AlertError
from rules_baseline.limits import Entry, Limits
from rules_baseline.rule import Rule
from rules_baseline.terms import FOREVER, Term, levels

_TERMS = pa.schema(
    [
        ("term_exchange", pa.string()),
        ("term_contract", pa.string()),
        ("starts", pa.date32()),
        ("ends", pa.date32()),
        ("key", pa.string()),
        ("term_id", pa.int64()),
        ("exempt_hedges", pa.string()),
    ]
)
_UNKNOWN = pa.schema([_TERMS.field(name) for name in ("term_exchange", "starts", "ends", "exempt_hedges")])

ByKey = dict[tuple[str, str, str], list[tuple[str, date, date]]]


def opening_terms(
    rule: Rule, limits: Limits, reference: Mapping[str, pa.Table], first: int
) -> tuple[list[Term], dict[str, pa.Table]]:
    """Terms numbered from ``first``, and the tables ``opening_terms`` and ``opening_unknown`` of ``inputs.SCHEMAS``.

    ``opening_terms`` has a line for every contract under a limit row while both are valid; ``opening_unknown`` says
    when an exchange limits products or months, so that the limits of an unknown contract cannot be known. Without
    ``opening_limits`` all are empty. Raises ``AlertError`` where two scopes use one key on one day.
    """
    rows = reference["opening_limits"].to_pylist() if "opening_limits" in reference else []
    _refuse_shared_keys(rows)
    contracts = _contracts_by_key(reference["contracts"].to_pylist())
    terms: list[Term] = []
    lines, unknown = [], []
    for row in sorted(rows, key=lambda r: (r["exchange"], r["scope"], r["key"], r["valid_from"])):
        for entry, starts, ends in _entries(rule, limits, row):
            terms.append(_term(rule, limits, row, entry, starts, ends, first + len(terms)))
            under = _contracts(row, contracts)
            lines += [_line(terms[-1], row["key"], name, begins, stops) for name, begins, stops in under]
            if row["scope"] != "contract":
                unknown.append(_line(terms[-1], row["key"], None, starts, ends))
    lines = [line for line in lines if line["starts"] < line["ends"]]
    unknown = _joined(unknown)
    tables = {"opening_terms": pa.Table.from_pylist(lines, schema=_TERMS)}
    return terms, {**tables, "opening_unknown": pa.Table.from_pylist(unknown, schema=_UNKNOWN)}


def _entries(rule: Rule, limits: Limits, row: Mapping[str, Any]) -> Iterator[tuple[Entry, date, date]]:
    """The entries of the parameters in force during a limit row, and when both are."""
    for entry in limits.entries:
        if entry.rule_id == rule.id and entry.exchange == row["exchange"]:
            starts, ends = max(entry.starts, row["valid_from"]), min(entry.ends or FOREVER, row["valid_to"] or FOREVER)
            if starts < ends:
                yield entry, starts, ends


def _term(
    rule: Rule, limits: Limits, row: Mapping[str, Any], entry: Entry, starts: date, ends: date, number: int
) -> Term:
    limit, stop = int(row["limit"]), None if ends == FOREVER else ends
    source = f"opening_limits: {row['scope']} {row['key']}, {limit} lots; {entry.source}"
    told = replace(entry, starts=starts, ends=stop, limit=limit, source=source)
    warning, breach = levels(limit, rule, limits.warn_fraction)
    return Term(number, rule.id, row["exchange"], "", starts, ends, limit, warning, breach, told, dict(entry.values))


def _contracts_by_key(contracts: Sequence[Mapping[str, Any]]) -> ByKey:
    found: ByKey = {}
    for row in contracts:
        validity = (row["contract"], row["valid_from"], row["valid_to"] or FOREVER)
        found.setdefault((row["exchange"], "product", row["product"]), []).append(validity)
        if row["option_month"] is not None:
            month = f"{row['product']}{row['option_month']}"
            found.setdefault((row["exchange"], "month", month), []).append(validity)
    return found


def _contracts(row: Mapping[str, Any], contracts: ByKey) -> list[tuple[str, date, date]]:
    if row["scope"] == "contract":
        return [(row["key"], date.min, FOREVER)]
    return contracts.get((row["exchange"], row["scope"], row["key"]), [])


def _line(term: Term, key: str, contract: str | None, begins: date, stops: date) -> dict[str, Any]:
    return {
        "term_exchange": term.exchange,
        "term_contract": contract,
        "starts": max(term.starts, begins),
        "ends": min(term.ends, stops),
        "key": key,
        "term_id": term.term_id,
        "exempt_hedges": term.values["exempt_hedges"],
    }


def _joined(periods: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Periods of one exchange that meet become one, so that no trade is joined twice."""
    found: list[dict[str, Any]] = []
    for period in sorted(periods, key=lambda p: (p["term_exchange"], p["exempt_hedges"], p["starts"], p["ends"])):
        last = found[-1] if found else None
        same = last is not None and all(last[n] == period[n] for n in ("term_exchange", "exempt_hedges"))
        if last is not None and same and period["starts"] <= last["ends"]:
            last["ends"] = max(last["ends"], period["ends"])
        else:
            found.append({name: period[name] for name in _UNKNOWN.names})
    return found


def _key(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["exchange"], row["key"]


def _refuse_shared_keys(rows: Sequence[Mapping[str, Any]]) -> None:
    ordered = sorted(rows, key=_key)
    pairs = chain.from_iterable(combinations(group, 2) for _, group in groupby(ordered, key=_key))
    for one, two in pairs:
        same = one["scope"] != two["scope"]
        meet = one["valid_from"] < (two["valid_to"] or FOREVER) and two["valid_from"] < (one["valid_to"] or FOREVER)
        if same and meet:
            raise AlertError(
                f"opening_limits: {one['exchange']} {one['key']!r} is a {one['scope']} and a {two['scope']}",
                "wanted one scope for a key on a day: it names the alert",
                "write the product's own code, or end one row before the other begins",
            )
