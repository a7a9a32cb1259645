"""The case as a document: looked at here, taken away as a PDF; made only when asked for, as making is recorded."""

from __future__ import annotations

import streamlit as st

from serving.dashboard.client import ApiClient, ApiError
from serving.dashboard.language import Texts
from serving.dashboard.states import trouble


def render(t: Texts, client: ApiClient, case_id: str) -> None:
    """A button and, once the document is made, the document and its PDF."""
    st.caption(t("filing_lead"))
    if not st.button(t("filing_preview"), key="filing-preview", icon=":material/visibility:"):
        return
    try:
        page = client.filing(case_id, "html", t.language).decode()
    except ApiError as error:
        trouble(t, error, key="filing")
        return
    st.download_button(
        t("filing_pdf"),
        lambda: client.filing(case_id, "pdf", t.language),
        file_name=f"{case_id}.pdf",
        mime="application/pdf",
        icon=":material/download:",
        on_click="ignore",
        key="filing-pdf",
    )
    st.iframe(page, height=720, alt=t("section_filing"))
