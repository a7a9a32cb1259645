"""What may be done to the case now: decide it, review it, and everything else a person may do."""

from __future__ import annotations

import streamlit as st

from serving.dashboard import case_actions, moving, session
from serving.dashboard.client import ApiClient, ApiError, Record
from serving.dashboard.decision_forms import disposition, review
from serving.dashboard.formats import moment, text
from serving.dashboard.grades import OUTCOMES
from serving.dashboard.language import Texts
from serving.dashboard.markup import facts, heading
from serving.dashboard.queue_views import DEFAULT
from serving.dashboard.states import trouble

_OWN_FORM = ("disposition", "review")


def render(t: Texts, client: ApiClient, case: Record, grade_seen: int | None) -> None:
    """What was decided or proposed, and the forms that this role and stage admit."""
    _told(t, case)
    person = session.person()
    allowed = case_actions.allowed(person.role if person else "", case.get("stage"))
    if "claim" in allowed and not case.get("assignee"):
        _claim_button(t, client, case)
    decided = case.get("disposition") or case.get("proposal")
    if case.get("status") != "open" or case.get("stage") == "in_review":
        st.html(_decided(t, case, decided or {}))
    if "disposition" in allowed:
        disposition(t, client, case, grade_seen)
    elif case.get("stage") == "in_review":
        review(t, client, case, may="review" in allowed and person is not None)
    elif case.get("status") == "open":
        st.info(t("may_not_dispose", role=t.of_set("role", person.role if person else "")))
    others = [name for name in allowed if name not in _OWN_FORM]
    if others:
        _others(t, client, case, others)


def next_button(t: Texts, client: ApiClient) -> None:
    """To the worst case that waits, other than this one."""
    if not st.button(t("next_case"), key="next-case", icon=":material/arrow_forward:"):
        return
    try:
        waiting = client.cases(None, 2, **DEFAULT).items
    except ApiError as error:
        trouble(t, error, key="next", retry=False)
        return
    others = [case for case in waiting if case["case_id"] != st.query_params.get("case")]
    if others:
        moving.go_to("case", case=others[0]["case_id"])
    st.toast(t("empty_queue"))


def _claim_button(t: Texts, client: ApiClient, case: Record) -> None:
    if st.button(t("claim_mine"), key="claim", icon=":material/front_hand:", width="stretch"):
        _do(t, client, case, "claim", {})


def _told(t: Texts, case: Record) -> None:
    if st.session_state.get("recorded") == case["case_id"]:
        key = "recorded_in_review" if case.get("stage") == "in_review" else "recorded"
        st.success(t(key), icon=":material/task_alt:")


def _decided(t: Texts, case: Record, decided: Record) -> str:
    waits = case.get("stage") == "in_review"
    outcome = str((decided if waits else case).get("outcome") or case.get("proposed_outcome") or "")
    pairs = [
        (t("outcome"), OUTCOMES.get(outcome, (text(outcome),) * 2)[t.place]),
        (t("proposed_by" if waits else "decided_by"), text(case.get("proposed_by" if waits else "decided_by_person"))),
        (t("decided_at"), moment(case.get("closed_at"))),
        (t("reviewed_by"), text(decided.get("reviewed_by"))),
        (t("conclusion"), text(decided.get("conclusion"))),
        (t("field_follow_up"), text(decided.get("follow_up"))),
        (t("action_note"), text(decided.get("note"))),
        *_heard(t, case.get("form") or {}),
    ]
    shown = [pair for pair in pairs if pair[1] != "–"]
    note = t.of_set("stage", case.get("stage"))
    return f'<div class="ag-card">{heading(t("proposal" if waits else "disposition"), note)}{facts(shown)}</div>'


def _heard(t: Texts, form: Record) -> list[tuple[str, str]]:
    """What the client said, for whoever has to confirm the outcome."""
    if not form:
        return []
    how = f"{t.of_set('channel', form.get('form'))} {moment(form.get('held_at'))}"
    return [(t("action_call_back"), how), (t("field_minutes"), text(form.get("minutes")))]


def _others(t: Texts, client: ApiClient, case: Record, names: list[str]) -> None:
    with st.container(border=True, key="others"):
        action = st.selectbox(
            t("other_actions"),
            names,
            index=None,
            format_func=lambda name: t.of_set("action", name),
            key=f"action-{case['case_id']}",
            placeholder=t("choose_action"),
        )
        if action is None:
            return
        turn = st.session_state.get("form_turn", 0)  # a new form after each thing done, empty again
        with st.form(f"form-{action}", border=False):
            body = case_actions.fields(t, action, key=f"{case['case_id']}-{turn}")
            if st.form_submit_button(t.of_set("action", action), type="primary"):
                _do(t, client, case, action, body)


def _do(t: Texts, client: ApiClient, case: Record, action: str, body: Record) -> None:
    missing = case_actions.missing(action, body)
    if missing:
        st.warning(t("needed", name=t(f"field_{missing}")))
        return
    try:
        client.act(case["case_id"], action.replace("_", "-"), **body)
    except ApiError as error:
        trouble(t, error, key=action, retry=False)  # what was typed stays in the form
        return
    st.session_state["form_turn"] = st.session_state.get("form_turn", 0) + 1
    st.toast(t("done", action=t.of_set("action", action)), icon=":material/task_alt:")
    st.rerun()
