"""A table whose rows open something and can be marked, as real HTML: one element however many rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import streamlit as st

from serving.dashboard.grades import GradeLook
from serving.dashboard.language import Texts

_ASSETS = Path(__file__).parent / "assets"
Cell = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what identifies it, the words of its button, its cells."""

    id: str
    open: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Clicked:
    """The row that was opened just now, and the rows that are marked."""

    opened: str | None = None
    marked: list[str] = field(default_factory=list)


def plain(text: str, *, right: bool = False, strong: bool = False, wrap: bool = False) -> Cell:
    """A cell of text; ``wrap``: in several lines where the screen is narrow."""
    return {"text": text, "right": right, "strong": strong, "wrap": wrap}


def coloured(text: str, look: GradeLook) -> Cell:
    """A cell of words on their colour."""
    return {"text": text, "background": look.background, "colour": look.text}


def row_table(
    t: Texts, columns: Sequence[str], rows: Sequence[Row], *, opens: int, caption: str, key: str, markable: bool = False
) -> Clicked:
    """Draw the table; the cell at place ``opens`` is the button. A new ``key`` forgets the marks."""
    numbers = [place for place, cell in enumerate(rows[0].cells) if cell.get("right")] if rows else []
    known = st.session_state.get(key)
    data = {
        "columns": [{"text": name, "right": place in numbers} for place, name in enumerate(columns)],
        "rows": [{"id": row.id, "open": row.open, "cells": row.cells} for row in rows],
        "marked": list(getattr(known, "marked", None) or []),
        "opens": opens,
        "markable": markable,
        "caption": caption,
        "mark_all": t("mark_all"),
        "mark_one": t("mark_one"),
    }
    draw = st.components.v2.component(
        "alertgrade_row_table",
        html='<div class="rows"></div>',
        css=(_ASSETS / "row_table.css").read_text(encoding="utf-8"),
        js=(_ASSETS / "row_table.js").read_text(encoding="utf-8"),
    )
    found = draw(key=key, data=data, on_open_change=_nothing, on_marked_change=_nothing)
    shown = {row.id for row in rows}
    marked = [name for name in (found.marked or []) if name in shown]
    return Clicked(found.open if found.open in shown else None, marked)


def _nothing() -> None:
    """Streamlit keeps only the values that somebody listens to."""
