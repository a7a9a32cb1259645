"""From whatever a file holds to the type of the contract, as SQL that gives null where it cannot."""

from __future__ import annotations

from features.events.schema import Column, Kind
from features.events.sql import literal, literals

_FLOATS = ("FLOAT", "DOUBLE")
_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
_STAMPS = ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS")

_BLANKS = "' ' || chr(9)"
_NUMBER = r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?"
_COUNT = r"[+-]?\d+(\.0*)?"
_DATE = r"\d{4}-\d{2}-\d{2}"
_INSTANT = r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}(:?\d{2})?)?"

WANTED = {
    Kind.TEXT: "text",
    Kind.BOOL: "true or false",
    Kind.DATE: "a date YYYY-MM-DD",
    Kind.INSTANT: "an ISO 8601 time such as 2026-01-05T01:30:00.000000Z",
    Kind.COUNT: "a whole number",
    Kind.PRICE: "a number of at most 12 digits before the point",
    Kind.MONEY: "a number of at most 16 digits before the point",
    Kind.NUMBER: "a number",
}


def raw(name: str, source_type: str) -> str:
    """SQL of a column as it came, blanks around a text taken off, with the empty text and NaN read as null.

    ``name`` is already quoted.
    """
    if source_type == "VARCHAR":
        return f"nullif(CASE WHEN {has_blanks(name)} THEN trim({name}, {_BLANKS}) ELSE {name} END, '')"
    if source_type in _FLOATS:
        return f"CASE WHEN isnan({name}) THEN NULL ELSE {name} END"
    return name


def has_blanks(name: str) -> str:
    """SQL condition: a text begins or ends with a blank (space or tab), which is no part of the value.

    >>> import duckdb
    >>> sql = f"SELECT x, {has_blanks('x')} FROM (VALUES (' a'), ('a' || chr(9)), ('a b'), ('')) AS t(x)"
    >>> [found for _, found in duckdb.sql(sql).fetchall()]
    [True, True, False, False]
    """
    starts = (
        f"({name} < '!' AND (prefix({name}, ' ') OR prefix({name}, chr(9))))"  # one comparison says no to nearly all
    )
    return f"({starts} OR suffix({name}, ' ') OR suffix({name}, chr(9)))"


def is_rounded(name: str, value: str, kind: Kind, source_type: str) -> str | None:
    """SQL condition: ``value``, typed from ``name``, has lost digits; None for a kind that keeps or refuses them all.

    A binary float never is what it seems in decimals: only a difference beyond its noise counts.
    """
    places = {Kind.PRICE: 6, Kind.MONEY: 4}.get(kind)
    if places is None or source_type in _WHOLE:
        return None
    if source_type in _FLOATS:
        return f"abs({name} - CAST({value} AS DOUBLE)) > 1e-12 * greatest(1, abs({name}))"
    if source_type.startswith("DECIMAL"):
        return f"{name} <> {value}"
    text = name if source_type == "VARCHAR" else f"CAST({name} AS VARCHAR)"
    digits = literal(r"\.\d{PLACES}\d*[1-9]".replace("PLACES", str(places)))
    return (
        f"CASE WHEN contains({text}, 'e') OR contains({text}, 'E') "
        f"THEN TRY_CAST({text} AS DOUBLE) <> CAST({value} AS DOUBLE) "
        f"WHEN strlen({text}) > {places + 1} THEN regexp_matches({text}, {digits}) ELSE false END"
    )


def is_direct(kind: Kind, source_type: str) -> bool:
    """Whether the engine's own cast types such a column, without a look at its text."""
    return _direct("", kind, source_type) is not None


def typed(name: str, kind: Kind, source_type: str) -> str:
    """SQL of a column in its contract type; null where the value does not say one.

    >>> typed("x", Kind.COUNT, "BIGINT")
    'TRY_CAST(x AS BIGINT)'
    """
    direct = _direct(name, kind, source_type)
    if direct is not None:
        return direct
    text = name if source_type == "VARCHAR" else f"CAST({name} AS VARCHAR)"
    return _from_text(text, kind)


def wanted(column: Column) -> str:
    """What a value of the column has to be, in words."""
    if column.values:
        return "one of " + ", ".join(column.values)
    least = "" if column.minimum is None else f", at least {column.minimum}"
    return WANTED[column.kind] + least


def holds(column: Column, value: str) -> str:
    """SQL condition on a typed value that is not null: true where the contract allows it."""
    if column.values:
        return f"{value} IN ({literals(column.values)})"
    if column.minimum is not None:
        return f"{value} >= {column.minimum}"
    return "true"


def _direct(name: str, kind: Kind, source_type: str) -> str | None:
    """Casts that need no look at the text, which are most of a parquet file."""
    if kind is Kind.INSTANT and source_type in _STAMPS:
        return _micros(name, source_type)
    if kind is Kind.DATE and source_type in _STAMPS:
        return f"CASE WHEN {name} = date_trunc('day', {name}) THEN CAST({_micros(name, source_type)} AS DATE) END"
    is_number = source_type in (*_FLOATS, *_WHOLE) or source_type.startswith("DECIMAL")
    if kind is Kind.COUNT and is_number:
        whole = f"TRY_CAST({name} AS BIGINT)"
        return whole if source_type in _WHOLE else f"CASE WHEN {name} = trunc({name}) THEN {whole} END"
    if kind in (Kind.PRICE, Kind.MONEY, Kind.NUMBER) and is_number:
        number = f"TRY_CAST({name} AS {kind.value})"
        return f"CASE WHEN isfinite({name}) THEN {number} END" if source_type in _FLOATS else number
    if kind is Kind.TEXT and source_type in _FLOATS:  # an integer id beside nulls, as pandas writes it
        whole = f"CASE WHEN {name} = trunc({name}) THEN CAST(TRY_CAST({name} AS BIGINT) AS VARCHAR) END"
        return f"coalesce({whole}, CAST({name} AS VARCHAR))"
    if source_type == kind.value:
        return name
    return None


def _micros(name: str, source_type: str) -> str:
    if source_type in ("TIMESTAMP_NS", "TIMESTAMPTZ_NS"):
        return f"make_timestamp(epoch_ns({name}) // 1000)"  # a cast would round, and the zoned one does not exist
    if source_type == "TIMESTAMP WITH TIME ZONE":
        # the engine's own conversion is six times slower, and needed for infinity alone
        return f"coalesce(make_timestamp(epoch_us({name})), timezone('UTC', {name}))"
    return f"CAST({name} AS TIMESTAMP)"


def _from_text(text: str, kind: Kind) -> str:
    # The engine alone is too kind to text: it reads 'yes' and '1' as true, 5.5 as 6, 'epoch' and '2026-2-3' as times.
    if kind is Kind.TEXT:
        return text
    if kind is Kind.BOOL:
        return f"CASE lower({text}) WHEN 'true' THEN true WHEN 'false' THEN false END"
    pattern = {Kind.DATE: _DATE, Kind.INSTANT: _INSTANT, Kind.COUNT: _COUNT}.get(kind, _NUMBER)
    value = f"TRY_CAST({text} AS {kind.value})"
    if kind is Kind.INSTANT:  # as TIMESTAMP the engine drops an offset; as TIMESTAMPTZ it is ten times slower
        offset = f"regexp_matches(substr({text}, 20), '[+-]')"
        value = f"CASE WHEN {offset} THEN timezone('UTC', TRY_CAST({text} AS TIMESTAMPTZ)) ELSE {value} END"
    return f"CASE WHEN regexp_full_match({text}, {literal(pattern)}) THEN {value} END"
