"""The drift report: how many columns moved, and which, worst first."""

from __future__ import annotations

from html import escape

import streamlit as st

from serving.dashboard.client import Record
from serving.dashboard.feature_names import title, value
from serving.dashboard.formats import number, share
from serving.dashboard.language import Texts
from serving.dashboard.markup import heading, table
from serving.dashboard.states import empty

_MOVED = ("major", "moderate", "slight")
_COLUMNS = ("verdict", "drift_column", "drift_slice", "drift_psi", "drift_critical")
_MORE = ("drift_median", "drift_missing", "drift_use")


def render(t: Texts, found: Record) -> None:
    """The verdicts counted, and the rows; by default those that are proven to have moved."""
    rows, counts = found.get("rows") or [], found.get("counts") or {}
    lead = t("drift_lead", count=len(rows))
    pairs = [(t.of_set("verdict", name), number(count)) for name, count in ordered(counts)]
    told = "".join(f"<span><i>{escape(name)}</i> <b>{escape(count)}</b></span>" for name, count in pairs)
    st.html(f'<div class="ag-card">{heading(t("report_drift"), lead)}<div class="ag-line">{told}</div></div>')
    if found.get("weak"):
        st.warning(t("drift_weak"))
    if found.get("degraded_scores"):
        st.warning(t("drift_degraded", count=found["degraded_scores"]))
    chosen = st.segmented_control(
        t("drift_show"),
        ("moved", "all"),
        default="moved",
        format_func=lambda name: t(f"drift_show_{name}"),
        key="drift-show",
        required=True,
    )
    shown = rows if chosen == "all" else [one for one in rows if one.get("verdict") in _MOVED]
    if not shown:
        empty(t("drift_nothing_moved"), small=True)
        return
    names = [t(name) for name in (*_COLUMNS, *_MORE)]
    known = found.get("names") or {}
    cells = [row(t, one, known.get(str(one.get("name")))) for one in shown]
    st.html(f'<div class="ag-card">{table(names, cells, caption=t("report_drift"))}</div>')


def ordered(counts: Record) -> list[tuple[str, int]]:
    """Counts by verdict, worst first, whatever order they were recorded in.

    >>> ordered({"stable": 3, "major": 1})
    [('major', 1), ('stable', 3)]
    """
    order = ("major", "moderate", "unproven", "slight", "stable")
    return [(name, counts[name]) for name in order if name in counts]


def row(t: Texts, one: Record, named: Record | None = None) -> list[str]:
    """One column, whole or of one slice; ``named`` is what the API calls a feature, with its unit."""
    item = {
        "name": one.get("name"),
        **(named or {}),
        "then": one.get("reference_median"),
        "now": one.get("current_median"),
    }
    return [
        t.of_set("verdict", one.get("verdict")),
        title(t, item) if named else t.of_set("answer", one.get("name")),
        str(one.get("slice") or t("drift_all")),
        f"{one['psi']:.3f}",
        f"{one['critical']:.3f}",
        f"{value(t, item, 'then')} → {value(t, item, 'now')}",
        f"{share(one.get('reference_missing'))} → {share(one.get('current_missing'))}",
        share(one.get("use")),
    ]
