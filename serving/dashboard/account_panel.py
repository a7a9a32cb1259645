"""The account: its profile, its other alerts and what was decided before."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from serving.dashboard.client import ApiClient, ApiError, Record
from serving.dashboard.formats import moment, number, text
from serving.dashboard.grades import OUTCOMES, grade_label
from serving.dashboard.markup import facts, heading
from serving.dashboard.states import empty, trouble
from serving.dashboard.texts import Texts


def render(t: Texts, client: ApiClient, account_id: str, alert_id: str) -> None:
    """Draw the panel; an account the API does not know, or may not show, says so and leaves the page standing."""
    try:
        account = client.account(account_id)
    except ApiError as error:
        trouble(t, error, key="account")
        return
    profile = account.get("profile") or {}
    shown = facts((str(name), number(value)) for name, value in profile.items())
    note = "" if profile else f'<span class="ag-note">{t("no_profile")}</span>'
    st.html(f'<div class="ag-card">{heading(t("account_profile"), account_id)}{shown if profile else note}</div>')
    others = [row for row in account.get("alerts") or [] if row.get("alert_id") != alert_id]
    _list(t, t("past_alerts"), alerts_table(t, others), t("no_past_alerts"))
    _list(t, t("past_dispositions"), dispositions_table(t, account.get("alerts") or []), t("no_past_dispositions"))


def alerts_table(t: Texts, rows: list[Record]) -> pd.DataFrame:
    """Other alerts of the account."""
    return pd.DataFrame(
        {
            t("trading_day"): text(row.get("trading_day")),
            t("rule"): t.rule(row.get("rule_id")),
            t("contract"): text(row.get("contract")),
            t("grade"): grade_label(row.get("grade"), t.language),
            t("status"): t("status_closed") if row.get("status") == "closed" else t("status_open"),
        }
        for row in rows
    )


def dispositions_table(t: Texts, rows: list[Record]) -> pd.DataFrame:
    """What was decided, from the alerts that carry an outcome."""
    return pd.DataFrame(
        {
            t("decided_at"): moment(row.get("decided_at")),
            t("rule"): t.rule(row.get("rule_id")),
            t("outcome"): OUTCOMES.get(str(row["outcome"]), (str(row["outcome"]),) * 2)[t.place],
            t("decided_by"): text(row.get("decided_by_person")),
        }
        for row in rows
        if row.get("outcome")
    )


def _list(t: Texts, title: str, table: pd.DataFrame, nothing: str) -> None:
    st.html(heading(title, str(len(table)) if len(table) else ""))
    if table.empty:
        empty(nothing)
    else:
        st.dataframe(table, hide_index=True, height=min(36 * (len(table) + 1) + 2, 220))
