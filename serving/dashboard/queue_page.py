"""The queue: counts by grade, server-side filters, worst first, one click to an alert."""

from __future__ import annotations

from datetime import date
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from serving.dashboard import moving
from serving.dashboard.client import GRADES, ApiClient, ApiError, Page, Record
from serving.dashboard.formats import moment, text
from serving.dashboard.grades import OUTCOMES, grade_label, look
from serving.dashboard.language import Texts
from serving.dashboard.markup import heading
from serving.dashboard.rule_names import RULES
from serving.dashboard.states import empty, trouble

PAGE = 50
EXCHANGES = ("SHFE", "INE", "DCE", "CZCE", "CFFEX", "GFEX")


def render(t: Texts, client: ApiClient) -> None:
    """Draw the queue; a key without permission, a silent API and an empty queue each say so."""
    st.html(heading(t("queue"), t("queue_lead")))
    try:
        _tiles(t, client.summary())
    except ApiError as error:
        if error.kind in ("unreachable", "unauthorised"):
            trouble(t, error, key="queue")
            return
        st.caption(t("counts_missing", reason=error.detail or t(error.kind)))
    filters = _filters(t)
    try:
        with st.spinner(t("loading")):
            page = _read(client, filters)
    except ApiError as error:
        trouble(t, error, key="queue")
        return
    if not page.items:
        empty(t("empty_queue"), t("empty_queue_do"))
    else:
        _table(t, page.items)
    _pager(t, page)


def open_counts(summary: Record) -> dict[int, int]:
    """Open alerts a grade, zeros included, from the summary's rows of (status, grade, count).

    >>> rows = [{"status": "open", "grade": 2, "count": 3}, {"status": "closed", "grade": 2, "count": 9}]
    >>> open_counts({"alerts": rows})
    {1: 0, 2: 3, 3: 0, 4: 0, 5: 0}
    """
    rows = summary.get("alerts") or []
    return {
        grade: sum(row["count"] for row in rows if row["grade"] == grade and row["status"] == "open")
        for grade in GRADES
    }


def _tiles(t: Texts, summary: Record) -> None:
    tiles = "".join(
        f'<div class="ag-tile"><div class="ag-tile-name" style="background:{look(grade).background};'
        f'color:{look(grade).text}">{escape(grade_label(grade, t.language))}</div>'
        f'<div class="ag-tile-count">{count:,}<small>{escape(t("tile_caption"))}</small></div></div>'
        for grade, count in open_counts(summary).items()
    )
    st.html(f'<div class="ag-tiles">{tiles}</div>')


def _filters(t: Texts) -> dict[str, object]:
    columns = st.columns([1.1, 1, 1, 1.6, 1.1, 1.4])
    everything = t("all")

    def choice(place: int, key: str, label: str, options: list[Any], show: Any, index: int = 0) -> Any:
        return columns[place].selectbox(
            label,
            [None, *options],
            index=index,
            format_func=lambda value: everything if value is None else show(value),
            key=key,
            on_change=_first_page,
        )

    statuses = {"open": t("status_open"), "closed": t("status_closed")}
    found: dict[str, object] = {
        "grade": choice(0, "f_grade", t("grade"), list(GRADES), lambda grade: grade_label(grade, t.language)),
        "status": choice(1, "f_status", t("status"), list(statuses), statuses.get, index=1),
        "exchange": choice(2, "f_exchange", t("exchange"), list(EXCHANGES), str),
        "rule_id": choice(3, "f_rule", t("rule"), list(RULES), t.rule),
    }
    day = columns[4].date_input(t("trading_day"), value=None, key="f_day", on_change=_first_page)
    found["trading_day"] = day.isoformat() if isinstance(day, date) else None
    found["account_id"] = columns[5].text_input(
        t("account"), key="f_account", placeholder=t("account_hint"), on_change=_first_page
    )
    return found


def _first_page() -> None:
    st.session_state["position"] = None


def _read(client: ApiClient, filters: dict[str, object]) -> Page:
    position = st.session_state.get("position")
    if filters["grade"] is not None:
        return client.alerts(position, PAGE, **filters)
    return client.alerts(position, PAGE, **{name: value for name, value in filters.items() if name != "grade"})


def table_of(t: Texts, items: list[Record]) -> pd.DataFrame:
    """The queue's rows under the language's column names."""
    levels = {name: t(f"level_{name}") for name in ("warning", "breach", "severe")}
    rows = [
        {
            t("grade"): grade_label(item.get("grade"), t.language),
            t("rule"): t.rule(item.get("rule_id")),
            t("level"): levels.get(str(item.get("level")), text(item.get("level"))),
            t("exchange"): text(item.get("exchange")),
            t("contract"): text(item.get("contract")),
            t("account"): text(item.get("account_id")),
            t("subject"): text(item.get("subject_id")),
            t("trading_day"): text(item.get("trading_day")),
            t("triggered_at"): moment(item.get("triggered_at")),
            t("baseline_grade"): grade_label(item.get("baseline_grade"), t.language),
            t("degraded_column"): t("yes") if item.get("degraded") else "",
            t("status"): t("status_closed") if item.get("status") == "closed" else t("status_open"),
            t("outcome"): OUTCOMES.get(str(item.get("outcome")), ("", ""))[t.place],
        }
        for item in items
    ]
    return pd.DataFrame(rows)


def _table(t: Texts, items: list[Record]) -> None:
    table = table_of(t, items)
    looks = [look(item.get("grade")) for item in items]
    paint = [f"background-color: {found.background}; color: {found.text}; font-weight: 600" for found in looks]
    clicked = st.dataframe(
        table.style.apply(lambda _column: paint, subset=[t("grade")]),
        hide_index=True,
        height=min(36 * (len(items) + 1) + 2, 36 * 21),
        row_height=36,
        on_select="rerun",
        selection_mode=["single-row", "single-cell"],
        key="queue-table",
    )
    st.caption(f"{t('shown', count=len(items))} · {t('open_hint')}")
    rows = [*clicked["selection"]["rows"], *(cell[0] for cell in clicked["selection"]["cells"])]
    if rows and rows[0] < len(items):
        moving.go_to("case", alert=items[rows[0]]["alert_id"])


def _pager(t: Texts, page: Page) -> None:
    left, right, refresh, _ = st.columns([1, 1, 1, 6])
    left.button(t("first_page"), on_click=_first_page, disabled=not st.session_state.get("position"), key="first")
    right.button(
        t("next_page"), on_click=_turn, args=(page.next_position,), disabled=not page.next_position, key="next"
    )
    refresh.button(t("refresh"), key="refresh", icon=":material/refresh:")


def _turn(position: str | None) -> None:
    st.session_state["position"] = position
