"""How every chart looks: quiet, no toolbar, our own colours."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

ACCENT, INK, QUIET, LINE = "#1f4e79", "#16202e", "#4d5866", "#dde3ea"
_FONT = '"Source Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif'


def plain_figure(*, height: int) -> go.Figure:
    """An empty figure in the dashboard's look."""
    figure = go.Figure()
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 12, "t": 34, "b": 8},
        paper_bgcolor="#ffffff",
        plot_bgcolor="#ffffff",
        font={"family": _FONT, "size": 13, "color": INK},
        legend={"orientation": "h", "y": 1.14, "x": 0.12, "xanchor": "left"},
        hoverlabel={"font": {"family": _FONT}},
    )
    figure.update_xaxes(gridcolor=LINE, zeroline=False, automargin=True)
    figure.update_yaxes(gridcolor=LINE, zeroline=False, automargin=True)
    return figure


def show(figure: go.Figure, *, key: str, label: str) -> None:
    """Draw the figure under its name."""
    figure.update_layout(title={"text": label, "font": {"size": 14, "color": QUIET}, "x": 0, "xref": "paper"})
    st.plotly_chart(figure, key=key, theme=None, config={"displayModeBar": False, "responsive": True})
