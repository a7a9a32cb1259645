"""One account (画像): who it is, what binds it, how it behaves beside its peers, with whom it is linked."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from serving.dashboard import account_records, behaviour_view, features_view, links_view, people
from serving.dashboard.account_cards import profile_card, registers_card, standing_card
from serving.dashboard.client import ApiClient, ApiError, Record
from serving.dashboard.language import Texts
from serving.dashboard.markup import heading
from serving.dashboard.states import degraded, empty, trouble

_PARTS = ("behaviour", "features", "links", "records")


def render(t: Texts, client: ApiClient) -> None:
    """Draw the account that the address names, or ask for one."""
    st.html(heading(t("page_account"), t("account_lead")))
    account_id = _asked(t)
    if not account_id:
        empty(t("account_none_chosen"), t("account_none_chosen_do"))
        return
    try:
        with st.spinner(t("loading")):
            found = client.account(account_id)
    except ApiError as error:
        trouble(t, error, key="account")
        return
    if not _known(found):
        empty(t("account_unknown", account=account_id), t("account_unknown_do"))
        return
    people.name_button(t, client, account_id)
    degraded(t, found.get("degraded") or [], title=t("account_profile"))
    _cards(t, client, found)
    _part(t, client, found)


def _asked(t: Texts) -> str:
    """The account of the address; typing another changes the address, so that the page can be sent to somebody."""
    named = str(st.query_params.get("account", ""))
    if st.session_state.get("account-shown") != named:
        st.session_state["account-shown"] = st.session_state["account-asked"] = named
    narrow, _ = st.columns([1, 2])
    narrow.text_input(t("account_search"), key="account-asked", on_change=_search, placeholder="A0000001")
    return named


def _search() -> None:
    typed = str(st.session_state["account-asked"] or "").strip()
    st.session_state["account-shown"] = typed
    if typed:
        st.query_params["account"] = typed
    else:
        st.query_params.pop("account", None)


def _known(found: Record) -> bool:
    values = (found.get("profile") or {}).values()
    known = any(value is not None for value in values)
    return known or bool(found.get("alerts") or found.get("cases") or found.get("degraded"))


def _cards(t: Texts, client: ApiClient, found: Record) -> None:
    left, middle, right = st.columns([1.9, 1.3, 1.05], gap="small")
    left.html(profile_card(t, found))
    middle.html(standing_card(t, found))
    with right:
        registers_card(t, client, str(found["account_id"]))


def _part(t: Texts, client: ApiClient, found: Record) -> None:
    account_id = str(found["account_id"])
    parts: dict[str, Callable[[], None]] = {
        "behaviour": lambda: behaviour_view.render(t, client, account_id),
        "features": lambda: features_view.render(t, client, account_id),
        "links": lambda: links_view.render(t, client, account_id),
        "records": lambda: account_records.render(t, found),
    }
    with st.container(key="sections"):
        chosen = st.segmented_control(
            t("profile_part"),
            _PARTS,
            default=_PARTS[0],
            format_func=lambda name: t(f"profile_part_{name}"),
            key="profile-part",
            required=True,
        )
        parts[chosen or _PARTS[0]]()
