"""The disposition: five outcomes, a conclusion, and what the ledger recorded."""

from __future__ import annotations

import streamlit as st

from serving.dashboard.client import ApiClient, ApiError, Record
from serving.dashboard.formats import moment, text
from serving.dashboard.grades import OUTCOMES
from serving.dashboard.language import Texts
from serving.dashboard.markup import facts, heading
from serving.dashboard.states import trouble


def render(t: Texts, client: ApiClient, case: Record | None, grade_seen: int | None) -> None:
    """The form of an open case, the record of a closed one; an alert without a case says so."""
    if case is None:
        st.html(f'<div class="ag-card">{heading(t("disposition"))}<span class="ag-note">{t("no_case")}</span></div>')
    elif case.get("status") != "open":
        _decided(t, client, case)
    else:
        _form(t, client, case, grade_seen)


def _decided(t: Texts, client: ApiClient, case: Record) -> None:
    if st.session_state.get("recorded") == case["case_id"]:
        st.success(t("recorded"), icon=":material/task_alt:")
    outcome = str(case.get("outcome"))
    disposition = _recorded(t, client, case)
    pairs = [
        (t("case"), str(case["case_id"])),
        (t("outcome"), OUTCOMES.get(outcome, (outcome, outcome))[t.place]),
        (t("decided_at"), moment(case.get("decided_at"))),
        (t("decided_by"), text(case.get("decided_by_person"))),
        (t("conclusion"), text(disposition.get("conclusion"))),
    ]
    st.html(f'<div class="ag-card">{heading(t("disposition"), t("already_decided"))}{facts(pairs)}</div>')


def _recorded(t: Texts, client: ApiClient, case: Record) -> Record:
    try:
        return client.case(case["case_id"]).get("disposition") or {}
    except ApiError as error:
        trouble(t, error, key="case")
        return {}


def _form(t: Texts, client: ApiClient, case: Record, grade_seen: int | None) -> None:
    with st.form("disposition"):  # its fields are keyed by case: nothing typed for one appears in another's
        st.html(heading(t("disposition"), f"{t('case')} {case['case_id']}"))
        st.caption(t("disposition_lead", count=case.get("alerts", 1)))
        outcome = st.radio(  # none chosen beforehand: a default would be an answer
            t("choose_outcome"),
            list(OUTCOMES),
            index=None,
            format_func=lambda name: OUTCOMES[name][t.place],
            key=f"outcome-{case['case_id']}",
        )
        conclusion = st.text_area(
            t("conclusion"), placeholder=t("conclusion_hint"), key=f"conclusion-{case['case_id']}", height=110
        )
        sent = st.form_submit_button(t("submit"), type="primary", width="stretch")
    if not sent:
        return
    if outcome is None:
        st.warning(t("outcome_needed"))
    elif not (conclusion or "").strip():
        st.warning(t("conclusion_needed"))
    else:
        _send(t, client, case, outcome, conclusion.strip(), grade_seen)


def _send(t: Texts, client: ApiClient, case: Record, outcome: str, conclusion: str, grade_seen: int | None) -> None:
    try:
        with st.spinner(t("loading")):
            client.act(case["case_id"], "disposition", outcome=outcome, conclusion=conclusion, grade_seen=grade_seen)
    except ApiError as error:
        trouble(t, error, key="disposition")  # what was typed stays in the form
        return
    st.session_state["recorded"] = case["case_id"]
    st.rerun()
