"""The account: its profile, its other alerts and what was decided before."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from serving.dashboard import moving, people
from serving.dashboard.client import ApiClient, ApiError, Record
from serving.dashboard.formats import NONE, moment, number, text
from serving.dashboard.grades import OUTCOMES, grade_label
from serving.dashboard.language import Texts
from serving.dashboard.markup import facts, heading
from serving.dashboard.profile import profile
from serving.dashboard.states import degraded, empty, trouble


def render(t: Texts, client: ApiClient, account_id: str, alert_id: str) -> None:
    """Draw the panel; an account the API does not know, or may not show, says so and leaves the page standing."""
    try:
        account = client.account(account_id)
    except ApiError as error:
        trouble(t, error, key="account")
        return
    people.name_button(t, client, account_id)
    moving.link_to("account", t("open_profile"), icon=":material/person_search:", account=account_id)
    degraded(t, account.get("degraded") or [], title=t("account_profile"))
    rows = account.get("alerts") or []
    others = [row for row in rows if row["alert_id"] != alert_id]
    left, right = st.columns([1, 1.7], gap="medium")
    with left:
        _profile(t, account)
    with right:
        _list(t("past_alerts"), alerts_table(t, others), t("no_past_alerts"))
        _list(t("past_dispositions"), dispositions_table(t, rows), t("no_past_dispositions"))


def _profile(t: Texts, account: Record) -> None:
    values = account.get("profile") or {}
    known = any(value is not None for value in values.values())
    shown = facts(profile(t, values)) if known else f'<span class="ag-note">{t("no_profile")}</span>'
    title = f"{t('account_profile')} {account['account_id']}"
    note = t("as_of", moment=moment(account.get("features_as_of"))) if known else ""
    st.html(f'<div class="ag-card">{heading(title, note)}{shown}</div>')
    if known:
        with st.expander(t("all_features", count=len(values))):
            rows = [{t("feature"): name, t("value"): number(value)} for name, value in values.items()]
            st.dataframe(pd.DataFrame(rows), hide_index=True, height=280)


def alerts_table(t: Texts, rows: list[Record]) -> pd.DataFrame:
    """Other alerts of the account, newest first as the API gives them."""
    return pd.DataFrame(
        {
            t("trading_day"): text(row.get("trading_day")),
            t("rule"): t.rule(row.get("rule_id")),
            t("contract"): text(row.get("contract")),
            t("grade"): _grade(t, row),
            t("status"): t.of_set("status", row.get("status")),
        }
        for row in rows
    )


def _grade(t: Texts, row: Record) -> str:
    if row.get("grade_hidden"):
        return t("blind_short")
    return NONE if row.get("grade") is None else grade_label(row["grade"], t.language)


def dispositions_table(t: Texts, rows: list[Record]) -> pd.DataFrame:
    """What was decided, one row a case; an imported alert without a case is a row of its own."""
    decided = {row.get("case_id") or row["alert_id"]: row for row in rows if row.get("outcome")}
    return pd.DataFrame(
        {
            t("decided_at"): moment(row.get("decided_at")),
            t("rule"): t.rule(row.get("rule_id")),
            t("outcome"): OUTCOMES.get(str(row["outcome"]), (str(row["outcome"]),) * 2)[t.place],
            t("decided_by"): text(row.get("decided_by_person")),
        }
        for row in decided.values()
    )


def _list(title: str, table: pd.DataFrame, nothing: str) -> None:
    st.html(heading(title, str(len(table)) if len(table) else ""))
    if table.empty:
        empty(nothing, small=True)
    else:
        st.dataframe(table, hide_index=True, height=min(36 * (len(table) + 1) + 2, 220))
