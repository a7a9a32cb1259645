"""What a document is made of: a title and a list of blocks, without any word of how they look."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

_PART = r"[-+−]?\d[\d,]*(\.\d+)?%?"
_NUMBER = re.compile(rf"{_PART}( h| → {_PART}| \[{_PART}, {_PART}\])?")
Language = Literal["zh", "en"]
Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of ``level`` 1 (a chapter) to 3."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; line breaks are kept. ``small`` is for remarks."""

    text: str
    small: bool = False


@dataclass(frozen=True, slots=True)
class KeyValues:
    """Facts with their names, one a line."""

    pairs: Sequence[tuple[str, Cell]]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells below named columns; an empty one says ``when_empty``; ``widths`` are shares (default: equal)."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    caption: str = ""
    when_empty: str = "—"
    widths: Sequence[float] | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG, and the same as SVG where there is one: HTML shows the SVG, PDF the PNG. ``alt`` says what is seen."""

    png: bytes
    alt: str
    caption: str = ""
    svg: str | None = None
    width_mm: float = 160.0


Block = Heading | Paragraph | KeyValues | Table | Picture


@dataclass(frozen=True, slots=True)
class Document:
    """A title, a line below it, the blocks in order, and a line at the foot of every page.

    >>> Document("Case C1", [Heading("Alerts"), KeyValues([("grade", 1)])]).language
    'zh'
    """

    title: str
    blocks: Sequence[Block]
    subtitle: str = ""
    footer: str = ""
    language: Language = "zh"


def cell_text(cell: Cell) -> str:
    """A cell as people read it: a dash for nothing, no tail of zeros.

    >>> cell_text(None), cell_text(500.0), cell_text(0.25), cell_text("沪铜")
    ('—', '500', '0.25', '沪铜')
    """
    if cell is None:
        return "—"
    return f"{cell:.6g}" if isinstance(cell, float) and abs(cell) < 1e6 else _whole(cell)


def is_number(cell: Cell) -> bool:
    """Whether a cell stands under others at its right edge: a number, printed with its unit or interval or not.

    >>> [is_number(one) for one in (5, "1,234", "43.0%", "32.9 h", "0.75 [0.6, 0.9]", "16% → 10%")]
    [True, True, True, True, True, True]
    >>> [is_number(one) for one in (None, "A1", "2026-05-04", "—", "0.25-x")]
    [False, False, False, False, False]
    """
    return (not isinstance(cell, str) and cell is not None) or bool(_NUMBER.fullmatch(str(cell)))


def right_columns(table: Table) -> list[bool]:
    """For each column, whether its cells are numbers (or absent) and so stand at the right."""
    return [
        any(is_number(row[place]) for row in table.rows)
        and all(row[place] in (None, "—") or is_number(row[place]) for row in table.rows)
        for place in range(len(table.columns))
    ]


def _whole(cell: str | float) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
