"""A report of figures and listings: tiles of the one, tables of the other, in the order they were recorded."""

from __future__ import annotations

from html import escape

import streamlit as st

from serving.dashboard import moving
from serving.dashboard.client import Record
from serving.dashboard.formats import number, share, text
from serving.dashboard.grades import OUTCOMES, grade_label
from serving.dashboard.language import Texts
from serving.dashboard.markup import heading, table
from serving.dashboard.row_table import Row, plain, row_table
from serving.dashboard.states import empty
from serving.dashboard.texts_figures import FIGURES, LISTINGS, Column

_SHARES = frozenset({"hit rate", "false positives", "closing rate", "agree", "strangeness"})
_GRADES = frozenset({"grade", "rules", "classifier", "given", "rules \\ classifier"})
_CORNERS = ("rules_severe", "model_severe")  # listings whose rows are alerts, and open
_OPENS = 1


def render(t: Texts, found: Record) -> None:
    """Tiles, then a card a listing; an empty listing says so."""
    figures = found.get("figures") or {}
    st.html(tiles(t, figures))
    if None in figures.values():
        st.caption(t("dash_means"))
    listings = found.get("listings") or {}
    if listings and not any(listings.values()):
        empty(t("listings_empty"), t("listings_empty_do"))
        return
    for name in [*(one for one in LISTINGS if one in listings), *(one for one in listings if one not in LISTINGS)]:
        _listing(t, name, listings[name])


def tiles(t: Texts, figures: Record) -> str:
    """HTML of a tile a figure: its name, its value and its unit; what there was nothing to count of is a dash."""
    ordered = [name for name in FIGURES if name in figures] + [name for name in figures if name not in FIGURES]
    inner = ""
    for name in ordered:
        zh, en, unit = FIGURES.get(name, (name, name, ""))
        inner += (
            f'<div class="ag-tile"><div class="ag-tile-count">{escape(figure(t, figures[name], unit))}</div>'
            f'<div class="ag-tile-parts">{escape((zh, en)[t.place])}</div></div>'
        )
    return f'<div class="ag-tiles">{inner}</div>'


def figure(t: Texts, value: float | None, unit: str) -> str:
    """A figure by its unit.

    >>> t = Texts("en")
    >>> figure(t, 0.25, "share"), figure(t, 5.5, "hours"), figure(t, 0.2, "hours"), figure(t, 1234, "count")
    ('25.0%', '5.5 h', '12 min', '1,234')
    """
    if unit == "share":
        return share(value)
    if unit == "hours" and value is not None:
        return t.span(value) if value < 1 else f"{number(round(value, 1))} {t('unit_hours')}"
    return number(value)


def _listing(t: Texts, name: str, rows: list[list[object]]) -> None:
    zh, en, columns = LISTINGS.get(name, (name, name, ()))
    title = (zh, en)[t.place]
    if not rows:
        st.html(heading(title))
        empty(t("listing_empty"), small=True)
        return
    columns = columns or tuple((str(place), str(place)) for place in range(1, len(rows[0]) + 1))
    names = [column[t.place] for column in columns]
    cells = [[cell(t, column, value) for column, value in zip(columns, row, strict=True)] for row in rows]
    if name in _CORNERS:
        st.html(heading(title, str(len(rows))))
        _alerts(t, name, names, rows, cells)
    else:
        st.html(f'<div class="ag-card">{heading(title)}{table(names, cells, caption=title)}</div>')


def _alerts(t: Texts, name: str, names: list[str], rows: list[list[object]], cells: list[list[str]]) -> None:
    shown = [
        Row(str(row[0]), line[_OPENS], [plain(words, right=words.endswith("%")) for words in line[1:]])
        for row, line in zip(rows, cells, strict=True)
    ]
    clicked = row_table(t, names[1:], shown, opens=0, caption=name, key=f"listing-{name}")
    if clicked.opened:
        moving.go_to("case", alert=clicked.opened)


def cell(t: Texts, column: Column, value: object) -> str:
    """A listing's value by its column.

    >>> t = Texts("en")
    >>> cell(t, ("", "hit rate"), 0.5), cell(t, ("", "grade"), 2), cell(t, ("", "rule"), "self_trade")
    ('50.0%', '2 high', 'Self-trade')
    """
    name = column[1]
    if name in _SHARES:
        return share(value)
    if name in _GRADES:
        return text(None) if value is None else grade_label(value, t.language)
    if name == "rule":
        return t.rule(value)
    if name == "outcome" and value is not None:
        return OUTCOMES.get(str(value), (str(value),) * 2)[t.place]
    if name == "month" and value is not None:
        return str(value)[:7]
    return number(value)
