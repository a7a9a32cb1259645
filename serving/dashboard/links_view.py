"""The accounts this one is linked with: who shares devices, money or times with whom, as a picture and in words."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from serving.dashboard.charts import ACCENT, INK, QUIET, plain_figure, show
from serving.dashboard.client import ApiClient, ApiError, Record
from serving.dashboard.formats import moment, share
from serving.dashboard.language import Texts
from serving.dashboard.markup import table
from serving.dashboard.network_layout import places
from serving.dashboard.states import empty, trouble

_EVIDENCE = ("macs", "ips", "banks", "synchronous", "matched")


def render(t: Texts, client: ApiClient, account_id: str) -> None:
    """Draw the picture and its evidence; an account without links says so."""
    try:
        found = client.links(account_id)
    except ApiError as error:
        trouble(t, error, key="links")
        return
    st.caption(t("published_as_of", moment=moment(found.get("as_of"))))
    pairs, declared = found.get("pairs") or [], found.get("declared") or []
    if not pairs and not declared:
        empty(t("no_links"), t("no_links_do"), small=True)
        return
    show(figure(t, account_id, pairs, declared), key="links", label=t("section_links"))
    if pairs:
        names = [t("pair"), t("link_score"), t("evidence_words")]
        rows = [[f"{pair['a']} – {pair['b']}", share(pair.get("score")), evidence(t, pair)] for pair in pairs]
        st.html(f'<div class="ag-card">{table(names, rows, caption=t("section_links"))}</div>')
    for group_id, members in groups(declared).items():
        st.caption(t("declared_group", group=group_id, members=", ".join(members)))


def evidence(t: Texts, pair: Record) -> str:
    """What two accounts share, in words; what there is none of is left out."""
    found = [t(f"shared_{name}", count=pair[name]) for name in _EVIDENCE if pair.get(name)]
    return " · ".join(found) or "–"


def groups(declared: list[Record]) -> dict[str, list[str]]:
    """Members of each declared group, in order.

    >>> groups([{"group_id": "G1", "account_id": "B"}, {"group_id": "G1", "account_id": "A"}])
    {'G1': ['A', 'B']}
    """
    found: dict[str, set[str]] = {}
    for row in declared:
        found.setdefault(str(row["group_id"]), set()).add(str(row["account_id"]))
    return {name: sorted(members) for name, members in sorted(found.items())}


def figure(t: Texts, account_id: str, pairs: list[Record], declared: list[Record]) -> go.Figure:
    """Suspected links as full lines, the thicker the stronger; declared groups as dotted ones."""
    named = groups(declared)
    others = {str(pair[end]) for pair in pairs for end in ("a", "b")} | {one for all_ in named.values() for one in all_}
    accounts = [account_id, *sorted(others - {account_id})]
    place = {name: number for number, name in enumerate(accounts)}
    told = [(a, b) for members in named.values() for a in members for b in members if a < b]
    links = [(place[str(pair["a"])], place[str(pair["b"])]) for pair in pairs] + [(place[a], place[b]) for a, b in told]
    at = places(len(accounts), links)
    chart = plain_figure(height=420)
    for pair in pairs:
        strength = float(pair.get("score") or 0.0)
        ends = [place[str(pair["a"])], place[str(pair["b"])]]
        chart.add_trace(_line(at, ends, width=1.0 + 6.0 * strength, colour="#c26a3d", words=_words(t, pair)))
    for a, b in told:
        chart.add_trace(_line(at, [place[a], place[b]], width=1.5, colour=QUIET, dash="dot", words=t("declared")))
    chart.add_trace(_accounts(accounts, at))
    chart.update_xaxes(visible=False, range=[-1.25, 1.25])
    chart.update_yaxes(visible=False, range=[-1.2, 1.2])
    chart.update_layout(showlegend=False)
    return chart


def _words(t: Texts, pair: Record) -> str:
    return f"{pair['a']} – {pair['b']}<br>{evidence(t, pair)}"


def _line(at: object, ends: list[int], *, width: float, colour: str, words: str, dash: str = "solid") -> go.Scatter:
    points = [at[end] for end in ends]  # type: ignore[index]
    return go.Scatter(
        x=[points[0][0], (points[0][0] + points[1][0]) / 2, points[1][0]],
        y=[points[0][1], (points[0][1] + points[1][1]) / 2, points[1][1]],
        mode="lines",
        line={"width": width, "color": colour, "dash": dash},
        hoverinfo="text",
        text=words,
    )


def _accounts(accounts: list[str], at: object) -> go.Scatter:
    return go.Scatter(
        x=[point[0] for point in at],  # type: ignore[attr-defined]
        y=[point[1] for point in at],  # type: ignore[attr-defined]
        mode="markers+text",
        text=accounts,
        textposition="top center",
        textfont={"color": INK},
        marker={
            "size": [26, *[17] * (len(accounts) - 1)],
            "color": [ACCENT, *["#ffffff"] * (len(accounts) - 1)],
            "line": {"width": 2, "color": ACCENT},
            "opacity": 1.0,
        },
        hoverinfo="text",
    )
