"""Pages of rows as one file: CSV that a spreadsheet opens as text and never as a formula, or JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

_STARTS_A_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # the wide ones where Chinese is typed
_MARK = "\ufeff"  # without it a spreadsheet takes UTF-8 for the local code page


def csv_parts(pages: Iterable[Sequence[Mapping[str, Any]]]) -> Iterator[str]:
    """A header and the rows of each page; no rows, no header. A text that would start a formula gets an apostrophe.

    >>> "".join(csv_parts([[{"a": "=1+1", "b": -1}], [{"a": "x", "b": 2}]])).splitlines()
    ['\ufeffa,b', "'=1+1,-1", 'x,2']
    """
    yield _MARK
    begun = False
    for rows in pages:
        out = io.StringIO()
        writer = csv.DictWriter(out, list(rows[0]) if rows else [], lineterminator="\r\n")
        if rows and not begun:
            writer.writeheader()
            begun = True
        writer.writerows({name: _safe(value) for name, value in row.items()} for row in rows)
        yield out.getvalue()


def json_parts(pages: Iterable[Sequence[Mapping[str, Any]]]) -> Iterator[str]:
    """The rows of all pages as one JSON array.

    >>> "".join(json_parts([[{"a": 1}], [], [{"a": 2}]]))
    '[{"a": 1}, {"a": 2}]'
    """
    before = "["
    for rows in pages:
        if rows:
            yield before + ", ".join(json.dumps(row, ensure_ascii=False) for row in rows)
            before = ", "
    yield "[]" if before == "[" else "]"


def _safe(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    # Whatever white space a spreadsheet passes over before "=": the full-width blank, the hard one, a line's end.
    marked = value.lstrip().startswith(_STARTS_A_FORMULA) or value.lstrip(" ").startswith(("\t", "\r"))
    return f"'{value}" if marked else value
