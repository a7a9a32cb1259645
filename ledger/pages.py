"""Pages of rows and the opaque cursors between them."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ledger.errors import BadQuery
from ledger.rows import Row

_LARGEST = 2**63 - 1
_LONGEST = 40  # characters of a text in a cursor: an instant


@dataclass(frozen=True, slots=True)
class Page:
    """Rows and the cursor of the next page; ``None`` when this was the last."""

    rows: list[Row]
    next_cursor: str | None


def page_of(rows: list[Row], limit: int, position: Callable[[Row], list[Any]]) -> Page:
    """The first ``limit`` of rows that were read with one more, and the cursor at the last of them."""
    if len(rows) <= limit:
        return Page(rows, None)
    text = json.dumps(position(rows[limit - 1])).encode()
    return Page(rows[:limit], base64.urlsafe_b64encode(text).decode())


def position_in(cursor: str, *kinds: type) -> list[Any]:
    """What a cursor holds: whole numbers not below 0 and short texts, as ``kinds`` say; else ``BadQuery``."""
    try:
        found = json.loads(base64.b64decode(cursor.encode(), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        found = None
    whole = isinstance(found, list) and len(found) == len(kinds)
    if not whole or not all(type(one) is kind and _bounded(one) for one, kind in zip(found, kinds, strict=True)):
        raise BadQuery("a cursor that no page gave", "wanted the next_cursor of the page before", "start without one")
    return list(found)


def _bounded(one: Any) -> bool:
    return len(one) <= _LONGEST and "\x00" not in one if isinstance(one, str) else 0 <= one <= _LARGEST
