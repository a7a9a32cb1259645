"""What the desk sees when there is nothing to see, when something is wrong, and when a grade is not a full one."""

from __future__ import annotations

from html import escape

import streamlit as st

from serving.dashboard.client import ApiClient, ApiError
from serving.dashboard.language import Texts


def sign_out() -> None:
    """Forget the key and all that was read with it: the next run asks for one."""
    language, client = st.session_state.get("language"), st.session_state.get("client")
    if isinstance(client, ApiClient):
        client.close()
    st.session_state.clear()
    st.session_state["language"] = language or "zh"


def trouble(t: Texts, error: ApiError, *, key: str, retry: bool = True) -> None:
    """Say what went wrong, in the API's own words where it gave any, and what to do; offer to try again.

    Inside a form Streamlit allows no further button: there ``retry`` is off, and submitting again is the retry.
    """
    detail = f"\n\n`{error.detail.replace('`', chr(39))}`" if error.detail else ""
    show = st.warning if error.kind in ("forbidden", "not_found", "refused", "busy") else st.error
    show(f"**{t(error.kind)}** {t(error.kind + '_do')}{detail}")
    if not retry:
        return
    if error.kind == "unauthorised":
        st.button(t("sign_in"), key=f"again-{key}", on_click=sign_out)
    if error.kind in ("unreachable", "busy", "fault"):
        st.button(t("retry"), key=f"retry-{key}", icon=":material/refresh:")  # a click reruns the page


def empty(title: str, do: str = "", *, small: bool = False) -> None:
    """A quiet card where rows would be."""
    size = " ag-empty-small" if small else ""
    st.html(f'<div class="ag-empty{size}"><strong>{escape(title)}</strong><span>{escape(do)}</span></div>')


def degraded(t: Texts, causes: list[str], *, title: str = "") -> None:
    """The banner of an answer given under less than full conditions; nothing when ``causes`` is empty."""
    if not causes:
        return
    lead = f"<strong>{escape(title or t('degraded'))}</strong> {'' if title else escape(t('degraded_lead'))}"
    items = "".join(f"<li>{escape(t.cause(cause))}</li>" for cause in causes)
    st.html(f'<div class="ag-degraded" role="alert">{lead}<ul>{items}</ul></div>')
