"""The desk at a glance."""

from __future__ import annotations

import streamlit as st

from serving.dashboard.client import ApiClient
from serving.dashboard.language import Texts
from serving.dashboard.markup import heading


def render(t: Texts, client: ApiClient) -> None:
    """Draw the overview."""
    st.html(heading(t("page_overview")))
    st.json(client.overview())
