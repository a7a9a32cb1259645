"""The SQL that types a table's rows and says of each broken one what was seen and what was wanted."""

# The SQL below is put together from quoted names and literals only.
# ruff: noqa: S608

from __future__ import annotations

from features.events import casts
from features.events.schema import Column, Kind, Table
from features.events.sources import PARTITION, Source
from features.events.sql import ident, literal

MARKS = ("_source", "_line", "_reason", "_row", "_trimmed", "_rounded")
ORIGIN = ("_source", "_line", "_spaced", "_fault", "_text")
LONGEST_VALUE_SHOWN = 60


def checked_rows(source: Source, rows: str, types: dict[str, str]) -> str:
    """Typed columns in contract order, then _source, _line, _reason and _row, which are null on good rows.

    ``rows`` is SQL of the rows as they came, ``types`` their engine types; each row has ``ORIGIN`` too: its source and
    line, whether blanks have to be looked for (_spaced) and, where it is no row at all, what is wrong with it (_fault)
    and its text. Reasons are worked out for broken rows only. _trimmed and _rounded say of a good row that blanks were
    taken off a value, or digits.
    """
    table = source.table
    raws = ", ".join(f"{_raw(c, types, source)} AS {_seen(c)}" for c in table.columns)
    values = ", ".join(f"{_typed(c, types, source)} AS {_value(c)}" for c in table.columns)
    rules = [_column_rule(c) for c in table.columns] + _row_rules(source)
    good = " AND ".join(condition for condition, _ in rules)
    reasons = ", ".join(f"CASE WHEN ({condition}) IS NOT TRUE THEN {reason} END" for condition, reason in rules)
    as_came = ", ".join(f"{literal(c.name)}: {_seen(c)}" for c in table.columns)
    in_words = f"CASE WHEN _fault IS NULL THEN CAST(to_json({{{as_came}}}) AS VARCHAR) ELSE _text END"
    return (
        f"SELECT {', '.join(f'{_value(c)} AS {ident(c.name)}' for c in table.columns)}, "
        "CASE WHEN _bad THEN _source END AS _source, CASE WHEN _bad THEN _line END AS _line, "
        f"CASE WHEN _bad THEN coalesce(_fault, concat_ws('; ', {reasons})) END AS _reason, "
        f"CASE WHEN _bad THEN {in_words} END AS _row, "
        f"NOT _bad AND _blanks AS _trimmed, NOT _bad AND ({_rounded(table, types)}) AS _rounded "
        f"FROM (SELECT *, _fault IS NOT NULL OR ({good}) IS NOT TRUE AS _bad FROM "
        f"(SELECT *, {values} FROM (SELECT {raws}, {_blanks(table, types)} AS _blanks, {', '.join(ORIGIN)} "
        f"FROM ({rows}))))"
    )


def _blanks(table: Table, types: dict[str, str]) -> str:
    texts = [ident(c.name) for c in table.columns if types.get(c.name) == "VARCHAR"]
    found = " OR ".join(f"coalesce({casts.has_blanks(name)}, false)" for name in texts)
    return f"CASE WHEN _spaced THEN {found} ELSE false END" if found else "false"


def _rounded(table: Table, types: dict[str, str]) -> str:
    found = (casts.is_rounded(_seen(c), _value(c), c.kind, types[c.name]) for c in table.columns if c.name in types)
    return " OR ".join(f"coalesce({condition}, false)" for condition in found if condition) or "false"


def _seen(column: Column) -> str:
    return ident(f"seen {column.name}")


def _value(column: Column) -> str:
    return ident(f"value {column.name}")


def _raw(column: Column, types: dict[str, str], source: Source) -> str:
    if source.partitioned and column.name == "trading_day":
        return _raw_day(column, types, source)
    if column.name not in types:
        return "CAST(NULL AS VARCHAR)"
    value = casts.raw(ident(column.name), types[column.name])
    if types[column.name] != "VARCHAR":
        return value
    return f"CASE WHEN _spaced THEN {value} ELSE nullif({ident(column.name)}, '') END"  # most files have no blanks


def _raw_day(column: Column, types: dict[str, str], source: Source) -> str:
    """The trading day of a partitioned table as text: of the row, or where it is not said, of the folder."""
    folder = _folder_day(source.table)
    if column.name not in types:
        return folder
    seen = casts.raw(ident(column.name), types[column.name])
    day = casts.typed(seen, Kind.DATE, types[column.name])
    return f"coalesce(CAST({day} AS VARCHAR), CAST({seen} AS VARCHAR), {folder})"


def _typed(column: Column, types: dict[str, str], source: Source) -> str:
    if column.name not in types or (source.partitioned and column.name == "trading_day"):
        return casts.typed(_seen(column), column.kind, "VARCHAR")
    return casts.typed(_seen(column), column.kind, types[column.name])


def _column_rule(column: Column) -> tuple[str, str]:
    """The condition that a column holds, and the text that says why it does not."""
    seen, value, wanted = _seen(column), _value(column), literal(f", wanted {casts.wanted(column)}")
    good = f"({value} IS NOT NULL AND {casts.holds(column, value)})"
    shown = f"left(CAST({seen} AS VARCHAR), {LONGEST_VALUE_SHOWN})"
    broken = f"concat({literal(column.name + ' is ')}, '''', {shown}, '''', {wanted})"
    if column.nullable:
        return f"({seen} IS NULL OR {good})", broken
    empty = f"concat({literal(column.name + ' is empty')}, {wanted})"
    return good, f"CASE WHEN {seen} IS NULL THEN {empty} ELSE {broken} END"


def _row_rules(source: Source) -> list[tuple[str, str]]:
    """Rules over several columns; a column that is broken by itself is reported by its own rule only."""
    rules = []
    if source.table.validity_key:
        begin, end = ident("value valid_from"), ident("value valid_to")
        text = f"concat('valid_to is ''', {end}, ''', wanted a date after valid_from ', {begin})"
        rules.append((f"coalesce({end} > {begin}, true)", text))
    if source.partitioned:
        day, folder = ident("value trading_day"), _folder_day(source.table)
        text = f"concat('trading_day is ''', {day}, ''', wanted that of its folder, ', {folder})"
        rules.append((f"coalesce({day} = CAST({folder} AS DATE), true)", text))
    return rules


def _folder_day(table: Table) -> str:
    return f"substr(_source, {len(table.name) + len(PARTITION) + 2}, 10)"
