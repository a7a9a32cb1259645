"""Rows as CSV that a spreadsheet opens as text and never as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # the wide ones where Chinese is typed
_MARK = "\ufeff"  # without it a spreadsheet takes UTF-8 for the local code page


def csv_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """A header and the rows; no rows, no header. A text that would start a formula gets an apostrophe before it.

    >>> csv_text([{"a": "=1+1", "b": -1}]).splitlines()
    ['\ufeffa,b', "'=1+1,-1"]
    """
    if not rows:
        return _MARK
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: _safe(value) for name, value in row.items()} for row in rows)
    return _MARK + out.getvalue()


def _safe(value: Any) -> Any:
    if isinstance(value, str) and value.lstrip(" ").startswith(_STARTS_A_FORMULA):
        return f"'{value}"
    return value
