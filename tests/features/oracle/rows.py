"""Raw rows as plain dicts: read from a folder or given by hand, typed as the contract of raw events says."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from features.events.schema import TABLES, Kind

Row = dict[str, Any]
Tables = dict[str, list[Row]]


def read(folder: Path) -> Tables:
    """The tables of a market folder of parquet files."""
    return typed({file.stem: pq.read_table(file).to_pylist() for file in sorted(folder.glob("*.parquet"))})


def typed(tables: Mapping[str, Iterable[Row]]) -> Tables:
    """Every column there is (null where a row does not say), in its type; each exact duplicate once."""
    return {name: _distinct(_typed_row(name, row) for row in rows) for name, rows in tables.items()}


def _typed_row(table: str, row: Row) -> Row:
    return {column.name: _value(column.kind, row.get(column.name)) for column in TABLES[table].columns}


def _distinct(rows: Iterable[Row]) -> list[Row]:
    return list({tuple(row.values()): row for row in rows}.values())


def _value(kind: Kind, value: Any) -> Any:
    if value is None or value != value:  # not a number is null
        return None
    match kind:
        case Kind.INSTANT:
            moment = datetime.fromisoformat(value) if isinstance(value, str) else value
            moment = moment.to_pydatetime() if hasattr(moment, "to_pydatetime") else moment
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        case Kind.DATE:
            return date.fromisoformat(value) if isinstance(value, str) else value
        case Kind.PRICE:
            return Decimal(str(value)).quantize(Decimal("0.000001"))
        case Kind.MONEY:
            return Decimal(str(value)).quantize(Decimal("0.0001"))
        case Kind.COUNT:
            return int(value)
        case _:
            return value


def write(folder: Path, tables: Mapping[str, Iterable[Row]]) -> Path:
    """Write tables as CSV, as a broker would."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        columns = list(TABLES[name].column_names)
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows({c: _written(row.get(c)) for c in columns} for row in rows)
    return folder


def _written(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
