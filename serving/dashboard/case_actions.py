"""What may be done to a case, by whom and when, as the service decides it; and the fields each action asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import streamlit as st

from serving.dashboard import session
from serving.dashboard.formats import SHANGHAI
from serving.dashboard.grades import GRADES, OUTCOMES, grade_label
from serving.dashboard.language import Texts
from serving.dashboard.roles import DECIDERS, REVIEWERS

WORK = ("pending", "in_progress")
OPEN = (*WORK, "in_review")
CLOSED = ("completed", "terminated")
Body = dict[str, Any]
Draw = Callable[[Texts, str], Body]
_CHANNELS = ("phone", "visit", "interview", "video", "written")
_SNOOZES = (4, 24, 72, 168)  # hours


@dataclass(frozen=True, slots=True)
class Action:
    """Stages and roles that admit it (a test holds them to the service's own table), and what must be filled in."""

    stages: tuple[str, ...]
    roles: frozenset[str]
    needed: tuple[str, ...] = ()


ACTIONS: Mapping[str, Action] = {
    "claim": Action(WORK, DECIDERS),
    "release": Action(("in_progress",), DECIDERS),
    "disposition": Action(WORK, DECIDERS, ("outcome", "conclusion")),
    "review": Action(("in_review",), REVIEWERS),
    "note": Action((*OPEN, *CLOSED), DECIDERS, ("text",)),
    "call_back": Action(OPEN, DECIDERS, ("minutes",)),
    "snooze": Action(WORK, DECIDERS, ("reason",)),
    "statement": Action((*OPEN, *CLOSED), DECIDERS, ("text",)),
    "override": Action(OPEN, REVIEWERS, ("grade", "reason")),
    "terminate": Action(OPEN, REVIEWERS, ("reason",)),
    "reopen": Action(CLOSED, REVIEWERS, ("reason",)),
    "appeal": Action(("completed",), DECIDERS, ("text",)),
    "appeal_decision": Action(("completed",), REVIEWERS, ("reason",)),
}


def allowed(role: str, stage: object) -> list[str]:
    """Actions that this role may do to a case of this stage.

    >>> allowed("investigator", "in_review")
    ['note', 'call_back', 'statement']
    """
    return [name for name, action in ACTIONS.items() if role in action.roles and stage in action.stages]


def missing(action: str, body: Mapping[str, Any]) -> str | None:
    """The first field that must be filled in and is not."""
    return next((name for name in ACTIONS[action].needed if body.get(name) in (None, "")), None)


def fields(t: Texts, action: str, key: str) -> Body:
    """Draw the fields of ``action``, keyed apart by ``key``, and give the body they make."""
    draw = _FIELDS.get(action)
    return draw(t, f"{key}-{action}") if draw else {}


def moment_field(t: Texts, name: str, key: str) -> str:
    """A day and a time of day in Shanghai, now at first, as an ISO instant."""
    now = datetime.now(SHANGHAI)
    left, right = st.columns(2)
    day = left.date_input(t(f"field_{name}"), value=now.date(), key=f"{key}-day")
    clock = right.time_input(t("field_time"), value=now.time().replace(second=0, microsecond=0), key=f"{key}-time")
    chosen = day if isinstance(day, date) else now.date()
    return datetime.combine(chosen, clock if isinstance(clock, time) else now.time(), SHANGHAI).isoformat()


def line(t: Texts, name: str, key: str) -> str:
    """A line of text."""
    return (st.text_input(t(f"field_{name}"), key=f"{key}-{name}") or "").strip()


def lines(t: Texts, name: str, key: str, *, height: int = 90) -> str:
    """Some lines of text."""
    return (st.text_area(t(f"field_{name}"), key=f"{key}-{name}", height=height) or "").strip()


def channel(t: Texts, name: str, key: str) -> str:
    """How the client was heard."""
    words = lambda one: t.of_set("channel", one)  # noqa: E731
    return str(st.selectbox(t(f"field_{name}"), _CHANNELS, format_func=words, key=f"{key}-{name}"))


def outcome(t: Texts, key: str, *, optional: bool = False) -> str | None:
    """An outcome, none chosen beforehand: a default would be an answer."""
    label = t("field_outcome_optional") if optional else t("choose_outcome")
    words = lambda name: OUTCOMES[name][t.place]  # noqa: E731
    chosen: str | None = st.radio(label, list(OUTCOMES), index=None, format_func=words, key=f"{key}-outcome")
    return chosen


def _claim(t: Texts, key: str) -> Body:
    return {"assignee": line(t, "assignee", key) or None} if session.may(REVIEWERS) else {}


def _note(t: Texts, key: str) -> Body:
    return {"text": lines(t, "text", key)}


def _reason(t: Texts, key: str) -> Body:
    return {"reason": lines(t, "reason", key)}


def _snooze(t: Texts, key: str) -> Body:
    hours = st.selectbox(
        t("field_until"), _SNOOZES, format_func=lambda one: t.span(float(one)), key=f"{key}-until", index=1
    )
    return {"until": (datetime.now(UTC) + timedelta(hours=hours)).isoformat(), **_reason(t, key)}


def _override(t: Texts, key: str) -> Body:
    words = lambda grade: grade_label(grade, t.language)  # noqa: E731
    grade = st.selectbox(t("field_grade"), list(GRADES), index=None, format_func=words, key=f"{key}-grade")
    return {"grade": grade, **_reason(t, key)}


def _statement(t: Texts, key: str) -> Body:
    how = channel(t, "channel", key)
    return {"channel": how, "received_at": moment_field(t, "received_at", key), "text": lines(t, "text", key)}


def _appeal_decision(t: Texts, key: str) -> Body:
    upheld = st.toggle(t("field_upheld"), key=f"{key}-upheld")
    return {"upheld": upheld, "outcome": outcome(t, key, optional=True), **_reason(t, key)}


def call_back(t: Texts, key: str) -> Body:
    """回访/面谈: how and when the client was heard, and what was said."""
    form = channel(t, "form", key)
    found: Body = {"form": form, "held_at": moment_field(t, "held_at", key), "minutes": lines(t, "minutes", key)}
    left, right = st.columns(2)
    with left:
        found["abnormal_volume"] = _volume(t, "abnormal_volume", key)
    with right:
        found["abnormal_volume_before"] = _volume(t, "abnormal_volume_before", key)
    for name in ("place", "restrictions", "education"):
        found[name] = line(t, name, key) or None
    return found


def _volume(t: Texts, name: str, key: str) -> float | None:
    lots: float | None = st.number_input(t(f"field_{name}"), min_value=0.0, value=None, step=1.0, key=f"{key}-{name}")
    return lots


_FIELDS: Mapping[str, Draw] = {
    "claim": _claim,
    "note": _note,
    "call_back": call_back,
    "snooze": _snooze,
    "statement": _statement,
    "override": _override,
    "terminate": _reason,
    "reopen": _reason,
    "appeal": _statement,
    "appeal_decision": _appeal_decision,
}
