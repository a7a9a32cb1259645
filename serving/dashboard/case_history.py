"""Everything on record of a case, newest first: who did what, when, and in which words."""

from __future__ import annotations

import streamlit as st

from serving.dashboard.client import ApiClient, ApiError, Record
from serving.dashboard.formats import moment, text
from serving.dashboard.grades import OUTCOMES, grade_label
from serving.dashboard.language import Texts
from serving.dashboard.markup import table
from serving.dashboard.states import empty, trouble

_SAID = ("conclusion", "reason", "text", "minutes", "note", "follow_up")


def render(t: Texts, client: ApiClient, case_id: str) -> None:
    """The history as a table."""
    try:
        entries = client.history(case_id)
    except ApiError as error:
        trouble(t, error, key="history")
        return
    if not entries:
        empty(t("no_history"), small=True)
        return
    names = [t("time"), t("by"), t("what"), t("details"), t("ledger_number")]
    rows = [_row(t, entry) for entry in reversed(entries)]
    st.html(f'<div class="ag-card">{table(names, rows, caption=t("section_history"))}</div>')


def _row(t: Texts, entry: Record) -> list[str]:
    return [
        moment(entry.get("recorded_at")),
        text(entry.get("by")),
        t.of_set("kind", entry.get("kind")),
        told(t, entry.get("payload") or {}),
        str(entry.get("seq")),
    ]


def told(t: Texts, payload: Record) -> str:
    """What an entry says, in words: outcome, grade, person, instant, and what was written."""
    parts = []
    if payload.get("outcome"):
        outcome = str(payload["outcome"])
        parts.append(OUTCOMES.get(outcome, (outcome, outcome))[t.place])
    if "approve" in payload:
        parts.append(t("approved" if payload["approve"] else "turned_down"))
    if "upheld" in payload:
        parts.append(t.of_set("appeal", "upheld" if payload["upheld"] else "rejected"))
    if payload.get("grade"):
        parts.append(grade_label(payload["grade"], t.language))
    if payload.get("assignee"):
        parts.append(str(payload["assignee"]))
    if payload.get("until"):
        parts.append(t("until", moment=moment(payload["until"])))
    if payload.get("alert_id"):
        parts.append(str(payload["alert_id"]))
    elif isinstance(payload.get("trigger"), dict):
        parts.append(f"{t.rule(payload['trigger'].get('rule_id'))} {payload['trigger'].get('alert_id')}")
    parts += [str(payload[name]) for name in _SAID if payload.get(name)]
    return " · ".join(parts) or "–"
