"""Cases and alerts of an account with their outcomes; a row opens the case."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from serving.dashboard import alerts_page, case_rows, moving
from serving.dashboard.client import Record
from serving.dashboard.language import Texts
from serving.dashboard.markup import heading
from serving.dashboard.row_table import row_table
from serving.dashboard.states import empty

_OPENS = 2  # of an alert's row: the rule's name


def render(t: Texts, found: Record) -> None:
    """Both lists, newest first as the API gives them; none says so."""
    cases, alerts = found.get("cases") or [], found.get("alerts") or []
    st.html(heading(t("cases_of_account"), str(len(cases)) if cases else ""))
    if cases:
        now = datetime.now(UTC).isoformat()
        rows = [case_rows.row(t, case, now) for case in cases]
        names, caption = case_rows.columns(t), t("cases_of_account")
        clicked = row_table(t, names, rows, opens=case_rows.OPENS, caption=caption, key="account-cases")
        if clicked.opened:
            moving.go_to("case", case=clicked.opened)
    else:
        empty(t("no_cases_of_account"), small=True)
    st.html(heading(t("alerts_of_account"), str(len(alerts)) if alerts else ""))
    if not alerts:
        empty(t("no_alerts_of_account"), small=True)
        return
    rows = [alerts_page.row(t, alert) for alert in alerts]
    names, caption = alerts_page.columns(t), t("alerts_of_account")
    clicked = row_table(t, names, rows, opens=_OPENS, caption=caption, key="account-alerts")
    if clicked.opened:
        moving.go_to("case", alert=clicked.opened)
