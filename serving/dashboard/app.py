"""The dashboard's entry: ``streamlit run serving/dashboard/app.py``; ``?alert=ID`` opens one alert."""

from __future__ import annotations

from html import escape
from pathlib import Path

import streamlit as st

from serving.dashboard import alert_page, queue_page, session
from serving.dashboard.language import Texts
from serving.dashboard.states import sign_out


def top_bar(t: Texts) -> None:
    """Name, address of the API, language and the way out."""
    brand, language, leave = st.columns([6, 1.6, 1], vertical_alignment="center")
    brand.html(
        f'<div class="ag-brand"><span class="ag-mark"></span><strong>{escape(t("title"))}</strong>'
        f'<span class="ag-note">{escape(t("subtitle"))} · {escape(t("times_shanghai"))} · '
        f"{escape(t('connected_to'))} {escape(session.api_url())}</span></div>"
    )
    with language:
        session.language_switch(t)
    if session.client() is not None:
        leave.button(t("sign_out"), on_click=sign_out, key="sign-out", width="stretch")


def main() -> None:
    """Draw the page the address asks for."""
    folder = Path(__file__).parent
    # A file of ours: Streamlit would fetch a named icon of the tab from a font server outside.
    st.set_page_config(page_title="AlertGrade", page_icon=str(folder / "icon.svg"), layout="wide")
    st.html(folder / "style.css")
    t = session.texts()
    top_bar(t)
    client = session.client()
    if client is None:
        session.sign_in_form(t)
    elif wanted := st.query_params.get("alert"):
        alert_page.render(t, client, wanted)
    else:
        queue_page.render(t, client)


if __name__ == "__main__":
    main()
