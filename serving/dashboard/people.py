"""The name behind an account, shown only when asked for: the service records who looked."""

from __future__ import annotations

import streamlit as st

from serving.dashboard import session
from serving.dashboard.client import ApiClient, ApiError
from serving.dashboard.formats import text
from serving.dashboard.language import Texts
from serving.dashboard.markup import facts
from serving.dashboard.roles import READS_NAMES
from serving.dashboard.states import trouble


def name_button(t: Texts, client: ApiClient, account_id: str) -> None:
    """A button, and the name for this one look; nothing for a role that may not see names."""
    if not session.may(READS_NAMES):
        return
    with st.container(horizontal=True, vertical_alignment="center", key="name"):
        asked = st.button(t("show_name"), key="show-name", icon=":material/badge:")
        st.caption(t("name_recorded"))
    if not asked:
        return
    try:
        found = client.person(account_id)
    except ApiError as error:
        if error.kind == "not_found":
            st.info(f"{t('no_name')} {error.detail}")
        else:
            trouble(t, error, key="person")
        return
    known = found.get("person") or {}
    pairs = [(t.of_set("person", name), text(value)) for name, value in known.items()]
    st.html(f'<div class="ag-card">{facts(pairs)}</div>')
