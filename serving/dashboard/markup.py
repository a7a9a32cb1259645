"""Small pieces of HTML shared by the pages; whatever comes from the API is escaped here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from serving.dashboard.grades import GradeLook, grade_label, look

# Possessive: what one part has taken no other tries, so that a long text costs as much as it is long.
_ONE = r"[+-]?(?:\d[\d,]*+(?:\.\d+)?(?:e[+-]?\d+)?%?|–)"
_NUMBER = re.compile(rf"{_ONE}(?: ?[/→] ?{_ONE})*[^\d\w(（]*+(?:[(（][^)）]*+[)）])?+[^\d\w]*+")


def badge(grade: object, language: str, large: bool = False) -> str:
    """A grade as number and word on its colour."""
    found = look(grade)
    size = " ag-badge-large" if large else ""
    style = f"background:{found.background};color:{found.text}"
    return f'<span class="ag-badge{size}" style="{style}">{escape(grade_label(grade, language))}</span>'


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Names and values, one pair a line.

    >>> facts([("账户", "<A1>")])
    '<dl class="ag-facts"><dt>账户</dt><dd>&lt;A1&gt;</dd></dl>'
    """
    inner = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in pairs)
    return f'<dl class="ag-facts">{inner}</dl>'


def bar(label: str, shown: str, fraction: float, kind: str) -> str:
    """One labelled bar; ``fraction`` of the track is filled, cut to [0, 1]."""
    width = 100 * min(max(fraction, 0.0), 1.0)
    return (
        f'<div class="ag-bar"><span class="ag-bar-label">{escape(label)}</span>'
        f'<span class="ag-track"><span class="ag-fill ag-fill-{kind}" style="width:{width:.1f}%"></span></span>'
        f'<span class="ag-bar-value">{escape(shown)}</span></div>'
    )


def heading(text: str, note: str = "") -> str:
    """A section's heading with an optional quiet note beside it."""
    quiet = f'<span class="ag-note">{escape(note)}</span>' if note else ""
    return f'<div class="ag-heading"><h3>{escape(text)}</h3>{quiet}</div>'


def chip(words: str, found: GradeLook) -> str:
    """Words on a colour that is no grade's."""
    style = f"background:{found.background};color:{found.text}"
    return f'<span class="ag-badge" style="{style}">{escape(words)}</span>'


def table(names: Sequence[str], rows: Sequence[Sequence[str]], *, caption: str) -> str:
    """A plain table of text; ``caption`` is for those who do not see it."""
    return table_of_html(names, [[escape(value) for value in row] for row in rows], caption=caption)


def table_of_html(names: Sequence[str], rows: Sequence[Sequence[str]], *, caption: str) -> str:
    """The same from cells that are HTML already; a column of numbers stands to the right."""
    sides = [' class="ag-n"' if _is_numeric([row[place] for row in rows]) else "" for place in range(len(names))]
    head = "".join(f'<th scope="col"{side}>{escape(name)}</th>' for name, side in zip(names, sides, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td{side}>{cell}</td>" for cell, side in zip(row, sides, strict=True)) + "</tr>"
        for row in rows
    )
    return (
        f'<div class="ag-scroll"><table class="ag-table"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _is_numeric(cells: Sequence[str]) -> bool:
    """Whether a column holds numbers and nothing else but dashes.

    >>> _is_numeric(["1,234", "-0.5", "–", "12.5%", "<b>4 / 5</b>", "43.5 (32)"])
    True
    >>> _is_numeric(["2026-05-28"]), _is_numeric(["1 extreme"]), _is_numeric(["–"])
    (False, False, False)
    """
    plain = [re.sub(r"<[^>]+>", "", cell).strip() for cell in cells]
    known = [cell for cell in plain if cell not in ("–", "·", "")]
    return bool(known) and all(_NUMBER.fullmatch(cell) for cell in known)


def meter(shown: str, fraction: float) -> str:
    """A share of a limit: its bar, full at the limit, and in words."""
    kind = "limit-over" if fraction >= 1.0 else "now"
    width = 100 * min(max(fraction, 0.0), 1.0)
    return (
        f'<span class="ag-meter"><span class="ag-track"><span class="ag-fill ag-fill-{kind}" '
        f'style="width:{width:.1f}%"></span></span><span>{escape(shown)}</span></span>'
    )
