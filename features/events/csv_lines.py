"""CSV read line by line inside the engine: exact line numbers, and one bad line costs one line.

The engine's own CSV reader gives no line number for a good row, and after a quote that is never closed it swallows
the rows that follow. Here every physical line is read as one text and split by the engine; only lines with an odd
number of quotes, which are rare, are looked at in Python to see whether they open a field that spans lines.
"""

# The SQL below is put together from quoted names and literals only.
# ruff: noqa: S608

from __future__ import annotations

import csv
import gzip
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alertgrade.errors import AlertError
from features.events.sql import ident, literal, path

MOST_LINES_OF_A_FIELD = 100
_FIELD = r'("(?:[^"]|"")*"|[^",]*)'
_RECORD = rf"{_FIELD}(,{_FIELD})*"
_FIELDS = (
    "CASE WHEN NOT contains(_text, '\"') THEN string_split(_text, ',') "
    f"WHEN regexp_full_match(_text, {literal(_RECORD)}) THEN list_transform("
    f"regexp_extract_all(',' || _text, {literal(',' + _FIELD)}, 1), lambda f: CASE WHEN starts_with(f, '\"') "
    "THEN replace(substr(f, 2, length(f) - 2), '\"\"', '\"') ELSE f END) END"
)
_SURVEY = (
    "SELECT count(*), list(_line) FILTER (contains(_text, '\"') "
    "AND (length(_text) - length(replace(_text, '\"', ''))) % 2 = 1), list(_line) FILTER (coalesce(_text, '') = '')"
)
_NO_DELIMITER = r"\x01\x02\x01\x03"


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
        with _open(file) as stream:
            names = next(csv.reader(stream), [])
    except (UnicodeDecodeError, OSError, EOFError, csv.Error) as error:
        seen = f"{file.name}: its first line cannot be read ({error})"
        raise AlertError(seen, "wanted UTF-8 column names", "write it again") from error
    header = tuple(name.strip() for name in names)
    twice = sorted({name for name in header if header.count(name) > 1 and name})
    if twice:
        raise AlertError(f"{file.name} has column {twice[0]!r} twice", "wanted each name once", "remove one")
    return header


def csv_rows(connection: Any, file: Path) -> CsvRows:
    """Plan the reading of one CSV file; so far only its header and the lines with odd quotes are looked at.

    Physical lines that are empty are no rows. ``bad`` are the lines with a wrong number of fields, broken quotes
    or bytes that are not UTF-8; their text is in ``_row`` (null where it is not text).
    """
    header = read_header(file)
    lines = _lines(file)
    total, odd, empty = connection.execute(f"{_SURVEY} FROM {lines} WHERE _line > 1").fetchall()[0]
    blank = _blank_lines(file, set(empty or ()))
    within, spanning = _join_spanning(connection, lines, sorted(odd or ()), len(header))
    records = (
        f"SELECT _line, _text FROM {lines} WHERE _line > 1 AND _line NOT IN ({', '.join(map(str, blank)) or '-1'})"
    )
    if within:
        records += (
            " AND NOT EXISTS (SELECT 1 FROM _spanning AS s WHERE _line BETWEEN s.first_line AND s.last_line)"
            " UNION ALL SELECT first_line, joined FROM _spanning"
        )
    split = f"(SELECT _line, _text, {_FIELDS} AS _fields FROM ({records}))"
    columns = "".join(
        f"_fields[{i}] AS {ident(name)}, " for i, name in enumerate(header, 1) if name not in ("", "_line")
    )
    good = f"SELECT {columns}_line FROM {split} WHERE len(_fields) = {len(header)}"
    bad = (
        "SELECT _line, CASE WHEN _text IS NULL THEN 'line is not UTF-8' "
        "WHEN _fields IS NULL THEN 'line has a broken quote' "
        f"ELSE concat('line has ', len(_fields), ' fields, wanted {len(header)}') END AS _reason, _text AS _row "
        f"FROM {split} WHERE len(_fields) IS DISTINCT FROM {len(header)}"
    )
    return CsvRows(good, bad, header, total - len(blank | within) + spanning)


def _lines(file: Path) -> str:
    # strict_mode=false turns a line with bytes that are not UTF-8 (and an empty one) into null instead of an error
    return (
        "(SELECT row_number() OVER () AS _line, _text FROM read_csv("
        f"{path(file)}, auto_detect=false, header=false, columns={{'_text': 'VARCHAR'}}, "
        f"delim=E{literal(_NO_DELIMITER)}, quote='', escape='', strict_mode=false))"
    )


def _join_spanning(connection: Any, lines: str, odd: list[int], width: int) -> tuple[set[int], int]:
    """Table ``_spanning`` (first_line, last_line, joined): records whose quoted field runs over several lines."""
    connection.execute("CREATE OR REPLACE TEMP TABLE _spanning (first_line BIGINT, last_line BIGINT, joined VARCHAR)")
    inside: set[int] = set()
    at = found = 0
    while at + 1 < len(odd):
        first, last = odd[at], odd[at + 1]
        joined = _joined(connection, lines, first, last, width) if last - first < MOST_LINES_OF_A_FIELD else None
        if joined is not None:
            connection.execute("INSERT INTO _spanning VALUES (?, ?, ?)", [first, last, joined])
            inside.update(range(first, last + 1))
            found += 1
        at += 1 if joined is None else 2
    return inside, found


def _joined(connection: Any, lines: str, first: int, last: int, width: int) -> str | None:
    """One record made of the lines first..last, or None if it is none, or if a line inside is a good row by itself."""
    rows = connection.execute(
        f"SELECT _text FROM {lines} WHERE _line BETWEEN {first} AND {last} ORDER BY _line"
    ).fetchall()
    texts = [text or "" for (text,) in rows]
    if any(_width(text) == width for text in texts[1:-1]):
        return None  # more likely a stray quote on either side of good rows than one field that looks like rows
    joined = "\n".join(texts)
    return joined if _width(joined) == width else None


def _width(text: str) -> int | None:
    if re.fullmatch(_RECORD, text) is None:
        return None
    return len(next(csv.reader(io.StringIO(text, newline="")), [""]))


def _blank_lines(file: Path, numbers: set[int]) -> set[int]:
    """Those of the lines that are empty: the engine gives null for them as for lines that are not UTF-8."""
    if not numbers:
        return set()
    with _open_bytes(file) as stream:
        return {number for number, line in enumerate(stream, 1) if number in numbers and not line.strip(b"\r\n")}


def _open(file: Path) -> io.TextIOBase:
    if file.name.endswith(".gz"):
        return gzip.open(file, "rt", encoding="utf-8-sig", newline="")
    return file.open("r", encoding="utf-8-sig", newline="")


def _open_bytes(file: Path) -> Any:
    return gzip.open(file, "rb") if file.name.endswith(".gz") else file.open("rb")
