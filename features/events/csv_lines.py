"""CSV split line by line inside the engine: exact line numbers, and one bad line costs one line.

The engine's own CSV reader gives no line number for a good row, and after a quote that is never closed it swallows
the rows that follow. Here every physical line is one text (table ``_lines``) that the engine splits; only lines with
an odd number of quotes, which are rare, are looked at in Python to see whether they open a field that spans lines.
"""

# The SQL below is put together from quoted names and literals only.
# ruff: noqa: S608

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alertgrade.errors import AlertError
from features.events.sql import ident, literal
from features.events.text_lines import load_lines, open_bytes

MOST_LINES_OF_A_FIELD = 100
_FIELD = r'("(?:[^"]|"")*"|[^",]*)'
_RECORD = rf"{_FIELD}(,{_FIELD})*"
_FIELDS = (
    "CASE WHEN NOT contains(_text, '\"') THEN string_split(_text, ',') "
    f"WHEN regexp_full_match(_text, {literal(_RECORD)}) THEN list_transform("
    f"regexp_extract_all(',' || _text, {literal(',' + _FIELD)}, 1), lambda f: CASE WHEN starts_with(f, '\"') "
    "THEN replace(substr(f, 2, length(f) - 2), '\"\"', '\"') ELSE f END) END"
)
_RECORDS = "SELECT _line, _text FROM _lines WHERE _line > 1 AND _text IS DISTINCT FROM ''"
_JOINED = (
    " AND NOT EXISTS (SELECT 1 FROM _spanning AS s WHERE _line BETWEEN s.first_line AND s.last_line)"
    " UNION ALL SELECT first_line, joined FROM _spanning"
)
_ODD = (
    "SELECT _line FROM _lines WHERE _line > 1 AND contains(_text, '\"') "
    "AND (length(_text) - length(replace(_text, '\"', ''))) % 2 = 1 ORDER BY _line"
)


@dataclass(frozen=True, slots=True)
class CsvRows:
    """SQL of a file's rows: ``good`` as text with _line; ``bad`` as _line, _reason, _row; ``records`` counts both."""

    good: str
    bad: str
    header: tuple[str, ...]
    records: int


def read_header(file: Path) -> tuple[str, ...]:
    """Column names of a CSV (plain or gzip, with or without byte-order mark), stripped of blanks around them."""
    try:
        with open_bytes(file) as stream:
            names = next(csv.reader([stream.readline().decode("utf-8-sig")]), [])
    except (UnicodeDecodeError, OSError, EOFError, csv.Error) as error:
        seen = f"{file.name}: its first line cannot be read ({error})"
        raise AlertError(seen, "wanted UTF-8 column names", "write it again") from error
    header = tuple(name.strip() for name in names)
    twice = sorted({name for name in header if header.count(name) > 1 and name})
    if twice:
        raise AlertError(f"{file.name} has column {twice[0]!r} twice", "wanted each name once", "remove one")
    return header


def csv_rows(connection: Any, file: Path) -> CsvRows:
    """Load the lines of one CSV file (temporary tables ``_lines`` and ``_spanning``) and say how they become rows.

    Empty lines are no rows. ``bad`` are the lines with a wrong number of fields, broken quotes or bytes that are not
    UTF-8; their text is in ``_row`` (null where it is not text).
    """
    header = read_header(file)
    load_lines(connection, file)
    records = _RECORDS + (_JOINED if _join_spanning(connection, len(header)) else "")
    split = f"(SELECT _line, _text, {_FIELDS} AS _fields FROM ({records}))"
    names = [(number, name) for number, name in enumerate(header, 1) if name not in ("", "_line")]
    columns = "".join(f"_fields[{number}] AS {ident(name)}, " for number, name in names)
    good = f"SELECT {columns}_line FROM {split} WHERE len(_fields) = {len(header)}"
    bad = (
        "SELECT _line, CASE WHEN _text IS NULL THEN 'line is not UTF-8' "
        "WHEN _fields IS NULL THEN 'line has a broken quote' "
        f"ELSE concat('line has ', len(_fields), ' fields, wanted {len(header)}') END AS _reason, _text AS _row "
        f"FROM {split} WHERE len(_fields) IS DISTINCT FROM {len(header)}"
    )
    total = connection.execute(f"SELECT count(*) FROM ({records})").fetchall()[0][0]
    return CsvRows(good, bad, header, total)


def _join_spanning(connection: Any, width: int) -> int:
    """Fill ``_spanning`` (first_line, last_line, joined) with records whose quoted field runs over several lines."""
    connection.execute("CREATE OR REPLACE TEMP TABLE _spanning (first_line BIGINT, last_line BIGINT, joined VARCHAR)")
    odd = [number for (number,) in connection.execute(_ODD).fetchall()]
    at = found = 0
    while at + 1 < len(odd):
        first, last = odd[at], odd[at + 1]
        joined = _joined(connection, first, last, width) if last - first < MOST_LINES_OF_A_FIELD else None
        if joined is not None:
            connection.execute("INSERT INTO _spanning VALUES (?, ?, ?)", [first, last, joined])
        found += joined is not None
        at += 1 if joined is None else 2
    return found


def _joined(connection: Any, first: int, last: int, width: int) -> str | None:
    """One record made of the lines first..last, or None if it is none, or if a line inside is a good row by itself."""
    rows = connection.execute("SELECT _text FROM _lines WHERE _line BETWEEN ? AND ? ORDER BY _line", [first, last])
    texts = [text for (text,) in rows.fetchall()]
    if None in texts or any(_width(text) == width for text in texts[1:-1]):
        return None  # more likely a stray quote on either side of good rows than one field that looks like rows
    joined = "\n".join(texts)
    return joined if _width(joined) == width else None


def _width(text: str) -> int | None:
    if re.fullmatch(_RECORD, text) is None:
        return None
    return len(next(csv.reader(io.StringIO(text, newline="")), [""]))
