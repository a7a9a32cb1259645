"""A document as one HTML page that needs nothing else: style and pictures are inside."""

from __future__ import annotations

import base64

from jinja2 import Environment, PackageLoader, StrictUndefined

from alertgrade.documents.blocks import Document, Picture, cell_text, right_columns


def render_html(document: Document) -> str:
    """The page, every text escaped; it loads no script and nothing from elsewhere.

    >>> from alertgrade.documents.blocks import Paragraph
    >>> "&lt;b&gt;" in render_html(Document("A", [Paragraph("<b>")]))
    True
    """
    environment = Environment(
        loader=PackageLoader("alertgrade.documents", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["cell"] = cell_text
    environment.filters["right"] = right_columns
    blocks = [(type(block).__name__, block) for block in document.blocks]
    return environment.get_template("document.html").render(document=document, blocks=blocks, address=_address)


def _address(picture: Picture) -> str:
    # As an image an SVG runs no script, which it might inside the page.
    kind, data = ("svg+xml", picture.svg.encode()) if picture.svg is not None else ("png", picture.png)
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
