"""A document as PDF: Chinese without a font file, and the same bytes for the same blocks."""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

from alertgrade.documents.blocks import (
    Block,
    Document,
    Heading,
    KeyValues,
    Paragraph,
    Picture,
    Table,
    cell_text,
    right_columns,
)

_FONT = "STSong-Light"  # a CID font that every PDF reader brings along
_LATIN = "Helvetica"  # of an English document, where it has the signs: the Chinese font spaces Latin letters badly
_KEPT_ROWS = 12  # a table of at most so many rows is not broken between two pages
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_BEYOND = re.compile(r"[\U00010000-\U0010ffff]")  # the font's encoding ends at U+FFFF
_MARGIN_MM = 18.0
_WIDTH_MM = 210.0 - 2 * _MARGIN_MM
_INK, _RULE, _SHADE, _GREY = "#1a1a1a", "#bfbfbf", "#f0f2f5", "#595959"


def render_pdf(document: Document) -> bytes:
    """Pages of A4 with the footer and the page number on each.

    >>> render_pdf(Document("案件", [Paragraph("正文")]))[:5]
    b'%PDF-'
    """
    from reportlab.lib.units import mm
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import SimpleDocTemplate

    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    margin = _MARGIN_MM * mm
    file = io.BytesIO()
    title = _clean(document.title)
    # invariant: no clock and no random id, so that a hash of the file says something.
    template = SimpleDocTemplate(
        file,
        title=title,
        lang=document.language,
        invariant=1,
        leftMargin=margin,
        rightMargin=margin,
        topMargin=margin,
        bottomMargin=margin,
    )
    flow = [_text(document.title, document, size=17), _text(document.subtitle, document, size=9, colour=_GREY)]
    flow += [part for block in document.blocks for part in _flowables(block, document)]
    foot = functools.partial(_foot, text=_clean(document.footer), font=_font(_clean(document.footer), document))
    template.build(flow, onFirstPage=foot, onLaterPages=foot)
    return file.getvalue()


def _foot(canvas: Any, template: Any, text: str, font: str) -> None:
    canvas.setFont(font, 8)
    canvas.drawString(template.leftMargin, template.bottomMargin / 2, text[:110])
    canvas.drawRightString(template.pagesize[0] - template.rightMargin, template.bottomMargin / 2, str(template.page))


def _flowables(block: Block, document: Document) -> list[Any]:
    if isinstance(block, Heading):
        size = (13.5, 11.5, 10.5)[min(block.level, 3) - 1]
        return [_text(block.text, document, size=size, before=8, with_next=True)]
    if isinstance(block, Paragraph):
        return [
            _text(block.text, document, size=8.5 if block.small else 10, colour=_GREY if block.small else "#1a1a1a")
        ]
    if isinstance(block, KeyValues):
        rows = [[_cell(name, document), _cell(value, document)] for name, value in block.pairs]
        return [_grid(rows, (0.3, 0.7), head=False)] if rows else []
    if isinstance(block, Picture):
        return _picture(block, document)
    return _table(block, document)


def _table(block: Table, document: Document) -> list[Any]:
    kept = bool(block.rows)
    caption = [_text(block.caption, document, size=8.5, colour=_GREY, with_next=kept)] if block.caption else []
    if not block.rows:
        return [*caption, _text(block.when_empty, document, size=8.5, colour=_GREY)]
    widths = block.widths or [1.0] * len(block.columns)
    right = right_columns(block)
    rows = [
        [_cell(value, document, right=at_right) for value, at_right in zip(row, right, strict=True)]
        for row in (block.columns, *block.rows)
    ]
    grid = _grid(rows, widths, head=True)
    if len(block.rows) > _KEPT_ROWS:
        return [*caption, grid]
    from reportlab.platypus import KeepTogether

    return [KeepTogether([*caption, grid])]


def _grid(rows: list[list[Any]], widths: Sequence[float], head: bool) -> Any:
    from reportlab.lib.units import mm
    from reportlab.platypus import Table as Grid

    shade = (0, 0), ((-1, 0) if head else (0, -1))
    style: list[Any] = [
        ("GRID", (0, 0), (-1, -1), 0.4, _RULE),
        ("BACKGROUND", *shade, _SHADE),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
    whole = _WIDTH_MM * mm / sum(widths)
    return Grid(
        rows,
        colWidths=[share * whole for share in widths],
        repeatRows=int(head),
        style=style,
        spaceBefore=3,
        spaceAfter=6,
        splitInRow=1,  # a cell longer than a page goes on on the next
    )


def _picture(block: Picture, document: Document) -> list[Any]:
    from reportlab.lib.units import mm
    from reportlab.lib.utils import ImageReader
    from reportlab.platypus import Image

    wide, high = ImageReader(io.BytesIO(block.png)).getSize()
    width = min(block.width_mm, _WIDTH_MM, 230.0 * wide / high) * mm  # no higher than a page
    picture = Image(io.BytesIO(block.png), width=width, height=width * high / wide)
    return [picture, _text(block.caption or block.alt, document, size=8.5, colour=_GREY)]


def _cell(value: Any, document: Document, *, right: bool = False) -> Any:
    return _text(cell_text(value), document, size=8.5, after=0, right=right)


def _font(text: str, document: Document) -> str:
    if document.language == "zh":
        return _FONT
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return _FONT
    return _LATIN


def _text(text: str, document: Document, *, size: float, colour: str = _INK, **more: Any) -> Any:
    """A paragraph; ``more``: points ``before`` and ``after``, ``right`` aligned, ``with_next`` on one page."""
    from reportlab.lib.colors import HexColor
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph as Flowing

    cleaned = _clean(text)
    style = ParagraphStyle(
        "text",
        fontName=_font(cleaned, document),
        fontSize=size,
        leading=size * 1.45,
        textColor=HexColor(colour),
        spaceBefore=more.get("before", 0),
        spaceAfter=more.get("after", 4),
        alignment=2 if more.get("right") else 0,
        keepWithNext=int(more.get("with_next", False)),
        wordWrap="CJK" if document.language == "zh" else None,
    )
    return Flowing(escape(cleaned).replace("\n", "<br/>"), style)


def _clean(text: str) -> str:
    return _BEYOND.sub("□", _UNSEEN.sub("", text))
