"""Past alerts like this one, and what became of them."""

from __future__ import annotations

import streamlit as st

from serving.dashboard.client import ApiClient, ApiError, Record
from serving.dashboard.feature_names import title
from serving.dashboard.formats import moment, number, text
from serving.dashboard.grades import OUTCOMES
from serving.dashboard.language import Texts
from serving.dashboard.markup import table
from serving.dashboard.states import empty, trouble

_MOST = 8


def render(t: Texts, client: ApiClient, alert_id: str) -> None:
    """The nearest past alerts of the same rule; none says so."""
    try:
        found = client.similar(alert_id, limit=_MOST)
    except ApiError as error:
        trouble(t, error, key="similar")
        return
    items = found.get("items") or []
    st.caption(f"{t('similar_lead')} {t('published_as_of', moment=moment(found.get('as_of')))}")
    if not items:
        empty(t("no_similar"), small=True)
        return
    names = [t(key) for key in ("outcome", "account", "triggered_at", "decided_at", "distance", "told_apart")]
    known = found.get("names") or {}
    rows = [_row(t, item, known) for item in items]
    st.html(f'<div class="ag-card">{table(names, rows, caption=t("section_similar"))}</div>')
    st.caption(counted(t, items))


def _row(t: Texts, item: Record, known: Record) -> list[str]:
    apart = [title(t, {"name": name, **known.get(str(name), {})}) for name in (item.get("apart") or [])[:3]]
    return [
        _outcome(t, item.get("outcome")),
        text(item.get("account_id")),
        moment(item.get("triggered_at")),
        moment(item.get("decided_at")),
        number(item.get("distance")),
        " · ".join(apart) or "–",
    ]


def counted(t: Texts, items: list[Record]) -> str:
    """How often each outcome, most frequent first."""
    outcomes = [_outcome(t, item.get("outcome")) for item in items]
    counts = sorted({name: outcomes.count(name) for name in outcomes}.items(), key=lambda one: (-one[1], one[0]))
    return t("similar_counts", counts=" · ".join(f"{name} {count}" for name, count in counts))


def _outcome(t: Texts, outcome: object) -> str:
    return OUTCOMES.get(str(outcome), (text(outcome),) * 2)[t.place]
