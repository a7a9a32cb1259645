"""The two decisions: an outcome with its conclusion, and a second person's word on it."""

from __future__ import annotations

import streamlit as st

from serving.dashboard import case_actions, session
from serving.dashboard.case_rows import in_force
from serving.dashboard.client import ApiClient, ApiError, Record
from serving.dashboard.language import Texts
from serving.dashboard.markup import heading
from serving.dashboard.states import trouble


def disposition(t: Texts, client: ApiClient, case: Record, grade_seen: int | None) -> None:
    """The form of a case that waits for a decision; ``grade_seen`` is the grade on the page, if any."""
    key = str(case["case_id"])
    with st.form("disposition"):  # its fields are keyed by case: nothing typed for one appears in another's
        st.html(heading(t("disposition")))
        st.caption(_lead(t, case))
        body: Record = {"outcome": case_actions.outcome(t, key)}
        body["conclusion"] = (
            st.text_area(t("conclusion"), placeholder=t("conclusion_hint"), key=f"{key}-conclusion", height=110) or ""
        ).strip()
        with st.expander(t("more_of_disposition")):
            body["follow_up"] = case_actions.line(t, "follow_up", key) or None
            heard = st.checkbox(t("with_call_back"), key=f"{key}-heard")
            call_back = case_actions.call_back(t, f"{key}-disposition")
        sent = st.form_submit_button(t("submit"), type="primary", width="stretch")
    if not sent:
        return
    if heard:
        body["call_back"] = call_back
    _check_and_send(t, client, case, body, grade_seen)


def _lead(t: Texts, case: Record) -> str:
    lead = t("disposition_lead", count=case.get("alerts", 1))
    grade = in_force(case)
    return f"{lead} {t('needs_review')}" if grade is not None and grade <= 2 else lead


def _check_and_send(t: Texts, client: ApiClient, case: Record, body: Record, grade_seen: int | None) -> None:
    if body["outcome"] is None:
        st.warning(t("outcome_needed"))
    elif not body["conclusion"]:
        st.warning(t("conclusion_needed"))
    elif "call_back" in body and not body["call_back"]["minutes"]:
        st.warning(t("needed", name=t("field_minutes")))
    else:
        _send(t, client, case, "disposition", body | {"grade_seen": grade_seen})


def review(t: Texts, client: ApiClient, case: Record, *, may: bool) -> None:
    """Agree with a proposal or send it back; not for the one who proposed it, nor for a role that may not."""
    person = session.person()
    if not may or person is None:
        st.info(t("waits_for_reviewer"))
    elif person.name == case.get("proposed_by"):
        st.info(t("own_proposal"))
    else:
        with st.form("review"):
            st.html(heading(t("review")))
            reason = case_actions.lines(t, "reason", f"{case['case_id']}-review", height=80)
            yes = st.form_submit_button(t("approve"), type="primary", width="stretch")
            no = st.form_submit_button(t("turn_down"), width="stretch")
        if no and not reason:
            st.warning(t("needed", name=t("field_reason")))
        elif yes or no:
            _send(t, client, case, "review", {"approve": yes, "reason": reason or None})


def _send(t: Texts, client: ApiClient, case: Record, action: str, body: Record) -> None:
    try:
        with st.spinner(t("loading")):
            client.act(case["case_id"], action, **body)
    except ApiError as error:
        trouble(t, error, key=action)  # what was typed stays in the form
        return
    st.session_state["recorded"] = case["case_id"]
    st.rerun()
