"""How an account behaved at each close, a chart a feature, beside what is usual among its peers."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from serving.dashboard.charts import ACCENT, QUIET, plain_figure, show
from serving.dashboard.client import ApiClient, ApiError, Record
from serving.dashboard.feature_names import Names, names_of
from serving.dashboard.language import Texts
from serving.dashboard.states import empty, trouble

FIRST = ("orders_20d", "cancel_ratio_20d", "traded_lots_20d", "distinct_macs_20d")
_MOST = 8
_DAYS = 60


def render(t: Texts, client: ApiClient, account_id: str) -> None:
    """Charts of the chosen features; without peers the account's own lines stand alone, and it is said why."""
    try:
        with st.spinner(t("loading")):
            found = client.behaviour(account_id, days=_DAYS)
    except ApiError as error:
        trouble(t, error, key="behaviour")
        return
    series, days = found.get("features") or {}, [str(day) for day in found.get("days") or []]
    if not days or all(value is None for values in series.values() for value in values):
        empty(t("behaviour_unknown"), t("behaviour_unknown_do"))
        return
    peers = _peers(t, client, account_id)
    names = names_of(t, list(peers.values()))
    st.caption(t("behaviour_days", count=len(days), first=days[0], last=days[-1]))
    chosen = st.multiselect(
        t("behaviour_choice"),
        list(series),
        default=[name for name in FIRST if name in series],
        format_func=names.label,
        max_selections=_MOST,
        key=f"behaviour-features-{t.language}",  # its chips keep the words they were chosen in
    )
    if not chosen:
        empty(t("behaviour_none"), small=True)
        return
    _charts(t, days, {name: series[name] for name in chosen}, peers, names)
    with st.expander(t("values_as_table")):
        table = pd.DataFrame({names.label(name): series[name] for name in chosen}, index=days)
        st.dataframe(table.iloc[::-1], height=260)


def _peers(t: Texts, client: ApiClient, account_id: str) -> dict[str, Record]:
    try:
        return {str(item["name"]): item for item in client.peers(account_id).get("items") or []}
    except ApiError as error:
        trouble(t, error, key="peers", retry=False)
        return {}


def _charts(
    t: Texts, days: list[str], series: dict[str, list[float | None]], peers: dict[str, Record], names: Names
) -> None:
    columns = st.columns(2, gap="small")
    for place, (name, values) in enumerate(series.items()):
        with columns[place % 2], st.container(key=f"chart-{name}"):
            median = peers.get(name, {}).get("peer_median")
            chart = figure(t, days, values, median, percent=peers.get(name, {}).get("unit") == "share")
            show(chart, key=f"behaviour-{name}", label=names.label(name))


def figure(
    t: Texts, days: list[str], values: list[float | None], median: float | None, *, percent: bool = False
) -> go.Figure:
    """The account as a full line with points, its peers' median of now as a dashed one; a gap is a day unknown."""
    chart = plain_figure(height=250)
    chart.add_trace(
        go.Scatter(
            x=days,
            y=values,
            mode="lines+markers",
            name=t("line_account"),
            line={"color": ACCENT, "width": 2.5},
            marker={"size": 4},
        )
    )
    if median is not None:
        ends = [days[0], days[-1]]
        style = {"color": "#c26a3d", "width": 2, "dash": "dash"}
        chart.add_trace(go.Scatter(x=ends, y=[median, median], mode="lines", name=t("line_peers"), line=style))
    if all(value is None for value in values):
        middle = {"xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5}
        chart.add_annotation(text=t("line_unknown"), showarrow=False, font={"color": QUIET}, **middle)
    chart.update_xaxes(type="category", nticks=6, tickangle=0)
    known = [value for value in (*values, median) if value is not None]
    low, high = min(0.0, *known, 0.0), max(0.0, *known, 0.0)
    room = (high - low) * 0.08 or 1.0  # a line on the frame, or under the legend, would not be seen
    chart.update_yaxes(range=[low - room, high + room], tickformat=".0%" if percent and high > 0.05 else None)
    place = {"y": 1.02, "yanchor": "bottom", "x": 0, "xanchor": "left"}
    chart.update_layout(showlegend=True, margin={"t": 66}, legend=place)
    return chart
