"""What the account did around the alert: orders, cancels, trades, logins and cash on one axis of time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from serving.dashboard.charts import ACCENT, plain_figure, show
from serving.dashboard.client import ApiClient, ApiError, Record
from serving.dashboard.formats import SHANGHAI, instant, moment, number, text
from serving.dashboard.language import Texts
from serving.dashboard.states import empty, trouble

LANES: dict[str, tuple[str, ...]] = {  # lowest first, as the axis runs upwards
    "cash": ("deposit", "withdrawal"),
    "login": ("login", "login_failed", "password_change"),
    "rejected": ("rejected",),
    "trade": ("trade",),
    "cancel": ("cancel",),
    "order": ("order",),
}
_SIGNS = {"buy": ("triangle-up", "#b3261e"), "sell": ("triangle-down", "#1b6e4b")}
_OTHER = ("circle", "#4d5866")
_BEFORE = (1, 3, 12, 72)  # hours
_AFTER = timedelta(hours=1)


def render(t: Texts, client: ApiClient, trigger: Record) -> None:
    """Draw the chart, and the same as a table; nothing published, or nothing done, says so."""
    at = instant(trigger.get("triggered_at"))
    if at is None:
        empty(t("no_timeline"), small=True)
        return
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    words = lambda hours: t("hours_before", span=t.span(float(hours)))  # noqa: E731
    hours = left.segmented_control(
        t("how_far"), _BEFORE, default=3, format_func=words, key="timeline-hours", required=True
    )
    contract = str(trigger.get("contract") or "")
    alone = bool(contract) and right.toggle(t("this_contract_only", contract=contract), key="timeline-contract")
    since = at - timedelta(hours=hours or 3)
    try:
        found = client.timeline(str(trigger["account_id"]), (at + _AFTER).isoformat(), since.isoformat())
    except ApiError as error:
        trouble(t, error, key="timeline")
        return
    acts = [act for act in found["items"] if not alone or act.get("contract") in (None, contract)]
    st.caption(_note(t, found, acts, since, at + _AFTER))
    if not acts:
        empty(t("no_acts"), t("no_acts_do"), small=True)
        return
    show(figure(t, acts, at), key="timeline", label=t("section_timeline"))
    with st.expander(t("as_table", count=len(acts))):
        st.dataframe(table(t, acts), hide_index=True, height=320)


def _note(t: Texts, found: Record, acts: list[Record], since: datetime, until: datetime) -> str:
    told = t("acts_between", count=len(acts), since=moment(since), until=moment(until))
    cut = f" {t('acts_cut')}" if found.get("cut") else ""
    return f"{told}{cut} {t('published_as_of', moment=moment(found.get('as_of')))}"


def figure(t: Texts, acts: list[Record], at: datetime) -> go.Figure:
    """A lane a kind of act; triangles point up for a buy and down for a sell, and grow with the lots."""
    chart = plain_figure(height=330)
    most = max((act.get("volume") or 0 for act in acts), default=0) or 1
    for side in ("buy", "sell", None):
        mine = [act for act in acts if (act.get("side") if act.get("side") in _SIGNS else None) == side]
        if mine:
            chart.add_trace(_points(t, side, mine, most))
    chart.update_xaxes(tickformat="%H:%M\n%m-%d")
    lanes = [t(f"lane_{name}") for name in LANES]
    chart.update_yaxes(categoryorder="array", categoryarray=lanes, range=[-0.6, len(lanes) - 0.4])
    moment_here = at.astimezone(SHANGHAI).replace(tzinfo=None)
    chart.add_vline(x=moment_here, line_color=ACCENT, line_width=2)
    chart.add_annotation(
        x=moment_here, y=1.0, yref="paper", text=t("the_alert"), showarrow=False, yshift=12, font_color=ACCENT
    )
    return chart


def _points(t: Texts, side: str | None, acts: list[Record], most: float) -> go.Scatter:
    symbol, colour = _SIGNS.get(side or "", _OTHER)
    return go.Scatter(
        x=[_clock(act) for act in acts],
        y=[t(f"lane_{lane_of(str(act['act']))}") for act in acts],
        mode="markers",
        name=t(f"side_{side}") if side else t("side_none"),
        marker={
            "symbol": symbol,
            "color": colour,
            "size": [7 + 11 * ((act.get("volume") or 0) / most) ** 0.5 for act in acts],
            "opacity": 0.75,
            "line": {"width": 0.5, "color": "#ffffff"},
        },
        text=[_words(t, act) for act in acts],
        hovertemplate="%{text}<extra></extra>",
    )


def lane_of(act: str) -> str:
    """The lane an act is drawn on.

    >>> lane_of("login_failed"), lane_of("cancel")
    ('login', 'cancel')
    """
    return next((name for name, acts in LANES.items() if act in acts), act)


def _clock(act: Record) -> datetime | None:
    at = instant(act.get("event_time"))
    return None if at is None else at.astimezone(SHANGHAI).replace(tzinfo=None)


def _words(t: Texts, act: Record) -> str:
    parts = [moment(act.get("event_time")), t.of_set("act", act["act"])]
    if act.get("contract"):
        side, offset = t.of_set("side", act.get("side")), t.of_set("offset", act.get("offset"))
        parts.append(f"{act['contract']} {side} {offset}")
        parts.append(t("lots_at", lots=number(act.get("volume")), price=number(act.get("price"))))
    if act.get("amount") is not None:
        parts.append(t("yuan", amount=number(act["amount"])))
    return "<br>".join(parts)


def table(t: Texts, acts: list[Record]) -> pd.DataFrame:
    """The same acts as rows, for who reads better than looks."""
    return pd.DataFrame(
        {
            t("time"): moment(act.get("event_time")),
            t("act"): t.of_set("act", act["act"]),
            t("contract"): text(act.get("contract")),
            t("side"): t.of_set("side", act["side"]) if act.get("side") else "",
            t("offset"): t.of_set("offset", act["offset"]) if act.get("offset") else "",
            t("lots"): number(act.get("volume")),
            t("price"): number(act.get("price")),
            t("amount"): number(act.get("amount")),
        }
        for act in acts
    )
