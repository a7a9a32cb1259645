"""One case: its grade and reasons on the left, what to do about it on the right, what lies around it below."""

from __future__ import annotations

from html import escape

import streamlit as st

from serving.dashboard import case_desk, case_sections, moving
from serving.dashboard.case_rows import in_force, marks, subject_of
from serving.dashboard.client import ApiClient, ApiError, Record
from serving.dashboard.evidence import evidence_card, frozen_evidence, trigger_card
from serving.dashboard.formats import moment, number, text
from serving.dashboard.grade_card import grade_card
from serving.dashboard.grades import grade_label, look
from serving.dashboard.language import Texts
from serving.dashboard.markup import badge, chip, facts, heading
from serving.dashboard.reasons import reasons_card
from serving.dashboard.states import degraded, empty, trouble


def render(t: Texts, client: ApiClient) -> None:
    """Draw the case, or the case of the alert, that the address asks for; what is not there says so."""
    with st.container(horizontal=True, key="top"):
        if st.button(t("back"), key="back", icon=":material/arrow_back:"):
            moving.go_to("cases")
        case_desk.next_button(t, client)
    try:
        with st.spinner(t("loading")):
            case, found = _read(client, st.query_params.get("case"), st.query_params.get("alert"))
    except ApiError as error:
        trouble(t, error, key="case")
        return
    if case is None and found is None:
        empty(t("no_case_chosen"), t("no_case_chosen_do"))
        return
    _draw(t, client, case, found)


def _read(client: ApiClient, case_id: str | None, alert_id: str | None) -> tuple[Record | None, Record | None]:
    if case_id is None:
        found = client.alert(alert_id) if alert_id else None
        known = (found or {}).get("case")
        return (client.case(known["case_id"]) if known else None), found
    case = client.case(case_id)
    members = [row["alert_id"] for row in case.get("members") or []]
    chosen = alert_id if alert_id in members else worst(case.get("members") or [])
    return case, client.alert(chosen) if chosen else None


def worst(members: list[Record]) -> str | None:
    """The alert to read first: the worst grade, and of those the latest.

    >>> worst([{"alert_id": "a", "grade": 3, "triggered_at": "2"}, {"alert_id": "b", "grade": 2, "triggered_at": "1"}])
    'b'
    """
    newest_first = sorted(members, key=lambda row: str(row.get("triggered_at")), reverse=True)
    found = min(newest_first, key=lambda row: row.get("grade") or 9, default=None)
    return None if found is None else str(found["alert_id"])


def _draw(t: Texts, client: ApiClient, case: Record | None, found: Record | None) -> None:
    if case is not None:
        st.html(_title(t, case))
    answer = (found or {}).get("answer")
    degraded(t, (answer or {}).get("degraded") or [])
    left, right = st.columns([1.75, 1], gap="medium")
    with left:
        if case is not None and found is not None:
            _member_choice(t, case, found)
        if found is not None:
            _alert(t, found)
    with right:
        if case is None:
            empty(t("no_case"), small=True)
        else:
            case_desk.render(t, client, case, (answer or {}).get("grade"))
        if found is not None:
            st.html(trigger_card(t, found["trigger"]))
    case_sections.render(t, client, case, found)


def _title(t: Texts, case: Record) -> str:
    hidden = case.get("grade_hidden")
    grade = chip(t("blind_short"), look(None)) if hidden else badge(in_force(case), t.language)
    pairs = [
        (t("stage"), t.of_set("stage", case.get("stage"))),
        (t("assignee"), text(case.get("assignee"))),
        (t("due"), moment(case.get("due_at"))),
        (t("open_since"), moment(case.get("opened_at"))),
        (t("alerts_count"), number(case.get("alerts"))),
    ]
    told = "".join(f"<span><i>{escape(name)}</i> {escape(value)}</span>" for name, value in pairs)
    signs = "".join(f'<span class="ag-mark-word">{escape(word)}</span>' for word in marks(t, case))
    late = f'<span class="ag-late">{escape(t("overdue"))}</span>' if case.get("overdue") else ""
    notice = f'<div class="ag-blind" role="note">{escape(t("blind_lead"))}</div>' if hidden else ""
    name = f"{t('case')} {case['case_id']} · {subject_of(t, case)}"
    return (
        f'<div class="ag-title">{grade}<h2>{escape(name)}</h2>{late}{signs}</div>'
        f'<div class="ag-line">{told}</div>{notice}'
    )


def _member_choice(t: Texts, case: Record, found: Record) -> None:
    members = {row["alert_id"]: row for row in case.get("members") or []}
    if len(members) < 2:
        return
    chosen = found["trigger"]["alert_id"]
    st.session_state["member"] = chosen
    st.selectbox(
        t("member_choice", count=len(members)),
        list(members),
        key="member",
        format_func=lambda name: _member_words(t, members[name]),
        on_change=_show_member,
    )


def _show_member() -> None:
    st.query_params["alert"] = st.session_state["member"]


def _member_words(t: Texts, row: Record) -> str:
    grade = t("blind_short") if row.get("grade_hidden") else grade_label(row.get("grade"), t.language)
    where = " ".join(str(row[name]) for name in ("exchange", "contract") if row.get(name))
    return " · ".join(part for part in (grade, t.rule(row["rule_id"]), where, moment(row["triggered_at"])) if part)


def _alert(t: Texts, found: Record) -> None:
    trigger, answer = found["trigger"], found.get("answer")
    if answer is None:
        empty(t("not_graded"))
    elif found.get("grade_hidden"):
        lead = facts([(t("grade"), t("blind_short"))])
        st.html(f'<div class="ag-card">{heading(t("grade"), t("blind_note"))}{lead}</div>')
        st.html(reasons_card(t, answer.get("reasons") or [], {}))
    else:
        st.html(grade_card(t, answer))
        st.html(reasons_card(t, answer["reasons"], found.get("names") or {}))
    st.html(evidence_card(t, trigger, found.get("source")))
    frozen = frozen_evidence(trigger)
    if frozen is not None:
        with st.expander(t("evidence_details")):
            st.json(frozen)
