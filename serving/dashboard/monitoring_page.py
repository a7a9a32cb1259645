"""Monitoring: the newest report of each kind as it was put on record, with when it was made and from how much."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape

import streamlit as st

from serving.dashboard import drift_view, figures_view, outcomes_view
from serving.dashboard.client import ApiClient, ApiError, Record
from serving.dashboard.formats import moment, number, text
from serving.dashboard.language import Texts
from serving.dashboard.markup import heading
from serving.dashboard.states import empty, trouble

VIEWS: Mapping[str, Callable[[Texts, Record], None]] = {
    "effectiveness": figures_view.render,
    "drift": drift_view.render,
    "outcomes": outcomes_view.render,
    "disagreement": figures_view.render,
}


def render(t: Texts, client: ApiClient) -> None:
    """The choice of a report, its head, and what it says; one that was never made says how to make it."""
    st.html(heading(t("page_monitoring"), t("monitoring_lead")))
    kind = st.segmented_control(
        t("report_choice"),
        list(VIEWS),
        default=next(iter(VIEWS)),
        format_func=lambda name: t(f"report_{name}"),
        key="report",
        required=True,
    )
    kind = kind or next(iter(VIEWS))
    try:
        with st.spinner(t("loading")):
            found = client.report(kind)
    except ApiError as error:
        if error.kind == "not_found":
            empty(t("report_none", name=t(f"report_{kind}")), t("report_none_do", kind=kind))
        else:
            trouble(t, error, key="report")
        return
    st.html(head(t, kind, found))
    if found.get("rows_hidden"):
        st.caption(t("rows_hidden", count=found["rows_hidden"]))
    VIEWS[kind](t, found)


def head(t: Texts, kind: str, found: Record) -> str:
    """HTML of when, over which days and from how many rows the report was made, and where it is on record."""
    model = found.get("model")
    version = f"{text(model.get('version'))} {str(model.get('digest'))[:12]}" if isinstance(model, dict) else model
    pairs = [
        (t("report_made"), moment(found.get("made_at"))),
        (t("report_days"), f"{text(found.get('first_day'))} – {text(found.get('last_day'))}"),
        (t("report_rows"), _made_from(t, kind, found)),
        (t("report_seq"), text(found.get("seq"))),
    ]
    if version:
        pairs.append((t("report_of_model"), str(version)[:24]))
    told = "".join(f"<span><i>{escape(name)}</i> {escape(value)}</span>" for name, value in pairs)
    return f'<div class="ag-card ag-line">{told}</div>'


def _made_from(t: Texts, kind: str, found: Record) -> str:
    figures = found.get("figures") or {}
    if kind == "drift":
        return t("rows_scores", now=number(found.get("current_rows")), then=number(found.get("reference_rows")))
    if kind == "outcomes":
        left = {"undecided": number(found.get("undecided")), "unripe": number(found.get("unripe_days"))}
        return t("rows_decided", decided=number(found.get("decided")), **left)
    if kind == "disagreement":
        return t("rows_both_voices", count=number(figures.get("voices_alerts")))
    return t("rows_cases", alerts=number(figures.get("desk_alerts")), cases=number(figures.get("desk_cases")))
