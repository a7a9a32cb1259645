"""Every feature of an account, a family at a time: now, its own past, and the median of its peers."""

from __future__ import annotations

import streamlit as st

from serving.dashboard.client import ApiClient, ApiError, Record
from serving.dashboard.feature_names import title, unit, value
from serving.dashboard.formats import moment, number
from serving.dashboard.language import Texts
from serving.dashboard.markup import table
from serving.dashboard.states import empty, trouble


def render(t: Texts, client: ApiClient, account_id: str) -> None:
    """The choice of a family and its table."""
    try:
        with st.spinner(t("loading")):
            found = client.peers(account_id)
    except ApiError as error:
        trouble(t, error, key="peers")
        return
    items = found.get("items") or []
    if all(item.get("value") is None for item in items):
        empty(t("no_profile"), small=True)
        return
    families = list(dict.fromkeys(str(item["family"]) for item in items))
    chosen = st.pills(
        t("family_choice"),
        families,
        default="cancelling" if "cancelling" in families else families[0],
        format_func=lambda name: t.of_set("family", name),
        key="family",
        required=True,
    )
    st.caption(f"{t('as_of', moment=moment(found.get('features_as_of')))} · {t('peer_note')}")
    columns = ("feature", "unit", "current_value", "own_past", "against_past", "peer_median")
    rows = [row(t, item) for item in items if item["family"] == chosen]
    caption = t("profile_part_features")
    st.html(f'<div class="ag-card">{table([t(name) for name in columns], rows, caption=caption)}</div>')


def row(t: Texts, item: Record) -> list[str]:
    """One feature: name, unit, now, own past, how they compare, peers' median with their number."""
    median = value(t, item, "peer_median")
    peers = t("peer_count", value=median, count=number(item.get("peers"))) if item.get("peers") else median
    now, past = item.get("value"), item.get("own_past")
    own = value(t, item, "own_past")
    return [title(t, item), unit(t, item), value(t, item, "value"), own, ratio(t, now, past), peers]


def ratio(t: Texts, now: float | None, past: float | None) -> str:
    """How many times the account's own past; a dash where one is unknown, zero or below.

    >>> [ratio(Texts("en"), now, 2.0) for now in (5.0, 2.0, 1.0, None)], ratio(Texts("en"), 1.0, 0.0)
    (['2.5× ▲', 'same', '0.5× ▼', '–'], '–')
    """
    if now is None or past is None or past <= 0 or now < 0:
        return number(None)
    if now == past:
        return t("ratio_same")
    return t("ratio_up" if now > past else "ratio_down", ratio=number(round(now / past, 1)))
