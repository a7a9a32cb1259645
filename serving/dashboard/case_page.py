"""One alert: its grade and reasons on the left, what to do about it and who it is on the right."""

from __future__ import annotations

from html import escape

import streamlit as st

from serving.dashboard import account_panel, disposition_form, moving
from serving.dashboard.client import ApiClient, ApiError, Record
from serving.dashboard.evidence import evidence_card, frozen_evidence, trigger_card, versions_card
from serving.dashboard.grade_card import grade_card
from serving.dashboard.language import Texts
from serving.dashboard.markup import badge
from serving.dashboard.reasons import reasons_card
from serving.dashboard.states import degraded, empty, trouble


def render(t: Texts, client: ApiClient) -> None:
    """Draw the alert the address asks for; one that does not exist, or may not be seen, says so."""
    alert_id = st.query_params.get("alert", "")
    if st.button(t("back"), key="back", icon=":material/arrow_back:"):
        moving.go_to("cases")
    try:
        with st.spinner(t("loading")):
            found = client.alert(alert_id)
    except ApiError as error:
        trouble(t, error, key="alert")
        return
    trigger, answer = found["trigger"], found.get("answer")
    st.html(_title(t, trigger, answer))
    degraded(t, (answer or {}).get("degraded") or [])
    left, right = st.columns([1.75, 1], gap="medium")
    with left:
        _grade(t, trigger, answer)
    with right:
        disposition_form.render(t, client, found.get("case"), (answer or {}).get("grade"))
        st.html(trigger_card(t, trigger))
        account_panel.render(t, client, trigger["account_id"], alert_id)


def _grade(t: Texts, trigger: Record, answer: Record | None) -> None:
    if answer is None:
        empty(t("not_graded"))
    else:
        st.html(grade_card(t, answer))
        st.html(reasons_card(t, answer["reasons"]))
    st.html(evidence_card(t, trigger))
    frozen = frozen_evidence(trigger)
    if frozen is not None:
        with st.expander(t("evidence_details")):
            st.json(frozen)
    if answer is not None:
        st.html(versions_card(t, answer))


def _title(t: Texts, trigger: Record, answer: Record | None) -> str:
    where = " ".join(str(trigger[name]) for name in ("exchange", "contract") if trigger.get(name))
    parts = " · ".join(part for part in (t.rule(trigger["rule_id"]), where, trigger["account_id"]) if part)
    grade = badge(answer["grade"], t.language) if answer else ""
    return f'<div class="ag-title">{grade}<h2>{escape(parts)}</h2><code>{escape(trigger["alert_id"])}</code></div>'
