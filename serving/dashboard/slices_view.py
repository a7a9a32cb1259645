"""Where the champion is good and where it is not: by part of the test alerts, and by how much it learnt from."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from serving.dashboard.charts import ACCENT, plain_figure, show
from serving.dashboard.client import Record
from serving.dashboard.formats import number
from serving.dashboard.language import Texts
from serving.dashboard.markup import heading, table
from serving.dashboard.states import empty

_KINDS = ("rule", "exchange", "account type")
_COLUMNS = ("slice", "slice_rows", "slice_subjects", "slice_cost", "slice_against_rules", "slice_kappa")


def render(t: Texts, slices: list[Record]) -> None:
    """A table a kind of slice, the dearest first; a slice of few alerts is counted and not judged."""
    if not slices:
        st.html(heading(t("slices_card")))
        empty(t("slices_none"), t("slices_none_do"), small=True)
        return
    kind = st.segmented_control(
        t("slices_card"),
        _KINDS,
        default=_KINDS[0],
        format_func=lambda name: t.of_set("sliced", name),
        key="sliced",
        required=True,
    )
    kind = kind or _KINDS[0]
    rows = sorted((one for one in slices if one.get("by") == kind), key=lambda one: -(one.get("expected_cost") or -1.0))
    names = [t(name) for name in _COLUMNS]
    shown = table(names, [row(t, kind, one) for one in rows], caption=t("slices_card"))
    st.html(f'<div class="ag-card">{heading(t("slices_card"), t("slices_note"))}{shown}</div>')


def row(t: Texts, kind: str, one: Record) -> list[str]:
    """One slice: its name, alerts, subjects, mean cost, that less the cost of the rules alone, agreement.

    >>> found = {"slice": "SHFE", "rows": 30.0, "subjects": 9.0, "expected_cost": 1.5}
    >>> row(Texts("en"), "exchange", found)[:4]
    ['SHFE', '30', '9', '1.5']
    """
    name = t.rule(one.get("slice")) if kind == "rule" else t.of_set("population", one.get("slice"))
    name = t("slice_unknown") if one.get("slice") == "not known" else name
    figures = [_judged(t, one, metric) for metric in ("expected_cost", "cost_against_rules", "quadratic_kappa")]
    return [name, number(one.get("rows")), number(one.get("subjects")), *figures]


def _judged(t: Texts, one: Record, metric: str) -> str:
    value, low, high = (one.get(f"{metric}{end}") for end in ("", "_low", "_high"))
    if value is None or low is None or high is None:
        return number(value)
    return t("interval", value=number(round(value, 3)), low=number(round(low, 3)), high=number(round(high, 3)))


def learning(t: Texts, bundles: list[Record]) -> None:
    """Mean cost on its test part of each bundle by the rows it was fitted on; one bundle alone is no curve."""
    whole = [one for one in bundles if _whole(one)]
    known = sorted((one["rows"]["train"], one["metrics"]["expected_cost"], str(one["digest"])[:12]) for one in whole)
    st.html(heading(t("learning_card"), t("learning_note")))
    if len(known) < 2:
        empty(t("learning_none"), t("learning_none_do"), small=True)
        return
    rows, costs, names = zip(*known, strict=True)
    chart = plain_figure(height=260)
    chart.add_trace(go.Scatter(x=rows, y=costs, text=names, mode="lines+markers", line={"color": ACCENT}))
    chart.update_layout(xaxis_title=t("learning_rows"), yaxis_title=t("slice_cost"))
    chart.update_yaxes(rangemode="tozero")
    show(chart, key="learning", label=t("learning_card"))


def _whole(one: Record) -> bool:
    metrics, rows = one.get("metrics") or {}, one.get("rows") or {}
    return metrics.get("expected_cost") is not None and bool(rows.get("train"))
