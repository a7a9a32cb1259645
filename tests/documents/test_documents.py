"""A document says the same as HTML and as PDF, whatever is in its texts."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from alertgrade.documents.blocks import Document, Heading, KeyValues, Paragraph, Picture, Table
from alertgrade.documents.html import render_html
from alertgrade.documents.pdf import render_pdf
from tests.documents.reading import pages_of, words


def png(width: int = 40, height: int = 20) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "navy").save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def document() -> Document:
    blocks = [
        Heading("触发预警"),
        KeyValues([("等级", 1), ("账户", "A1"), ("说明", None)]),
        Table(["合约", "measured", "limit"], [["cu2605", 500.0, 500], ["al2605", 12.5, None]], "依据"),
        Paragraph("结论\n第二行", small=True),
        Picture(png(), "每日计数", svg="<svg xmlns='http://www.w3.org/2000/svg'/>"),
    ]
    return Document("监管报送 C1", blocks, "2026-03-02", "仅供监管", "zh")


def test_html_and_pdf_hold_the_same_words(document):
    html, pdf = render_html(document), words(render_pdf(document))
    for text in ("监管报送 C1", "触发预警", "等级", "cu2605", "500", "12.5", "第二行", "依据", "仅供监管"):
        assert text in html, text
        assert text.replace(" ", "") in pdf, text


def test_the_same_document_gives_the_same_bytes(document):
    assert render_pdf(document) == render_pdf(document)


def test_html_loads_nothing_from_elsewhere_and_runs_nothing(document):
    page = render_html(Document("<script>alert(1)</script>", document.blocks))
    assert "<script" not in page
    assert 'src="data:image/svg+xml;base64,' in page
    assert "href=" not in page


def test_an_empty_table_says_so():
    empty = Document("A", [Table(["a"], [], "Restrictions", "none in force")], language="en")
    assert "none in force" in render_html(empty)
    assert "noneinforce" in words(render_pdf(empty))


def test_a_table_longer_than_a_page_repeats_its_head():
    long = Document("A", [Table(["column"], [[f"row {n}"] for n in range(200)])], language="en")
    pages = pages_of(render_pdf(long))
    assert len(pages) > 2
    assert all("column" in page for page in pages)


def test_a_tall_picture_and_a_cell_longer_than_a_page_still_fit():
    blocks = [Picture(png(10, 1000), "tall"), Table(["a"], [["很长 " * 4000]])]
    assert len(pages_of(render_pdf(Document("A", blocks)))) > 2


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["zh", "en"]))
def test_any_text_can_be_written(text, language):
    blocks = [Heading(text, 3), Paragraph(text), KeyValues([(text, text)]), Table([text], [[text]])]
    document = Document(text, blocks, text, text, language)
    assert render_pdf(document).startswith(b"%PDF-")
    assert render_html(document)
