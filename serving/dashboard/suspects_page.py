"""Suspected groups (疑似实控): ranked, then the evidence and the merged counts of the one that is looked at."""

from __future__ import annotations

import streamlit as st

from serving.dashboard import moving
from serving.dashboard.charts import show
from serving.dashboard.client import ApiClient, ApiError, Record
from serving.dashboard.formats import moment, number, share, text
from serving.dashboard.language import Texts
from serving.dashboard.links_view import evidence, figure
from serving.dashboard.markup import heading, table, table_of_html
from serving.dashboard.row_table import Row, plain, row_table
from serving.dashboard.states import empty, trouble
from serving.dashboard.suspect_words import count_rows, group_name, pair_rows, registered

_OPENS = 1
_COUNTS = 30
_KINDS = ("mac", "ip", "bank", "synchronous", "matched")


def render(t: Texts, client: ApiClient) -> None:
    """The ranked list, and below it the group that the address names, else the first."""
    st.html(heading(t("page_suspects"), t("suspects_lead")))
    try:
        with st.spinner(t("loading")):
            found = client.suspects()
    except ApiError as error:
        trouble(t, error, key="suspects")
        return
    items = found.get("items") or []
    st.caption(t("published_as_of", moment=moment(found.get("as_of"))))
    if not items:
        empty(t("suspects_none"), t("suspects_none_do"))
        return
    rows = [row(t, one) for one in items]
    clicked = row_table(t, columns(t), rows, opens=_OPENS, caption=t("page_suspects"), key="suspect-table")
    if clicked.opened and clicked.opened != st.session_state.get("suspect-opened"):
        st.session_state["suspect-opened"] = st.query_params["group"] = clicked.opened
    named = st.query_params.get("group")
    _group(t, next((one for one in items if one["group_id"] == named), items[0]))


def columns(t: Texts) -> list[str]:
    """Names of the cells of ``row``."""
    names = ("rank", "group", "link_score", "members_count", "new_breaches", "new_breach_rules")
    return [t(name) for name in (*names, "first_new_breach", "registered", "evidence_words")]


def row(t: Texts, one: Record) -> Row:
    """One group."""
    known = bool(one.get("declared_groups") or one.get("recorded_as"))
    return Row(
        str(one["group_id"]),
        group_name(t, one),
        [
            plain(number(one.get("rank")), right=True),
            plain(group_name(t, one)),
            plain(share(one.get("score")), right=True),
            plain(number(one.get("accounts")), right=True),
            plain(number(one.get("new_breaches")), right=True, strong=bool(one.get("new_breaches"))),
            plain(" · ".join(t.rule(rule) for rule in one.get("new_breach_rules") or []) or "–", wrap=True),
            plain(text(one.get("first_new_breach"))),
            plain(t("registered_none" if not known else "registered_known")),
            plain(evidence(t, one), wrap=True),
        ],
    )


def _group(t: Texts, one: Record) -> None:
    note = f"{registered(t, one)} · {evidence(t, one)}"
    st.html(heading(t("group_title", group=group_name(t, one)), note))
    accounts = [str(name) for name in one.get("account_ids") or []]
    left, right = st.columns([1, 1.7], gap="small")
    with left:
        st.html(heading(t("group_members")))
        with st.container(horizontal=True, key="members"):
            for name in accounts:
                moving.link_to("account", name, icon=":material/person:", account=name)
        picture = figure(t, accounts[0], one.get("pairs") or [], [])
        picture.update_layout(height=300)
        show(picture, key="suspect-picture", label=t("section_links"))
    with right:
        _pairs(t, one)
    _counts(t, one)


def _pairs(t: Texts, one: Record) -> None:
    names = [t("pair"), t("link_score"), *(t(f"strength_{kind}") for kind in _KINDS)]
    rows = pair_rows(one.get("pairs") or [])
    title = heading(t("group_pairs"), t("group_pairs_note"))
    st.html(f'<div class="ag-card ag-pairs">{title}{table(names, rows, caption=t("group_pairs"))}</div>')


def _counts(t: Texts, one: Record) -> None:
    counts = one.get("counts") or []
    title = heading(t("group_counts"), t("group_counts_note"))
    if not counts:
        st.html(title)
        empty(t("group_counts_none"), small=True)
        return
    names = ("trading_day", "rule", "contract", "largest_alone", "merged_of_limit", "share_of_limit", "level")
    rows = count_rows(t, counts)[:_COUNTS]
    shown = table_of_html([t(name) for name in names], rows, caption=t("group_counts"))
    cut = t("group_counts_more", count=len(counts), shown=_COUNTS) if len(counts) > _COUNTS else ""
    st.html(f'<div class="ag-card">{title}{shown}</div>')
    if cut:
        st.caption(cut)
