"""Where the champion is good and where it is not: by part of the test alerts, and by how much it learnt from."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from serving.dashboard.charts import ACCENT, plain_figure, show
from serving.dashboard.client import ApiClient, ApiError, Record
from serving.dashboard.formats import measure, number
from serving.dashboard.language import Texts
from serving.dashboard.markup import heading, table
from serving.dashboard.states import empty, trouble

_KINDS = ("rule", "exchange", "account type")
_COLUMNS = ("slice", "slice_rows", "slice_subjects", "slice_cost", "slice_against_rules", "slice_kappa")


def render(t: Texts, client: ApiClient, digest: str) -> None:
    """The champion's judgement as it was signed; one that cannot be read leaves the rest of the page standing."""
    try:
        judged = client.judgement(digest).get("judgement") or {}
    except ApiError as error:
        trouble(t, error, key="judgement")
        return
    learning(t, judged.get("learning_curve") or [])
    _slices(t, judged.get("slices") or [])


def _slices(t: Texts, slices: list[Record]) -> None:
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
    rows = sorted((one for one in slices if one.get("by") == kind), key=lambda one: -_value(one, "expected_cost"))
    names = [t(name) for name in _COLUMNS]
    shown = table(names, [row(t, kind, one) for one in rows], caption=t("slices_card"))
    st.html(f'<div class="ag-card">{heading(t("slices_card"), t("slices_note"))}{shown}</div>')


def _value(one: Record, metric: str) -> float:
    return float((one.get(metric) or {}).get("value", -1.0))


def row(t: Texts, kind: str, one: Record) -> list[str]:
    """One slice: its name, alerts, subjects, mean cost, that less the cost of the rules alone, agreement.

    >>> cost = {"value": 1.5, "low": 1.0, "high": 2.0}
    >>> row(Texts("en"), "exchange", {"slice": "SHFE", "rows": 30, "subjects": 9, "expected_cost": cost})
    ['SHFE', '30', '9', '1.500 (1.000 to 2.000)', '–', '–']
    """
    name = t.rule(one.get("slice")) if kind == "rule" else t.of_set("population", one.get("slice"))
    name = t("slice_unknown") if one.get("slice") == "not known" else name
    figures = [_judged(t, one.get(metric)) for metric in ("expected_cost", "cost_against_rules", "quadratic_kappa")]
    return [name, number(one.get("rows")), number(one.get("subjects")), *figures]


def _judged(t: Texts, found: Record | None) -> str:
    if found is None:
        return measure(None)
    return t("interval", **{name: measure(found[name]) for name in ("value", "low", "high")})


def learning(t: Texts, curve: list[Record]) -> None:
    """Mean cost with its interval by the labels learnt from, all on the same later days; fewer than two say so."""
    known = sorted((one["labels"], one["expected_cost"]) for one in curve if one.get("expected_cost"))
    st.html(heading(t("learning_card"), t("learning_note")))
    if len(known) < 2:
        empty(t("learning_none"), t("learning_none_do"), small=True)
        return
    costs = [cost["value"] for _, cost in known]
    above = [cost["high"] - cost["value"] for _, cost in known]
    below = [cost["value"] - cost["low"] for _, cost in known]
    bars = {"type": "data", "symmetric": False, "array": above, "arrayminus": below}
    chart = plain_figure(height=280)
    line = {"color": ACCENT}
    chart.add_trace(
        go.Scatter(x=[labels for labels, _ in known], y=costs, error_y=bars, mode="lines+markers", line=line)
    )
    chart.update_layout(xaxis_title=t("learning_rows"), yaxis_title=t("slice_cost"))
    chart.update_yaxes(rangemode="tozero")
    show(chart, key="learning", label=t("learning_card"))
