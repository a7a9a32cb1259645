"""How a row of a view is packed: its columns as little-endian doubles, null as NaN, in the order the store records."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

Layout = Mapping[str, tuple[str, ...]]  # view: its columns
Value = float | None
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Row:
    """One account's row of one view: when it speaks of and when it was made, microseconds since 1970 UTC."""

    account: str
    event_us: int
    created_us: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class OnlineRecord:
    """What an online store holds: everything known at ``materialized_to``, days up to ``built_through`` (or none).

    ``files`` are the offline files it was made of, ``layout`` the columns of its rows.
    """

    materialized_to: datetime
    built_through: date | None
    layout: Layout
    files: Mapping[str, tuple[str, ...]]

    def to_json(self) -> str:
        """One text for the store."""
        day = self.built_through.isoformat() if self.built_through else None
        plain = {"materialized_to": self.materialized_to.isoformat(), "built_through": day}
        return json.dumps(plain | {"layout": dict(self.layout), "files": dict(self.files)})

    @classmethod
    def from_json(cls, text: str) -> OnlineRecord:
        """Read ``to_json`` back."""
        raw = json.loads(text)
        return cls(
            datetime.fromisoformat(raw["materialized_to"]),
            date.fromisoformat(raw["built_through"]) if raw["built_through"] else None,
            {view: tuple(names) for view, names in raw["layout"].items()},
            {view: tuple(names) for view, names in raw["files"].items()},
        )


def pack(names: Sequence[str], values: Mapping[str, Value]) -> bytes:
    """The columns ``names`` of ``values``; absent or null is NaN.

    >>> unpack(("a", "b"), pack(("a", "b"), {"b": 2.0}))
    {'a': None, 'b': 2.0}
    """
    numbers = [values.get(name) for name in names]
    return struct.pack(f"<{len(names)}d", *(math.nan if n is None else n for n in numbers))


def unpack(names: Sequence[str], payload: bytes) -> dict[str, Value]:
    """Columns by name; NaN is null."""
    numbers = struct.unpack(f"<{len(names)}d", payload)
    return {name: (None if n != n else n) for name, n in zip(names, numbers, strict=True)}


def repacked(payload: bytes, old: Sequence[str], new: Sequence[str]) -> bytes:
    """A row of columns ``old`` as one of columns ``new``."""
    return payload if tuple(old) == tuple(new) else pack(new, unpack(old, payload))


def microseconds(moment: datetime) -> int:
    """Since 1970 UTC, exactly; an instant without zone is UTC."""
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH) // timedelta(microseconds=1)


def instant_of(microseconds_: int) -> datetime:
    """The instant again, UTC."""
    return _EPOCH + timedelta(microseconds=microseconds_)
