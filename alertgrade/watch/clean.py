"""Files that need no check row by row: typed as the contract says, every value allowed."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from features.events.schema import TABLES, Column, Kind
from rules_baseline.batches import arrow_schema

_BLANK = r"^$|^[ \t]|[ \t]$"


def clean_parquet(table: str, file: Path) -> pa.Table | None:
    """The rows of a parquet file where ``is_clean`` says so, columns of the contract; None: it has to be checked."""
    if not file.name.endswith(".parquet"):
        return None
    try:
        found = pq.ParquetFile(file).read()
    except (OSError, pa.ArrowException):
        return None
    if not is_clean(table, found):
        return None
    empty = pa.nulls(found.num_rows)
    columns = [found[f.name] if f.name in found.column_names else empty.cast(f.type) for f in arrow_schema(table)]
    return pa.table(columns, schema=arrow_schema(table))


def is_clean(table: str, rows: pa.Table) -> bool:
    """Whether the full check (``features.events``) would keep every row, and every value as it is.

    Types have to be those of ``arrow_schema``; a column that is missing has to be one that may. What this says no to
    may still be good: then the full check says how to read it.
    """
    try:
        rows.validate(full=True)
    except pa.ArrowInvalid:
        return False
    kinds = arrow_schema(table)
    if len(set(rows.column_names)) < rows.num_columns:
        return False
    for column in TABLES[table].columns:
        if column.name not in rows.column_names:
            if not column.nullable:
                return False
        elif rows[column.name].type != kinds.field(column.name).type or not _holds(column, rows[column.name]):
            return False
    return True


def _holds(column: Column, values: pa.ChunkedArray) -> bool:
    if values.null_count and not column.nullable:
        return False
    some = values.drop_null()
    if not len(some):
        return True
    if column.values:
        return bool(pc.all(pc.is_in(some, pa.array(column.values))).as_py())
    if column.kind is Kind.TEXT:
        return not pc.any(pc.match_substring_regex(some, _BLANK)).as_py()
    return column.minimum is None or bool(pc.min(some).as_py() >= column.minimum)
