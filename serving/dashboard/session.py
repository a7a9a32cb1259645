"""Who is signed in, in which language, to which API: the state of one browser session."""

from __future__ import annotations

import os
from dataclasses import dataclass

import streamlit as st

from serving.dashboard.client import ApiClient, ApiError
from serving.dashboard.language import LANGUAGES, Texts
from serving.dashboard.states import trouble

# The dashboard is a process of its own and imports nothing of the rest, so it reads its two variables here.
API_URL, API_KEY = "ALERTGRADE_API_URL", "ALERTGRADE_API_KEY"
_DEFAULT_URL = "http://127.0.0.1:8600"


@dataclass(frozen=True, slots=True)
class Person:
    """Whose key it is, and the role that decides what is shown."""

    name: str
    role: str


def api_url() -> str:
    """Address of the API this dashboard talks to."""
    return os.environ.get(API_URL) or _DEFAULT_URL


def texts() -> Texts:
    """Strings in the session's language; Chinese until switched."""
    return Texts(st.session_state.get("language") or "zh")


def client() -> ApiClient | None:
    """The signed-in client, or ``None``."""
    found = st.session_state.get("client")
    return found if isinstance(found, ApiClient) else None


def person() -> Person | None:
    """Who is signed in, asked of the API once a session; ``None`` while nobody is, or the API does not say."""
    signed_in = client()
    if signed_in is None:
        return None
    if "person" not in st.session_state:
        try:
            found = signed_in.me()
        except ApiError as error:
            st.session_state["person_trouble"] = error
            return None
        st.session_state["person"] = Person(str(found.get("name")), str(found.get("role")))
    known = st.session_state["person"]
    return known if isinstance(known, Person) else None


def may(roles: frozenset[str]) -> bool:
    """Whether the person signed in has one of ``roles``."""
    known = person()
    return known is not None and known.role in roles


def unknown_person(t: Texts) -> None:
    """Why the API does not say who this is."""
    trouble(t, st.session_state.get("person_trouble") or ApiError("fault"), key="me")


def language_switch(t: Texts) -> None:
    """The switch between Chinese and English; the choice is kept apart from the switch, for a page may be left."""
    st.session_state["language_switch"] = t.language
    st.segmented_control(
        t("language"),
        list(LANGUAGES),
        format_func=LANGUAGES.__getitem__,
        key="language_switch",
        label_visibility="collapsed",
        required=True,
        on_change=_switched,
    )


def _switched() -> None:
    st.session_state["language"] = st.session_state["language_switch"]


def sign_in_form(t: Texts) -> None:
    """Ask for the key and keep it once the API knows it."""
    _, middle, _ = st.columns([1, 1.2, 1])
    with middle, st.form("sign-in"):
        st.subheader(t("sign_in_lead"))
        key = st.text_input(
            t("api_key"), value=os.environ.get(API_KEY, ""), type="password", help=t("api_key_help"), key="key"
        )
        st.caption(f"{t('connected_to')} {api_url()}")
        if not st.form_submit_button(t("sign_in"), type="primary", width="stretch"):
            return
        if not (key or "").strip():
            st.warning(t("api_key_needed"))
            return
        _try(t, ApiClient(api_url(), (key or "").strip()))


def _try(t: Texts, candidate: ApiClient) -> None:
    try:
        found = candidate.me()
    except ApiError as error:
        candidate.close()
        trouble(t, error, key="sign-in", retry=False)
        return
    st.session_state["client"] = candidate
    st.session_state["person"] = Person(str(found.get("name")), str(found.get("role")))
    st.rerun()
