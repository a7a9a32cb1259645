"""Numbers as the catalogue means them: exact sums, shares that may be null, nine digits."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.features.oracle.rows import Row

Number = int | float | Decimal | Fraction
Values = dict[str, Number | None]


def share(part: Number, whole: Number) -> Fraction | None:
    """Null where the whole is 0."""
    return Fraction(part) / Fraction(whole) if whole else None


def nine(value: Number) -> Fraction:
    """Rounded to nine digits, halves up (away from zero for what is never negative)."""
    return Fraction((Fraction(value) * 10**9 + Fraction(1, 2)).__floor__(), 10**9)


def lots(rows: Iterable[Row]) -> int:
    return total(rows, "volume")


def total(rows: Iterable[Row], column: str) -> Any:
    return sum(row[column] for row in rows)


def distinct(rows: Iterable[Row], *columns: str) -> int:
    """Distinct values of some columns; of a single column the non-null ones."""
    found = {tuple(row[c] for c in columns) for row in rows}
    return len(found - {(None,)})


def of(rows: Iterable[Row], event: str) -> list[Row]:
    return [row for row in rows if row["event"] == event]


def most(numbers: Iterable[int]) -> int:
    return max(numbers, default=0)
