"""The desk at a glance: what waits, how today compares, who is near a limit, what is late, who has how much."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from serving.dashboard import moving, overview_cards
from serving.dashboard.client import ApiClient, ApiError, Record
from serving.dashboard.formats import moment
from serving.dashboard.grades import GRADES, grade_label
from serving.dashboard.language import Texts
from serving.dashboard.limits_card import limits_card, near_and_over
from serving.dashboard.markup import heading
from serving.dashboard.queue_views import DEFAULT
from serving.dashboard.states import trouble

_NEAR = 12
_COUNTED = 1_000


def render(t: Texts, client: ApiClient) -> None:
    """Draw the overview; what cannot be read says so and leaves the rest standing."""
    try:
        with st.spinner(t("loading")):
            found = client.overview()
    except ApiError as error:
        trouble(t, error, key="overview")
        return
    st.html(heading(t("page_overview"), t("overview_lead", day=found["today"]["day"])))
    with st.container(horizontal=True, vertical_alignment="center", key="bar"):
        _worst(t, client)
        st.button(t("refresh"), key="refresh", icon=":material/refresh:")
    _grades(t, found)
    with st.container(key="glance"):
        today, ages, people = st.columns(3, gap="small")
    today.html(overview_cards.today_card(t, found))
    ages.html(overview_cards.age_card(t, found))
    people.html(overview_cards.people_card(t, found))
    left, right = st.columns([2, 1], gap="small")
    counters = _counters(t, client, left)
    right.html(overview_cards.late_card(t, found, counters, _latest(client), datetime.now(UTC).isoformat()))
    with right.container(horizontal=True, key="late-links"):
        moving.link_to("cases", t("view_overdue"), icon=":material/schedule:", overdue="true", sort="due")
        moving.link_to("cases", t("view_in_review"), icon=":material/fact_check:", stage="in_review")


def _worst(t: Texts, client: ApiClient) -> None:
    if not st.button(t("open_worst"), type="primary", key="open-first"):
        return
    try:
        waiting = client.cases(None, 1, **DEFAULT).items
    except ApiError as error:
        trouble(t, error, key="worst")
        return
    if waiting:
        moving.go_to("case", case=waiting[0]["case_id"])
    st.toast(t("empty_queue"))


def _grades(t: Texts, found: Record) -> None:
    stages = overview_cards.stages_by_grade(found)
    shown = [*GRADES, *(grade for grade in (0, 9) if grade in stages)]
    for column, grade in zip(st.columns(len(shown), gap="small"), shown, strict=True):
        with column:
            st.html(overview_cards.grade_tile(t, grade, stages.get(grade, {})))
            if grade in GRADES:
                label = t("see_grade", grade=grade_label(grade, t.language))
                moving.link_to("cases", label, icon=":material/arrow_forward:", grade=str(grade), status="open")


def _counters(t: Texts, client: ApiClient, place: st.delta_generator.DeltaGenerator) -> Record | None:
    try:
        found = client.counters(limit=_COUNTED)
    except ApiError as error:
        with place:
            st.html(heading(t("near_limits")))
            trouble(t, error, key="counters")
        return None
    near, over = near_and_over(found.get("items") or [])
    place.html(limits_card(t, near[:_NEAR], over, moment(found.get("as_of"))))
    return found


def _latest(client: ApiClient) -> Record | None:
    """The answer to the newest alert, which tells how old the features are; ``None`` where there is none to read."""
    try:
        newest = client.alerts(limit=1).items
        answer: Record | None = client.alert(newest[0]["alert_id"]).get("answer") if newest else None
    except ApiError:
        return None  # the card then says that the age is not known
    return answer
