"""From page to page inside the session: a plain link would open a new session, and ask for the key again."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

_PAGES = "pages"


def remember(pages: Mapping[str, st.Page]) -> None:
    """Keep this run's pages by path, for ``go_to`` and ``link_to``."""
    st.session_state[_PAGES] = dict(pages)


def go_to(path: str, **query: str) -> None:
    """Leave for the page at ``path`` with ``query`` behind its address; nothing after this runs."""
    st.switch_page(st.session_state[_PAGES][path], query_params=query)


def link_to(path: str, label: str, *, icon: str | None = None, **query: str) -> None:
    """A link to the page at ``path``."""
    st.page_link(st.session_state[_PAGES][path], label=label, icon=icon, query_params=query or None)
