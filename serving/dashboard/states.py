"""What the desk sees when there is nothing to see, when something is wrong, and when a grade is not a full one."""

from __future__ import annotations

from html import escape

import streamlit as st

from serving.dashboard.client import ApiError
from serving.dashboard.texts import Texts


def trouble(t: Texts, error: ApiError, *, key: str) -> None:
    """Say what went wrong, in the API's own words where it gave any, and what to do; offer to try again."""
    detail = f"\n\n`{error.detail.replace('`', chr(39))}`" if error.detail else ""
    show = st.warning if error.kind in ("forbidden", "not_found", "refused", "busy") else st.error
    show(f"**{t(error.kind)}** {t(error.kind + '_do')}{detail}")
    if error.kind in ("unreachable", "busy", "fault"):
        st.button(t("retry"), key=f"retry-{key}", icon=":material/refresh:")  # a click reruns the page


def empty(title: str, do: str = "", *, small: bool = False) -> None:
    """A quiet card where rows would be."""
    size = " ag-empty-small" if small else ""
    st.html(f'<div class="ag-empty{size}"><strong>{escape(title)}</strong><span>{escape(do)}</span></div>')


def degraded(t: Texts, causes: list[str], *, title: str = "") -> None:
    """The banner of an answer given under less than full conditions; nothing when ``causes`` is empty."""
    if causes:
        shown = "\n".join(f"- `{t.cause(cause).replace('`', '')}`" for cause in causes)
        st.warning(
            f"**{title}**\n\n{shown}" if title else f"**{t('degraded')}** {t('degraded_lead')}\n\n{shown}",
            icon=":material/report:",
        )
