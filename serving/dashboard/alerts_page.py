"""The second queue: alerts one by one, newest first, as the monitor raised them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import streamlit as st

from serving.dashboard import moving
from serving.dashboard.case_rows import account_words, subject_of
from serving.dashboard.client import ApiClient, ApiError, Page, Record
from serving.dashboard.formats import NONE, short_moment, text
from serving.dashboard.grades import GRADES, OUTCOMES, grade_label, look
from serving.dashboard.language import Texts
from serving.dashboard.markup import heading
from serving.dashboard.queue_filters import branches
from serving.dashboard.queue_views import EXCHANGES, POPULATIONS
from serving.dashboard.row_table import Row, coloured, plain, row_table
from serving.dashboard.rule_names import RULES
from serving.dashboard.states import empty, trouble

PAGE = 50
_COLUMNS = ("grade", "case", "rule", "level", "contract", "subject", "branch", "trading_day", "triggered_at")
_MORE = ("baseline_grade", "status")
_OPENS = 2  # the rule's name is the button: an alert's id is too long to read


def render(t: Texts, client: ApiClient) -> None:
    """Draw the list; a silent API and an empty list each say so."""
    st.html(heading(t("queue"), t("alerts_lead")))
    filters = _filters(t, client)
    positions: list[str] = st.session_state.setdefault("alert_positions", [])
    try:
        with st.spinner(t("loading")):
            page = client.alerts(positions[-1] if positions else None, PAGE, **filters)
    except ApiError as error:
        trouble(t, error, key="alerts")
        return
    if not page.items:
        empty(t("empty_alerts"), t("empty_queue_do"))
    else:
        _table(t, page)
    _pager(t, page, positions)


def _filters(t: Texts, client: ApiClient) -> dict[str, object]:
    columns = [*st.columns(4), *st.columns(4)]
    statuses = {"open": t("status_open"), "closed": t("status_closed")}
    offered: dict[str, tuple[list[Any], Callable[[Any], str]]] = {
        "grade": (list(GRADES), lambda grade: grade_label(grade, t.language)),
        "status": (list(statuses), statuses.__getitem__),
        "exchange": (list(EXCHANGES), str),
        "rule_id": (list(RULES), t.rule),
        "branch": (branches(client), str),
        "population": (list(POPULATIONS), lambda kind: t.of_set("population", kind)),
    }
    found: dict[str, object] = {}
    for column, (name, (options, words)) in zip(columns, offered.items(), strict=False):
        found[name] = column.selectbox(
            t(f"filter_{name}"),
            options,
            index=None,
            placeholder=t("all"),
            format_func=words,
            key=f"f_{name}",
            on_change=_from_the_start,
        )
    day = columns[6].date_input(t("trading_day"), value=None, key="f_day", on_change=_from_the_start)
    found["trading_day"] = day.isoformat() if isinstance(day, date) else None
    found["account_id"] = columns[7].text_input(
        t("account"), key="f_account", placeholder=t("exact"), on_change=_from_the_start
    )
    return found


def row(t: Texts, alert: Record) -> Row:
    """One alert under the names of ``columns``."""
    hidden, grade = alert.get("grade_hidden"), alert.get("grade")
    level = str(alert.get("level"))
    baseline = alert.get("baseline_grade")
    cells = [
        coloured(t("blind_short") if hidden else grade_label(grade, t.language), look(grade)),
        plain(text(alert.get("case_id"))),
        plain(""),
        plain(t.of_set("level", level)),
        plain(" ".join(str(alert[name]) for name in ("exchange", "contract") if alert.get(name)) or NONE),
        *(plain(words, wrap=True) for words in (subject_of(t, alert), account_words(t, alert))),
        plain(text(alert.get("trading_day"))),
        plain(short_moment(alert.get("triggered_at"))),
        plain(NONE if baseline is None else grade_label(baseline, t.language)),
        plain(_standing(t, alert), wrap=True),
    ]
    return Row(str(alert["alert_id"]), t.rule(alert.get("rule_id")), cells)


def columns(t: Texts) -> list[str]:
    """Names of the cells of ``row``."""
    return [t(name) for name in (*_COLUMNS, *_MORE)]


def _standing(t: Texts, alert: Record) -> str:
    """Open, or what became of it; and whether its grade was given under full conditions."""
    outcome = OUTCOMES.get(str(alert.get("outcome")))
    parts = [outcome[t.place] if outcome else t.of_set("status", alert.get("status"))]
    return " · ".join([*parts, t("degraded_column")] if alert.get("degraded") else parts)


def _table(t: Texts, page: Page) -> None:
    rows = [row(t, alert) for alert in page.items]
    clicked = row_table(t, columns(t), rows, opens=_OPENS, caption=t("queue"), key="alert-table")
    st.caption(t("shown_alerts", count=len(rows)))
    if clicked.opened:
        moving.go_to("case", alert=clicked.opened)


def _pager(t: Texts, page: Page, positions: list[str]) -> None:
    with st.container(horizontal=True, key="pager"):
        st.button(t("previous_page"), on_click=_back, disabled=not positions, key="previous")
        st.button(t("next_page"), on_click=_on, args=(page.next_position,), disabled=not page.next_position, key="next")
        st.button(t("refresh"), key="refresh", icon=":material/refresh:")


def _from_the_start() -> None:
    st.session_state["alert_positions"] = []


def _on(position: str) -> None:
    st.session_state["alert_positions"] = [*st.session_state["alert_positions"], position]


def _back() -> None:
    st.session_state["alert_positions"] = st.session_state["alert_positions"][:-1]
