"""What a document is made of: a title and a list of blocks, without any word of how they look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

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


def _whole(cell: str | float) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
