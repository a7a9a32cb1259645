"""What lies around a case, one part at a time: only the open part is asked for."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from serving.dashboard import account_panel, case_history, filing, links_view, session, similar_view, timeline_view
from serving.dashboard.client import ApiClient, Record
from serving.dashboard.evidence import versions_card
from serving.dashboard.language import Texts
from serving.dashboard.roles import DECIDERS
from serving.dashboard.states import empty

Section = Callable[[Texts, ApiClient], None]


def render(t: Texts, client: ApiClient, case: Record | None, found: Record | None) -> None:
    """The switch between the parts, and the open one."""
    parts = _parts(case, found)
    if not parts:
        return
    with st.container(key="sections"):
        chosen = st.segmented_control(
            t("around"),
            list(parts),
            default=next(iter(parts)),
            format_func=lambda name: t(f"section_{name}"),
            key="section",
            required=True,
        )
        if chosen in parts:
            parts[chosen](t, client)


def _parts(case: Record | None, found: Record | None) -> dict[str, Section]:
    parts: dict[str, Section] = {}
    if found is not None:
        trigger = found["trigger"]
        account_id = str(trigger["account_id"])
        parts["timeline"] = lambda t, client: timeline_view.render(t, client, trigger)
        parts["links"] = lambda t, client: links_view.render(t, client, account_id)
        parts["similar"] = lambda t, client: similar_view.render(t, client, str(trigger["alert_id"]))
        parts["account"] = lambda t, client: account_panel.render(t, client, account_id, str(trigger["alert_id"]))
    if case is not None:
        case_id = str(case["case_id"])
        parts["history"] = lambda t, client: case_history.render(t, client, case_id)
        if session.may(DECIDERS):
            parts["filing"] = lambda t, client: filing.render(t, client, case_id)
    answer = (found or {}).get("answer")
    if answer is not None:
        parts["versions"] = lambda t, _client: _versions(t, answer)
    return parts


def _versions(t: Texts, answer: Record) -> None:
    if answer.get("versions"):
        st.html(versions_card(t, answer))
    else:
        empty(t("not_graded"), small=True)
