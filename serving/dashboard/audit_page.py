"""Audit: how the chain stands, a past grade made again, what was changed, and how the record is exported."""

from __future__ import annotations

import json
from html import escape

import streamlit as st

from serving.dashboard import session
from serving.dashboard.client import ApiClient, ApiError, Record
from serving.dashboard.formats import number, text
from serving.dashboard.language import Texts
from serving.dashboard.markup import facts, heading, table
from serving.dashboard.models_page import changes_card
from serving.dashboard.roles import GOVERNORS
from serving.dashboard.states import trouble

EXPORT = "alertgrade ledger export --out ledger.jsonl"
EXPORT_CASE = "alertgrade ledger export --case C00000007 --format csv --out case.csv"


def render(t: Texts, client: ApiClient) -> None:
    """The replay for all who see this page; chain, changes and export for governors and administrators."""
    st.html(heading(t("page_audit"), t("audit_lead")))
    governs = session.may(GOVERNORS)
    left, right = st.columns(2, gap="small")
    with left:
        _chain(t, client) if governs else st.info(t("chain_for_governors"))
    with right:
        _replay(t, client)
    if governs:
        with left:
            st.html(heading(t("export_card"), t("export_lead")))
            st.code(f"{EXPORT}\n{EXPORT_CASE}", language=None)
        _changes(t, client)


def _chain(t: Texts, client: ApiClient) -> None:
    try:
        found = client.ledger_state()
    except ApiError as error:
        trouble(t, error, key="chain")
        return
    signed = found.get("signed_head") or {}
    head = t("chain_head_of", day=text(signed.get("day")), seq=text(signed.get("seq")))
    pairs = [
        (t("chain_seq"), text(found.get("seq"))),
        (t("chain_hash"), text(found.get("hash"))),
        (t("chain_head"), head if signed else f"⚠ {t('chain_never')}"),
        (t("chain_unsigned"), number(found.get("unsigned_entries"))),
        (t("chain_sealed"), text(found.get("sealed_through"))),
        (t("chain_pruned"), text(found.get("pruned_through"))),
    ]
    note = f'<div class="ag-note">{escape(t("chain_note"))}</div>'
    st.html(f'<div class="ag-card">{heading(t("chain_card"))}{facts(pairs)}{note}</div>')


def _replay(t: Texts, client: ApiClient) -> None:
    with st.form("replay"):
        st.html(heading(t("replay_card")))
        st.caption(t("replay_lead"))
        asked = (st.text_input(t("replay_id"), key="replay-id") or "").strip()
        sent = st.form_submit_button(t("replay_do"), type="primary")
    if not sent:
        return
    if not asked:
        st.warning(t("replay_id_needed"))
        return
    try:
        with st.spinner(t("loading")):
            found = client.replay(asked)
    except ApiError as error:
        trouble(t, error, key="replay", retry=False)
        return
    replayed(t, found)


def replayed(t: Texts, found: Record) -> None:
    """Identical, or the fields that differ, or what is missing; and the code where it was another."""
    if found.get("identical"):
        st.success(t("replay_identical", score=found.get("score_id")))
    elif found.get("missing"):
        st.warning(f"{t('replay_missing')} `{str(found['missing']).replace('`', chr(39))}`")
    else:
        differs = found.get("differs") or []
        st.error(t("replay_differs", count=len(differs)), icon=":material/warning:")
        names = [t("replay_field"), t("replay_recorded"), t("replay_replayed")]
        rows = [[str(one["path"]), _value(one["recorded"]), _value(one["replayed"])] for one in differs]
        st.html(f'<div class="ag-card">{table(names, rows, caption=t("replay_card"))}</div>')
    if found.get("code"):
        st.caption(t("replay_code", code=found["code"]))


def _value(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _changes(t: Texts, client: ApiClient) -> None:
    try:
        found = client.changes(limit=100)
    except ApiError as error:
        trouble(t, error, key="changes")
        return
    changes_card(t, found)
