"""Columns in, parquet out: the one place that knows how the raw-event contract is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from features.events.schema import Column, Kind, Table

ARROW_TYPES: dict[Kind, Any] = {
    Kind.TEXT: pa.string(),
    Kind.BOOL: pa.bool_(),
    Kind.DATE: pa.date32(),
    Kind.INSTANT: pa.timestamp("us", tz="UTC"),
    Kind.COUNT: pa.int64(),
    Kind.PRICE: pa.decimal128(18, 6),
    Kind.MONEY: pa.decimal128(20, 4),
    Kind.NUMBER: pa.float64(),
}


def arrow_schema(table: Table) -> Any:
    """The Arrow schema of a raw table."""
    return pa.schema([pa.field(c.name, ARROW_TYPES[c.kind], nullable=c.nullable) for c in table.columns])


def arrow_table(table: Table, columns: Mapping[str, Any]) -> Any:
    """Columns in contract order, cast to the contract's types.

    A null where the contract forbids it, a column too many or too few: ``ValueError``, our own mistake.
    """
    if set(columns) != set(table.column_names):
        raise ValueError(
            f"{table.name}: columns {sorted(set(columns) ^ set(table.column_names))} differ from the schema"
        )
    arrays = [_column(table.name, column, columns[column.name]) for column in table.columns]
    return pa.Table.from_arrays(arrays, schema=arrow_schema(table))


def write_table(folder: Path, table: Table, columns: Mapping[str, Any]) -> int:
    """Write one raw table whole; answers the number of rows. Raises as `arrow_table`."""
    return write(folder / f"{table.name}.parquet", arrow_table(table, columns))


def write(path: Path, table: Any) -> int:
    """Write an Arrow table; the same table gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, compression="zstd", row_group_size=1 << 20)
    return int(table.num_rows)


class DailyFile:
    """One raw table's file that grows day by day, a row group a day (days without rows leave none)."""

    def __init__(self, folder: Path, table: Table) -> None:
        self._table, self.rows = table, 0
        self._writer = pq.ParquetWriter(folder / f"{table.name}.parquet", arrow_schema(table), compression="zstd")

    def add(self, columns: Mapping[str, Any]) -> None:
        """Append one day's rows; raises as `arrow_table`."""
        found = arrow_table(self._table, columns)
        if found.num_rows:
            self._writer.write_table(found, row_group_size=1 << 20)
            self.rows += found.num_rows

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()


def _column(table: str, column: Column, values: Any) -> Any:
    wanted = ARROW_TYPES[column.kind]
    array = values if isinstance(values, pa.Array) else pa.array(values)
    array = array if array.type == wanted else array.cast(wanted)
    if array.null_count and not column.nullable:
        raise ValueError(f"{table}.{column.name}: {array.null_count} nulls where the schema allows none")
    return array


def named(codes: npt.NDArray[Any], names: Sequence[str], *, null: npt.NDArray[np.bool_] | None = None) -> Any:
    """Text by number: ``names[code]``, null where asked."""
    indices = pa.array(codes.astype(np.int32), mask=null)
    return pa.DictionaryArray.from_arrays(indices, pa.array(list(names), pa.string())).cast(pa.string())


def decimals(unscaled: npt.NDArray[np.int64], kind: Kind, *, null: npt.NDArray[np.bool_] | None = None) -> Any:
    """Exact decimals from whole millionths (PRICE) or ten-thousandths (MONEY) of CNY.

    >>> decimals(np.array([1_500_000, -1]), Kind.PRICE).to_pylist()
    [Decimal('1.500000'), Decimal('-0.000001')]
    """
    words = np.empty((len(unscaled), 2), dtype="<i8")  # two's complement, low word first
    words[:, 0], words[:, 1] = unscaled, unscaled >> 63
    valid = None if null is None else pa.py_buffer(np.packbits(~null, bitorder="little").tobytes())
    return pa.Array.from_buffers(ARROW_TYPES[kind], len(unscaled), [valid, pa.py_buffer(words.tobytes())])


def moments(microseconds: npt.NDArray[np.int64]) -> Any:
    """UTC instants from microseconds since 1970."""
    return pa.array(microseconds).cast(ARROW_TYPES[Kind.INSTANT])
