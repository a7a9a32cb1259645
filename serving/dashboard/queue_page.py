"""The queue of cases: views as links, server-side filters, worst first, bulk actions, export."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from serving.dashboard import case_rows, moving, queue_bulk, queue_filters, queue_views, session
from serving.dashboard.client import ApiClient, ApiError, Page
from serving.dashboard.language import Texts
from serving.dashboard.markup import heading
from serving.dashboard.queue_views import View
from serving.dashboard.roles import DECIDERS
from serving.dashboard.row_table import row_table
from serving.dashboard.states import empty, trouble

PAGE = 50


def render(t: Texts, client: ApiClient) -> None:
    """Draw the queue; a key without permission, a silent API and an empty queue each say so."""
    view = queue_views.opened()
    st.html(heading(t("page_cases"), t("queue_lead")))
    _views(t, view)
    queue_filters.draw(t, client, view)
    positions = queue_views.positions(view)
    try:
        with st.spinner(t("loading")):
            page = client.cases(positions[-1] if positions else None, PAGE, **view)
    except ApiError as error:
        trouble(t, error, key="queue")
        return
    _bar(t, client, view, page)
    if not page.items:
        empty(t("empty_queue"), t("empty_queue_do"))
    else:
        _table(t, client, page)
    _pager(t, page, positions)


def _views(t: Texts, view: View) -> None:
    person = session.person()
    named = {t(key): known for key, known in queue_views.built_in(person.name if person else "").items()}
    with st.container(horizontal=True, vertical_alignment="center", key="views", gap="small"):
        for name, known in (named | queue_views.saved()).items():
            shown = f"✓ {name}" if known == view else name
            moving.link_to("cases", shown, icon="", **queue_views.to_address(known))
        with st.popover(t("save_view")):
            with st.form("save-view", border=False):
                name = st.text_input(t("view_name"), key="view-name", max_chars=40)
                if st.form_submit_button(t("save_view")) and name.strip():
                    queue_views.saved()[name.strip()] = view
                    st.rerun()
            st.caption(t("view_is_link"))


def _bar(t: Texts, client: ApiClient, view: View, page: Page) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="bar"):
        worst = view.get("sort", "grade") == "grade" and not st.session_state["positions"]
        label = t("open_worst") if worst else t("open_first")
        if st.button(label, type="primary", disabled=not page.items, key="open-first"):
            moving.go_to("case", case=page.items[0]["case_id"])
        st.caption(t("shown_more" if page.next_position else "shown", count=len(page.items)))
        st.button(t("refresh"), key="refresh", icon=":material/refresh:")
        st.download_button(
            t("export"),
            lambda: client.export("csv", **view),
            file_name="cases.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            disabled=not page.items,
        )


def _table(t: Texts, client: ApiClient, page: Page) -> None:
    now = datetime.now(UTC).isoformat()
    rows = [case_rows.row(t, case, now) for case in page.items]
    bulk = st.container()
    clicked = row_table(
        t,
        case_rows.columns(t),
        rows,
        opens=case_rows.OPENS,
        caption=t("page_cases"),
        key=f"case-table-{st.session_state.get('table_turn', 0)}",
        markable=session.may(DECIDERS),
    )
    if clicked.opened:
        moving.go_to("case", case=clicked.opened)
    with bulk:
        queue_bulk.draw(t, client, clicked.marked)


def _pager(t: Texts, page: Page, positions: list[str]) -> None:
    with st.container(horizontal=True, key="pager"):
        st.button(t("previous_page"), on_click=_back, disabled=not positions, key="previous")
        st.button(t("next_page"), on_click=_on, args=(page.next_position,), disabled=not page.next_position, key="next")
        st.caption(t("page_number", number=len(positions) + 1))


def _on(position: str | None) -> None:
    if position:
        st.session_state["positions"].append(position)


def _back() -> None:
    st.session_state["positions"].pop()
