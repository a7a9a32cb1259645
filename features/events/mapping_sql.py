"""The SQL of a mapping: what one column is made of, and which rows a block takes."""

from __future__ import annotations

from features.events import casts
from features.events.csv_lines import NUMBER
from features.events.mapping import Block, ColumnMapping
from features.events.schema import Column, Kind
from features.events.sql import ident, literal, literals

_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}


def expression(mapped: ColumnMapping | None, column: Column) -> str:
    """SQL text of one column from the view ``_rows``."""
    if mapped is None:
        return "CAST(NULL AS VARCHAR)"
    if mapped.row_number:
        value = f"CAST({NUMBER} AS VARCHAR)"
    elif mapped.from_ is None:
        constant = mapped.constant
        value = literal(str(constant).lower() if isinstance(constant, bool) else str(constant))
    else:
        value = _from_source(mapped, column)
    return f"({literal(mapped.prefix)} || {value})" if mapped.prefix else value


def _from_source(mapped: ColumnMapping, column: Column) -> str:
    value = ident(mapped.from_ or "")
    if mapped.values:
        cases = " ".join(f"WHEN {literal(seen)} THEN {literal(meant)}" for seen, meant in mapped.values.items())
        other = value if mapped.otherwise is None else literal(mapped.otherwise)
        value = f"CASE {value} {cases} ELSE {other} END"
    if mapped.divide_by is not None:
        number = f"TRY_CAST({value} AS DECIMAL(28, 6))"
        divided = f"CAST(CAST({number} / {mapped.divide_by} AS {Kind.PRICE.value}) AS VARCHAR)"
        value = f"coalesce({divided}, {value})"
    if mapped.unit is not None:
        per_second = _PER_SECOND[mapped.unit]
        number = f"TRY_CAST({value} AS HUGEINT)"
        micros = (
            f"{number} * {1_000_000 // per_second}"
            if per_second <= 1_000_000
            else f"{number} // {per_second // 1_000_000}"
        )
        value = f"coalesce(TRY(strftime(make_timestamp(CAST({micros} AS BIGINT)), '%Y-%m-%dT%H:%M:%S.%fZ')), {value})"
    if mapped.date_in is not None:
        instant = f"timezone('UTC', {casts.typed(value, Kind.INSTANT, 'VARCHAR')})"
        value = f"coalesce(CAST(CAST(timezone({literal(mapped.date_in)}, {instant}) AS DATE) AS VARCHAR), {value})"
    return value


def condition(block: Block) -> str:
    """SQL condition: a row of the source is one of the block's."""
    tests = [
        f"{ident(column)} IN ({literals([texts] if isinstance(texts, str) else texts)})"
        for column, texts in block.where.items()
    ]
    return "(" + (" AND ".join(tests) or "true") + ")"
