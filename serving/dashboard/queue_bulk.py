"""One action on all marked cases, and what came of each."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from serving.dashboard import case_actions, session
from serving.dashboard.client import ApiClient, ApiError, Record
from serving.dashboard.language import Texts
from serving.dashboard.states import trouble

_OFFERED = ("claim", "release", "note", "snooze", "terminate")


def draw(t: Texts, client: ApiClient, marked: Sequence[str]) -> None:
    """The bar of actions for the marked cases; nothing where none is marked, or the role may do nothing."""
    _told(t)
    person = session.person()
    offered = [name for name in _OFFERED if person and person.role in case_actions.ACTIONS[name].roles]
    if not marked or not offered:
        return
    with st.container(border=True, key="bulk"):
        action = st.segmented_control(
            t("bulk_lead", count=len(marked)),
            offered,
            default=offered[0],
            format_func=lambda name: t.of_set("action", name),
            key="bulk-action",
            required=True,
        )
        with st.form("bulk-form", border=False):
            body = case_actions.fields(t, action or offered[0], key="bulk")
            if st.form_submit_button(t("bulk_do", count=len(marked)), type="primary"):
                _do(t, client, marked, action or offered[0], body)


def _do(t: Texts, client: ApiClient, marked: Sequence[str], action: str, body: Record) -> None:
    missing = case_actions.missing(action, body)
    if missing:
        st.warning(t("needed", name=t(f"field_{missing}")))
        return
    try:
        done = client.act_on_many(marked, action, body)
    except ApiError as error:
        trouble(t, error, key="bulk", retry=False)
        return
    st.session_state["bulk_done"] = done
    st.session_state["table_turn"] = st.session_state.get("table_turn", 0) + 1  # a new table, nothing marked
    st.rerun()


def _told(t: Texts) -> None:
    done = st.session_state.pop("bulk_done", None)
    if done is None:
        return
    failed = [one for one in done if "error" in one]
    if len(failed) < len(done):
        st.success(t("bulk_done", count=len(done) - len(failed)), icon=":material/task_alt:")
    if failed:
        lines = "\n".join(f"- {one['case_id']}: {_why(one)}" for one in failed)
        st.warning(f"**{t('bulk_failed', count=len(failed))}**\n\n{lines}")


def _why(one: Record) -> str:
    error = one["error"].get("error", one["error"])
    return "; ".join(str(error[name]) for name in ("seen", "wanted", "do") if error.get(name))
